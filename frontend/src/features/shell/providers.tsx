'use client'

import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { ApiError } from '@tradercoin/client'
import { type ReactNode, useState } from 'react'
import { Toaster } from 'sonner'
import { IntlProvider, useTranslations } from 'use-intl'
import { z } from 'zod'
import { TooltipLayer } from '#components/ui/tooltip.tsx'
import { messages } from '#lib/i18n.ts'
import { usePreferences } from '#lib/preferences.ts'
import { ThemeEffect } from './theme-effect.tsx'

// The page's content policy forbids compiled code, which zod otherwise tries.
z.config({ jitless: true })

function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) => failures < 2 && !(error instanceof ApiError && !error.retryable),
      },
    },
  })
}

function Notifications() {
  const t = useTranslations('toasts')
  const { theme } = usePreferences()
  return (
    <Toaster
      containerAriaLabel={t('label')}
      theme={theme}
      position="bottom-right"
      visibleToasts={4}
      duration={5000}
      offset={16}
      toastOptions={{ classNames: { toast: 'toast' } }}
    />
  )
}

/** What every page stands on: words, data, tooltips, notifications. */
export function Providers({ children }: { children: ReactNode }) {
  const [queryClient] = useState(createQueryClient)
  const { locale } = usePreferences()
  return (
    <QueryClientProvider client={queryClient}>
      <IntlProvider locale={locale} messages={messages[locale]} timeZone="UTC">
        <ThemeEffect />
        <TooltipLayer>{children}</TooltipLayer>
        <Notifications />
      </IntlProvider>
    </QueryClientProvider>
  )
}
