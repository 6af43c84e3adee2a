import type { Order } from '@tradercoin/protocol'
import { StatusChip } from './status-chip.tsx'

export const StatusCell = ({ item }: { item: Order }) => <StatusChip order={item} />
