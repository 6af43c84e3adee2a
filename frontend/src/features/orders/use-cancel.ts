import { useMutation } from '@tanstack/react-query'
import type { Order } from '@tradercoin/protocol'
import { toast } from 'sonner'
import { useTranslations } from 'use-intl'
import { client } from '#lib/client.ts'
import { useProblemText } from '#lib/problem-text.ts'

/** Asks the hub to cancel; the row itself shows what becomes of it, as the stream tells. */
export function useCancelOrder() {
  const t = useTranslations('cancel')
  const problemText = useProblemText()
  return useMutation({
    mutationFn: (order: Pick<Order, 'id'>) => client.rest.orders.cancel(order.id),
    onError: (error) => toast.error(t('failed'), { description: problemText(error).text }),
  })
}
