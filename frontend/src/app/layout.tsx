import type { Metadata, Viewport } from 'next'
import type { ReactNode } from 'react'
import { Providers } from '#features/shell/providers.tsx'
import { themeScript } from '#features/shell/theme-script.ts'
import './globals.css'

export const metadata: Metadata = {
  title: 'TraderCoin',
  description: 'Orders of all your exchange accounts, live, on one screen.',
}

export const viewport: Viewport = { width: 'device-width', initialScale: 1, colorScheme: 'dark light' }

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" className="dark" suppressHydrationWarning>
      <head>
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of our own, before the first paint */}
        <script dangerouslySetInnerHTML={{ __html: themeScript }} />
      </head>
      <body>
        <Providers>{children}</Providers>
      </body>
    </html>
  )
}
