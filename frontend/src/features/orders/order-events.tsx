'use client'

import type { Execution } from '@tradercoin/protocol'
import { useEffect, useState } from 'react'
import { toast } from 'sonner'
import { useTranslations } from 'use-intl'
import { live } from '#features/connection/live.ts'
import type { Batch } from '#features/connection/live-store.ts'
import { showDecimal } from '#lib/decimals.ts'
import { useReread } from './data.ts'
import { type FillGroup, groupFills } from './fill-groups.ts'

/** Fills are told together for this long, so that a hundred small ones make one sentence. */
const togetherMs = 800
/** More orders than this at once are told as a number. */
const mostToasts = 3

/** Tells of fills and refusals as they come, wherever on the page one is: fills politely, refusals at once. */
export function OrderEvents() {
  const t = useTranslations()
  const [refusal, setRefusal] = useState('')
  useReread()
  useEffect(() => {
    let waiting: Execution[] = []
    let timer: ReturnType<typeof setTimeout> | null = null

    function tell() {
      timer = null
      const groups = groupFills(waiting)
      if (groups.length > mostToasts) {
        toast.success(t('toasts.manyFills', { count: waiting.length, orders: groups.length }))
      } else {
        for (const group of groups) toast.success(sentence(group))
      }
      waiting = []
    }

    function sentence({ first, count, quantity, lastPrice }: FillGroup): string {
      const words = { symbol: first.symbol, side: t(`side.${first.side}`), quantity: showDecimal(quantity) }
      const price = showDecimal(lastPrice)
      return count === 1 ? t('toasts.fill', { ...words, price }) : t('toasts.fills', { ...words, price, count })
    }

    const stop = live.onBatch(({ executions, rejected }: Batch) => {
      for (const order of rejected) {
        const title = t('toasts.rejected', { symbol: order.symbol, side: t(`side.${order.side}`) })
        toast.error(title, { description: order.reason, duration: 10_000 })
        setRefusal(`${title}. ${order.reason ?? ''}`)
      }
      if (executions.length === 0) return
      waiting.push(...executions)
      timer ??= setTimeout(tell, togetherMs)
    })
    return () => {
      stop()
      if (timer !== null) clearTimeout(timer)
    }
  }, [t])
  return (
    <p role="alert" className="sr-only">
      {refusal}
    </p>
  )
}
