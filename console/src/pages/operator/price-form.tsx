import { NativeSelect, TextInput } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { useChange } from '../../api/change.ts'
import { ask } from '../../api/client.ts'
import { nothing } from '../../api/read.ts'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { billingDay } from '../../words/days.ts'
import { parseMoney } from '../../words/money.ts'
import { useWords } from '../../words/words.ts'
import { PRICES_KEY } from './price-key.ts'
import { useTariffs } from './tariff-names.ts'

interface PriceDraft {
  readonly tariff: string
  readonly accountId: string
  readonly currency: string
  readonly from: string
  readonly amount: string
}

/** A price from a day on; the first that can be chosen is tomorrow, since days that have begun keep theirs. */
export function PriceForm({ onClose }: { readonly onClose: () => void }): ReactNode {
  const words = useWords('operator')
  const tariffs = (useTariffs().data?.items ?? []).filter(({ plan }) => plan !== 'free').map(({ name }) => name)
  const [draft, setDraft] = useState<PriceDraft>({
    tariff: '',
    accountId: '',
    currency: 'USD',
    from: billingDay(1),
    amount: '',
  })
  const [isWrong, setWrong] = useState(false)
  const tariff = draft.tariff === '' ? (tariffs[0] ?? '') : draft.tariff
  const put = useChange<object>({
    send: (body, key) => ask({ method: 'PUT', path: '/operator/prices', body, key, read: nothing }),
    stale: [PRICES_KEY],
    onDone: onClose,
  })
  const submit = (): void => {
    const currency = draft.currency.trim().toUpperCase()
    const amount = parseMoney(draft.amount, currency)
    const isGood = amount !== null && amount >= 0
    setWrong(!isGood)
    if (!isGood) return
    const accountId = draft.accountId.trim()
    put.mutate({ tariff, currency, from: draft.from, amount, ...(accountId !== '' && { accountId }) })
  }
  return (
    <FormDialog
      isOpen
      title={words.newPrice}
      submit={words.newPrice}
      isBusy={put.isPending}
      error={put.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <Fields draft={{ ...draft, tariff }} tariffs={tariffs} isWrong={isWrong} onChange={setDraft} />
    </FormDialog>
  )
}

interface FieldsProps {
  readonly draft: PriceDraft
  readonly tariffs: readonly string[]
  readonly isWrong: boolean
  readonly onChange: (draft: PriceDraft) => void
}

function Fields({ draft, tariffs, isWrong, onChange }: FieldsProps): ReactNode {
  const words = useWords('operator')
  const field = (key: 'accountId' | 'currency', label: string, description: string): ReactNode => (
    <TextInput
      label={label}
      description={description}
      required={key === 'currency'}
      withAsterisk={false}
      value={draft[key]}
      onChange={(event) => onChange({ ...draft, [key]: event.currentTarget.value })}
    />
  )
  return (
    <>
      <NativeSelect
        label={words.tariffName}
        data={tariffs}
        value={draft.tariff}
        onChange={(event) => onChange({ ...draft, tariff: event.currentTarget.value })}
      />
      {field('currency', words.currency, '')}
      <TextInput
        label={words.price}
        inputMode="decimal"
        required
        withAsterisk={false}
        value={draft.amount}
        onChange={(event) => onChange({ ...draft, amount: event.currentTarget.value })}
        error={isWrong && words.notMoney(draft.currency)}
      />
      <TextInput
        type="date"
        label={words.from}
        description={words.fromHint}
        required
        withAsterisk={false}
        value={draft.from}
        onChange={(event) => onChange({ ...draft, from: event.currentTarget.value })}
      />
      {field('accountId', words.forAccount, words.forAccountHint)}
    </>
  )
}
