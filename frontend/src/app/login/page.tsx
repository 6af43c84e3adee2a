import { Suspense } from 'react'
import { AuthLayout } from '#features/auth/auth-layout.tsx'
import { LoginForm } from '#features/auth/login-form.tsx'

export default function LoginPage() {
  return (
    <AuthLayout>
      <Suspense>
        <LoginForm />
      </Suspense>
    </AuthLayout>
  )
}
