'use client'

import { KeyRound, List, LogOut, User as UserIcon } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { useTranslations } from 'use-intl'
import { Logo } from '#components/logo.tsx'
import { Button } from '#components/ui/button.tsx'
import { Menu, MenuItem, MenuSeparator } from '#components/ui/menu.tsx'
import { logOut, useSession } from '#features/auth/session-store.ts'
import { ConnectionStatus } from '#features/connection/connection-status.tsx'
import { DisplayMenu } from '#features/settings/display-menu.tsx'
import { ZoneSwitch } from '#features/settings/zone-switch.tsx'
import { cn } from '#lib/cn.ts'

const pages = [
  { href: '/orders/', name: 'orders', icon: List },
  { href: '/keys/', name: 'keys', icon: KeyRound },
] as const

export function Header() {
  const t = useTranslations('nav')
  const path = usePathname()
  return (
    <header className="flex h-12 shrink-0 items-center gap-1 border-b border-line bg-surface px-3 sm:gap-2">
      <Link
        href="/orders/"
        className="rounded max-sm:[&>span]:w-6 max-sm:[&>span]:overflow-hidden max-sm:[&_svg]:shrink-0"
      >
        <Logo />
      </Link>
      <nav aria-label={t('main')} className="ml-1 flex h-full items-stretch sm:ml-4">
        {pages.map(({ href, name, icon: Icon }) => {
          const isHere = path === href
          return (
            <Link
              key={href}
              href={href}
              aria-current={isHere ? 'page' : undefined}
              data-testid={`nav-${name}`}
              className={cn(
                'flex items-center gap-1.5 px-2 font-medium sm:px-3',
                isHere ? 'text-accent' : 'text-muted hover:text-text',
              )}
            >
              <Icon aria-hidden className="size-4" />
              <span className="max-sm:sr-only">{t(name)}</span>
            </Link>
          )
        })}
      </nav>
      <div className="ml-auto flex min-w-0 items-center gap-1 sm:gap-2">
        <ConnectionStatus />
        <span className="max-sm:hidden">
          <ZoneSwitch />
        </span>
        <DisplayMenu />
        <UserMenu />
      </div>
    </header>
  )
}

function UserMenu() {
  const t = useTranslations('nav')
  const session = useSession()
  if (session.state !== 'in') return null
  return (
    <Menu
      trigger={
        <Button variant="ghost" size="icon" aria-label={t('user')} data-testid="user-menu">
          <UserIcon aria-hidden />
        </Button>
      }
    >
      <p className="max-w-60 truncate px-2 py-1 text-xs text-muted" data-testid="user-email">
        {session.user.email}
      </p>
      <MenuSeparator />
      <MenuItem onClick={() => void logOut()} data-testid="logout">
        <LogOut aria-hidden />
        {t('signOut')}
      </MenuItem>
    </Menu>
  )
}
