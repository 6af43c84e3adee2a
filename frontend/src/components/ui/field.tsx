import { type ReactNode, useId } from 'react'
import { cn } from '#lib/cn.ts'

interface FieldProps {
  label: ReactNode
  /** Said under the control, and instead of the hint. */
  error?: string | undefined
  hint?: ReactNode
  className?: string
  /** Receives what ties the control to its label, hint and error. */
  children: (control: { id: string; 'aria-invalid': boolean; 'aria-describedby': string | undefined }) => ReactNode
}

/** A label, its control, and one line that helps or names what is wrong. */
export function Field({ label, error, hint, className, children }: FieldProps) {
  const id = useId()
  const noteId = `${id}-note`
  const note = error ?? hint
  return (
    <div className={cn('flex flex-col gap-1', className)}>
      <label htmlFor={id} className="text-xs text-muted">
        {label}
      </label>
      {children({ id, 'aria-invalid': error !== undefined, 'aria-describedby': note ? noteId : undefined })}
      {note && (
        <p id={noteId} className={cn('text-2xs', error ? 'text-sell' : 'text-muted')}>
          {note}
        </p>
      )}
    </div>
  )
}
