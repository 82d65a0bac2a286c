import { Button, ColorInput, Group, Switch, TextInput } from '@mantine/core'
import { useState, type ReactNode, type SubmitEvent } from 'react'
import { useChange } from '../../api/change.ts'
import { ask, path } from '../../api/client.ts'
import { nothing } from '../../api/read.ts'
import { ChangeDialog } from '../../parts/change-dialog.tsx'
import { Done } from '../../parts/done.tsx'
import { Section } from '../../parts/section.tsx'
import { Failure } from '../../parts/states.tsx'
import { useWords } from '../../words/words.ts'
import { BrandPreview } from './brand-preview.tsx'
import { brandKey, NO_BRAND, type Brand } from './brand-answer.ts'
import { LogoField } from './logo-field.tsx'

const NAME_MAX = 80
const SUPPORT_TEXT_MAX = 200
const SUPPORT_URL_MAX = 500
const FIRST_COLOR = '#0b7a5c'
const COLOR = /^#[0-9a-f]{6}$/i

interface BrandFormProps {
  readonly account: string
  readonly brand: Brand
}

export function BrandForm({ account, brand }: BrandFormProps): ReactNode {
  const words = useWords('profile')
  const common = useWords('common')
  const [draft, setDraft] = useState(brand)
  const [isRemoving, setRemoving] = useState(false)
  const change = useChange<Brand>({
    send: (body, key) => ask({ method: 'PUT', path: path`/accounts/${account}/brand`, body, key, read: nothing }),
    stale: [brandKey(account)],
  })
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    change.mutate({ ...draft, name: draft.name.trim(), supportUrl: linkOf(draft.supportUrl) })
  }
  return (
    <>
      <form onSubmit={submit}>
        <Section title={words.brand}>
          <div className="form" style={{ maxWidth: '30rem' }}>
            {change.error !== null && <Failure error={change.error} />}
            <Fields draft={draft} onChange={setDraft} />
          </div>
          <Group>
            <Button type="submit" loading={change.isPending}>
              {common.save}
            </Button>
            <Done>{change.isSuccess && common.saved}</Done>
            {brand.name !== '' && (
              <Button variant="default" c="var(--mantine-color-error)" onClick={() => setRemoving(true)}>
                {words.removeBrand}
              </Button>
            )}
          </Group>
        </Section>
      </form>
      <BrandPreview brand={draft} />
      <RemoveDialog
        account={account}
        isOpen={isRemoving}
        onDone={() => {
          setDraft(NO_BRAND)
          setRemoving(false)
        }}
        onClose={() => setRemoving(false)}
      />
    </>
  )
}

/** An empty field is no link. */
function linkOf(typed: string | null): string | null {
  const link = typed?.trim() ?? ''
  return link === '' ? null : link
}

interface FieldsProps {
  readonly draft: Brand
  readonly onChange: (draft: Brand) => void
}

function Fields({ draft, onChange }: FieldsProps): ReactNode {
  const words = useWords('profile')
  return (
    <>
      <TextInput
        label={words.brandName}
        description={words.brandNameHint}
        required
        withAsterisk={false}
        maxLength={NAME_MAX}
        value={draft.name}
        onChange={(event) => onChange({ ...draft, name: event.currentTarget.value })}
      />
      <LogoField logo={draft.logo} onChange={(logo) => onChange({ ...draft, logo })} />
      <div>
        <Switch
          label={words.ownColor}
          checked={draft.color !== null}
          onChange={(event) => onChange({ ...draft, color: event.currentTarget.checked ? FIRST_COLOR : null })}
        />
        <ColorInput
          mt="xs"
          label={words.color}
          description={words.colorHint}
          disabled={draft.color === null}
          withEyeDropper={false}
          value={draft.color ?? ''}
          onChange={(color) => onChange({ ...draft, color: COLOR.test(color) ? color : draft.color })}
        />
      </div>
      <TextInput
        label={words.supportText}
        maxLength={SUPPORT_TEXT_MAX}
        value={draft.supportText}
        onChange={(event) => onChange({ ...draft, supportText: event.currentTarget.value })}
      />
      <TextInput
        label={words.supportUrl}
        maxLength={SUPPORT_URL_MAX}
        value={draft.supportUrl ?? ''}
        onChange={(event) => onChange({ ...draft, supportUrl: event.currentTarget.value })}
      />
    </>
  )
}

interface RemoveDialogProps {
  readonly account: string
  readonly isOpen: boolean
  readonly onDone: () => void
  readonly onClose: () => void
}

function RemoveDialog({ account, ...others }: RemoveDialogProps): ReactNode {
  const words = useWords('profile')
  return (
    <ChangeDialog
      {...others}
      title={words.removeBrandTitle}
      text={words.removeBrandText}
      confirm={words.removeBrand}
      isDangerous
      verb="DELETE"
      path={path`/accounts/${account}/brand`}
      read={nothing}
      stale={[brandKey(account)]}
    />
  )
}
