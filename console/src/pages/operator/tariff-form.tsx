import { NativeSelect, Textarea, TextInput } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { useChange } from '../../api/change.ts'
import { ask, path } from '../../api/client.ts'
import { tariffsKey, type Tariff } from '../../api/operator.ts'
import { nothing } from '../../api/read.ts'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { useWords } from '../../words/words.ts'

const PLANS = ['daily', 'ahead', 'free'] as const

interface TariffDraft {
  readonly name: string
  readonly plan: Tariff['plan']
  readonly correspondents: string
  readonly instances: string
  /** A method and a number a line. */
  readonly calls: string
}

interface TariffFormProps {
  /** Null: a new one. */
  readonly tariff: Tariff | null
  readonly onClose: () => void
}

export function TariffForm({ tariff, onClose }: TariffFormProps): ReactNode {
  const words = useWords('operator')
  const common = useWords('common')
  const [draft, setDraft] = useState(() => draftOf(tariff))
  const calls = readCalls(draft.calls)
  const isWhole = isCount(draft.correspondents) && isCount(draft.instances)
  const put = useChange<{ readonly name: string; readonly body: object }>({
    send: ({ name, body }, key) =>
      ask({ method: 'PUT', path: path`/operator/tariffs/${name}`, body, key, read: nothing }),
    stale: [tariffsKey],
    onDone: onClose,
  })
  const submit = (): void => {
    if (!isWhole || calls.wrong !== null) return
    const { name, plan, correspondents, instances } = draft
    const limits = { correspondents: countOf(correspondents), instances: countOf(instances), calls: calls.limits }
    put.mutate({ name: name.trim(), body: { plan, ...limits } })
  }
  return (
    <FormDialog
      isOpen
      title={tariff === null ? words.newTariff : words.editTariff(tariff.name)}
      submit={common.save}
      isBusy={put.isPending}
      error={put.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <Fields draft={draft} isNew={tariff === null} wrong={calls.wrong} onChange={setDraft} />
    </FormDialog>
  )
}

interface FieldsProps {
  readonly draft: TariffDraft
  readonly isNew: boolean
  /** The line of calls that says nothing. */
  readonly wrong: string | null
  readonly onChange: (draft: TariffDraft) => void
}

function Fields({ draft, isNew, wrong, onChange }: FieldsProps): ReactNode {
  const words = useWords('operator')
  const count = (key: 'correspondents' | 'instances', label: string): ReactNode => (
    <TextInput
      label={label}
      description={words.emptyNoLimit}
      inputMode="numeric"
      value={draft[key]}
      onChange={(event) => onChange({ ...draft, [key]: event.currentTarget.value })}
      error={!isCount(draft[key]) && words.notANumber}
    />
  )
  return (
    <>
      <TextInput
        label={words.tariffName}
        description={words.tariffNameHint}
        required
        withAsterisk={false}
        pattern="\w{1,64}"
        readOnly={!isNew}
        value={draft.name}
        onChange={(event) => onChange({ ...draft, name: event.currentTarget.value })}
      />
      <NativeSelect
        label={words.plan}
        description={words.planHint}
        disabled={!isNew}
        data={PLANS.map((value) => ({ value, label: words.plans[value] }))}
        value={draft.plan}
        onChange={(event) => {
          const plan = PLANS.find((known) => known === event.currentTarget.value)
          onChange({ ...draft, plan: plan ?? draft.plan })
        }}
      />
      {count('correspondents', words.correspondents)}
      {count('instances', words.instancesOfTariff)}
      <Textarea
        label={words.calls}
        description={words.callsHint}
        rows={5}
        value={draft.calls}
        onChange={(event) => onChange({ ...draft, calls: event.currentTarget.value })}
        error={wrong !== null && words.callsBad(wrong)}
      />
    </>
  )
}

function draftOf(tariff: Tariff | null): TariffDraft {
  if (tariff === null) return { name: '', plan: 'daily', correspondents: '', instances: '', calls: '' }
  const { name, plan, correspondents, instances, calls } = tariff
  const lines = Object.entries(calls).map(([method, count]) => `${method} ${String(count)}`)
  return {
    name,
    plan,
    correspondents: correspondents === null ? '' : String(correspondents),
    instances: instances === null ? '' : String(instances),
    calls: lines.join('\n'),
  }
}

function isCount(typed: string): boolean {
  return /^\d{0,9}$/.test(typed.trim())
}

function countOf(typed: string): number | null {
  return typed.trim() === '' ? null : Number(typed)
}

function readCalls(typed: string): {
  readonly limits: Readonly<Record<string, number>>
  readonly wrong: string | null
} {
  const lines = typed.split('\n').filter((line) => line.trim() !== '')
  const parsed = lines.map((line) => /^\s*([A-Za-z]{1,64})\s*[:=]?\s*(\d{1,9})\s*$/.exec(line))
  const limits: Record<string, number> = {}
  for (const [, method, count] of parsed.filter((found) => found !== null)) {
    if (method !== undefined) limits[method] = Number(count)
  }
  return { limits, wrong: lines.find((_, index) => parsed[index] === null) ?? null }
}
