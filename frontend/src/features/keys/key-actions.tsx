'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ExchangeKey, PatchKeyBody } from '@tradercoin/protocol'
import { Ellipsis, Pencil, Power, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { toast } from 'sonner'
import { useTranslations } from 'use-intl'
import { Problem } from '#components/problem.tsx'
import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { Menu, MenuItem } from '#components/ui/menu.tsx'
import { client } from '#lib/client.ts'
import { useProblemText } from '#lib/problem-text.ts'
import { keysQuery } from './data.ts'

/** Rename, switch off and on, delete. */
export function KeyActions({ item, name }: { item: ExchangeKey; name: string }) {
  const t = useTranslations('keys')
  const [asking, setAsking] = useState<'rename' | 'delete' | null>(null)
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const update = useMutation({
    mutationFn: (body: PatchKeyBody) => client.rest.exchangeKeys.update(item.id, body),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keysQuery.queryKey }),
    onError: (error) => toast.error(problemText(error).text),
  })
  return (
    <>
      <Menu
        trigger={
          <Button variant="ghost" size="icon" aria-label={t('actionsFor', { name })} data-testid="key-actions">
            <Ellipsis aria-hidden />
          </Button>
        }
      >
        <MenuItem onClick={() => setAsking('rename')} data-testid="key-rename">
          <Pencil aria-hidden />
          {t('rename')}
        </MenuItem>
        <MenuItem onClick={() => update.mutate({ is_active: !item.is_active })} data-testid="key-toggle">
          <Power aria-hidden />
          {item.is_active ? t('deactivate') : t('activate')}
        </MenuItem>
        <MenuItem onClick={() => setAsking('delete')} data-testid="key-delete">
          <Trash2 aria-hidden className="text-sell" />
          {t('delete')}
        </MenuItem>
      </Menu>
      {asking === 'rename' && (
        <RenameDialog
          item={item}
          onClose={() => setAsking(null)}
          onSave={(label) => {
            update.mutate({ label: label.trim() || null })
            setAsking(null)
          }}
        />
      )}
      {asking === 'delete' && <DeleteDialog item={item} name={name} onClose={() => setAsking(null)} />}
    </>
  )
}

function RenameDialog(props: { item: ExchangeKey; onClose: () => void; onSave: (label: string) => void }) {
  const t = useTranslations()
  const [label, setLabel] = useState(props.item.label ?? '')
  return (
    <Dialog open onOpenChange={(open) => open || props.onClose()} title={t('keys.renameTitle')}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          props.onSave(label)
        }}
      >
        <Field label={t('keys.label')} hint={t('keys.labelHint')}>
          {(control) => (
            <Input
              {...control}
              value={label}
              onChange={(event) => setLabel(event.target.value)}
              maxLength={64}
              data-testid="key-rename-input"
            />
          )}
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={props.onClose}>{t('common.cancel')}</Button>
          <Button variant="primary" type="submit" data-testid="key-rename-save">
            {t('common.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function DeleteDialog({ item, name, onClose }: { item: ExchangeKey; name: string; onClose: () => void }) {
  const t = useTranslations()
  const queryClient = useQueryClient()
  const remove = useMutation({
    mutationFn: () => client.rest.exchangeKeys.remove(item.id),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: keysQuery.queryKey })
      toast.success(t('keys.deleted'))
      onClose()
    },
  })
  return (
    <Dialog
      open
      onOpenChange={(open) => open || onClose()}
      title={t('keys.deleteTitle', { name })}
      description={t('keys.deleteText')}
    >
      {remove.error && <Problem error={remove.error} />}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{t('common.cancel')}</Button>
        <Button
          variant="danger"
          disabled={remove.isPending}
          onClick={() => remove.mutate()}
          data-testid="key-delete-confirm"
        >
          {t('keys.deleteConfirm')}
        </Button>
      </div>
    </Dialog>
  )
}
