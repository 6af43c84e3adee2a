'use client'

import { ApiError } from '@tradercoin/client'
import Link from 'next/link'
import { useRouter, useSearchParams } from 'next/navigation'
import { useEffect, useState } from 'react'
import { useForm } from 'react-hook-form'
import { useTranslations } from 'use-intl'
import { Alert } from '#components/alert.tsx'
import { Problem } from '#components/problem.tsx'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { client } from '#lib/client.ts'
import { PasswordInput } from './password-input.tsx'
import { resumeSession, useSession } from './session-store.ts'

interface LoginFields {
  email: string
  password: string
  totp: string
}

/** Only an address of this page may follow a login. */
function safeNext(next: string | null): string {
  return next?.startsWith('/orders/') ? next : '/orders/'
}

export function LoginForm() {
  const t = useTranslations('auth')
  const { state } = useSession()
  const router = useRouter()
  const search = useSearchParams()
  const next = safeNext(search.get('next'))
  const [problem, setProblem] = useState<unknown>(null)
  const { register, handleSubmit, formState } = useForm<LoginFields>({
    defaultValues: { email: '', password: '', totp: '' },
  })
  const needsTotp = problem instanceof ApiError && ['totp_required', 'invalid_totp'].includes(problem.code)

  useEffect(() => {
    if (state === 'unknown') void resumeSession()
    if (state === 'in') router.replace(next)
  }, [state, next, router])

  const submit = handleSubmit(async ({ email, password, totp }) => {
    try {
      await client.session.login({ email: email.trim(), password, ...(totp && { totp: totp.trim() }) })
    } catch (error) {
      setProblem(error)
    }
  })

  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4" aria-label={t('loginTitle')}>
      <h1 className="text-lg font-semibold">{t('loginTitle')}</h1>
      {search.get('ended') && problem === null && <Alert tone="warn">{t('ended')}</Alert>}
      {problem !== null && <Problem error={problem} />}
      <Field label={t('email')} error={formState.errors.email && t('emailInvalid')}>
        {(control) => (
          <Input
            {...control}
            {...register('email', { required: true })}
            type="email"
            autoComplete="username"
            className="h-10"
            data-testid="login-email"
          />
        )}
      </Field>
      <Field label={t('password')} error={formState.errors.password && t('passwordMissing')}>
        {(control) => (
          <PasswordInput
            {...control}
            {...register('password', { required: true })}
            autoComplete="current-password"
            data-testid="login-password"
          />
        )}
      </Field>
      {needsTotp && (
        <Field label={t('totp')}>
          {(control) => (
            <Input
              {...control}
              {...register('totp')}
              inputMode="numeric"
              autoComplete="one-time-code"
              className="h-10"
              data-testid="login-totp"
            />
          )}
        </Field>
      )}
      <Button variant="primary" size="lg" type="submit" disabled={formState.isSubmitting} data-testid="login-submit">
        {t('login')}
      </Button>
      <p className="text-muted">
        {t('noAccount')}{' '}
        <Link href="/register/" className="text-accent underline underline-offset-2">
          {t('register')}
        </Link>
      </p>
    </form>
  )
}
