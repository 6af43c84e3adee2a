import type { Order } from '@tradercoin/protocol'
import { AccountName } from './account-name.tsx'

export const AccountCell = ({ item }: { item: Order }) => <AccountName keyId={item.exchange_key_id} />
