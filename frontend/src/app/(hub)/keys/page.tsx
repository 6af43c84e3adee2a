import { KeysPage } from '#features/keys/keys-page.tsx'

export default function Page() {
  return <KeysPage />
}
