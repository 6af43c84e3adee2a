import { AuthLayout } from '#features/auth/auth-layout.tsx'
import { RegisterForm } from '#features/auth/register-form.tsx'

export default function RegisterPage() {
  return (
    <AuthLayout>
      <RegisterForm />
    </AuthLayout>
  )
}
