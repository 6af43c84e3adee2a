import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'

interface NumberFieldProps {
  label: string
  value: string
  error: string | undefined
  hint?: string | undefined
  onChange: (value: string) => void
  testId: string
}

/** A decimal as text: no spinner, no locale, no rounding. */
export function NumberField({ label, value, error, hint, onChange, testId }: NumberFieldProps) {
  return (
    <Field label={label} error={error} hint={hint}>
      {(control) => (
        <Input
          {...control}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          inputMode="decimal"
          spellCheck={false}
          maxLength={40}
          className="text-right"
          data-testid={testId}
        />
      )}
    </Field>
  )
}
