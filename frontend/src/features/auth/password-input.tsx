'use client'

import { Eye, EyeOff } from 'lucide-react'
import { type ComponentProps, useState } from 'react'
import { useTranslations } from 'use-intl'
import { Button } from '#components/ui/button.tsx'
import { Input } from '#components/ui/input.tsx'

/** A password that can be looked at while it is typed. */
export function PasswordInput(props: ComponentProps<'input'>) {
  const t = useTranslations('auth')
  const [isShown, setIsShown] = useState(false)
  return (
    <span className="relative">
      <Input {...props} type={isShown ? 'text' : 'password'} className="h-10 pr-10" />
      <Button
        variant="ghost"
        size="icon"
        className="absolute top-1 right-1"
        aria-label={isShown ? t('hidePassword') : t('showPassword')}
        aria-pressed={isShown}
        onClick={() => setIsShown(!isShown)}
      >
        {isShown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
      </Button>
    </span>
  )
}
