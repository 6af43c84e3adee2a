import { GoHome } from '#features/auth/go-home.tsx'

export default function HomePage() {
  return <GoHome />
}
