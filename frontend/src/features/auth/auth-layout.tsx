'use client'

import { Database, Plug, Sparkles } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import { Logo } from '#components/logo.tsx'
import { DisplayMenu } from '#features/settings/display-menu.tsx'

/** The page around the login and register forms. */
export function AuthLayout({ children }: { children: ReactNode }) {
  const t = useTranslations()
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="flex h-12 items-center justify-between px-4">
        <Logo />
        <DisplayMenu />
      </header>
      <main className="mx-auto flex w-full max-w-4xl flex-1 flex-col justify-center gap-8 p-4 md:flex-row md:items-center md:gap-16">
        <div className="hidden max-w-sm flex-col gap-6 md:flex">
          <p className="text-3xl leading-tight font-semibold tracking-tight text-balance">{t('common.tagline')}</p>
          <ul className="flex flex-col gap-3 text-muted [&_svg]:mt-0.5 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-accent">
            <li className="flex gap-3">
              <Plug aria-hidden />
              {t('auth.pitch1')}
            </li>
            <li className="flex gap-3">
              <Database aria-hidden />
              {t('auth.pitch2')}
            </li>
            <li className="flex gap-3">
              <Sparkles aria-hidden />
              {t('auth.pitch3')}
            </li>
          </ul>
        </div>
        <div className="mx-auto w-full max-w-sm rounded-lg border border-line bg-surface p-6">{children}</div>
      </main>
    </div>
  )
}
