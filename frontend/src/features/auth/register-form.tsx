'use client'

import { registerBodySchema } from '@tradercoin/protocol'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { useForm } from 'react-hook-form'
import { useTranslations } from 'use-intl'
import { Problem } from '#components/problem.tsx'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { client } from '#lib/client.ts'
import { PasswordInput } from './password-input.tsx'
import { useSession } from './session-store.ts'

const { email: emailSchema, password: passwordSchema } = registerBodySchema.shape

export function RegisterForm() {
  const t = useTranslations('auth')
  const { state } = useSession()
  const router = useRouter()
  const [problem, setProblem] = useState<unknown>(null)
  const { register, handleSubmit, formState } = useForm({ defaultValues: { email: '', password: '' } })

  useEffect(() => {
    if (state === 'in') router.replace('/keys/')
  }, [state, router])

  const submit = handleSubmit(async ({ email, password }) => {
    try {
      await client.session.register({ email: email.trim(), password })
    } catch (error) {
      setProblem(error)
    }
  })

  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4" aria-label={t('registerTitle')}>
      <h1 className="text-lg font-semibold">{t('registerTitle')}</h1>
      {problem !== null && <Problem error={problem} />}
      <Field label={t('email')} error={formState.errors.email?.message}>
        {(control) => (
          <Input
            {...control}
            {...register('email', {
              validate: (value) => emailSchema.safeParse(value.trim()).success || t('emailInvalid'),
            })}
            type="email"
            autoComplete="username"
            className="h-10"
            data-testid="register-email"
          />
        )}
      </Field>
      <Field label={t('password')} error={formState.errors.password?.message} hint={t('passwordHint')}>
        {(control) => (
          <PasswordInput
            {...control}
            {...register('password', {
              validate: (value) =>
                passwordSchema.safeParse(value).success || t(value.length < 12 ? 'passwordShort' : 'passwordLong'),
            })}
            autoComplete="new-password"
            data-testid="register-password"
          />
        )}
      </Field>
      <Button variant="primary" size="lg" type="submit" disabled={formState.isSubmitting} data-testid="register-submit">
        {t('register')}
      </Button>
      <p className="text-muted">
        {t('haveAccount')}{' '}
        <Link href="/login/" className="text-accent underline underline-offset-2">
          {t('login')}
        </Link>
      </p>
    </form>
  )
}
