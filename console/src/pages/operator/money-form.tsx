import { Button, Group, Radio, TextInput } from '@mantine/core'
import { useState, type ReactNode, type SubmitEvent } from 'react'
import { useChange } from '../../api/change.ts'
import { ask, path } from '../../api/client.ts'
import { moneyKey } from '../../api/money.ts'
import { accountsKey, type Account } from '../../api/operator.ts'
import { number, object, text, type Read } from '../../api/read.ts'
import { Done } from '../../parts/done.tsx'
import { Section } from '../../parts/section.tsx'
import { Failure } from '../../parts/states.tsx'
import { parseMoney, useMoney } from '../../words/money.ts'
import { useWords } from '../../words/words.ts'
import { ReasonField } from './account-acts.tsx'
import { auditKey } from './audit-list.tsx'

const KINDS = ['topUp', 'refund', 'correction'] as const
type Kind = (typeof KINDS)[number]

const readAdded = object({ balance: number, currency: text })
type Added = Read<typeof readAdded>

/** Money that came, was given back, or is put right. */
export function MoneyForm({ account }: { readonly account: Account }): ReactNode {
  const words = useWords('operator')
  const money = useMoney()
  const { currency } = account.terms
  const [kind, setKind] = useState<Kind>('topUp')
  const [typed, setTyped] = useState('')
  const [reason, setReason] = useState('')
  const [isWrong, setWrong] = useState(false)
  const add = useChange<object, Added>({
    send: (body, key) =>
      ask({ method: 'POST', path: path`/operator/accounts/${account.id}/ledger`, body, key, read: readAdded }),
    stale: [moneyKey(account.id), accountsKey, auditKey],
    onDone: () => {
      setTyped('')
      setReason('')
    },
  })
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    const amount = amountOf(kind, parseMoney(typed, currency))
    setWrong(amount === null)
    if (amount !== null) add.mutate({ kind, amount, reason: reason.trim() })
  }
  return (
    <Section title={words.addLine} text={words.addLineText}>
      <form onSubmit={submit} className="form" style={{ maxWidth: '30rem' }}>
        {add.error !== null && <Failure error={add.error} />}
        <KindField kind={kind} onChange={setKind} />
        <TextInput
          label={words.amount(currency)}
          inputMode="decimal"
          required
          withAsterisk={false}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          error={isWrong && words.notMoney(currency)}
        />
        <ReasonField value={reason} onChange={setReason} />
        <Group>
          <Button type="submit" loading={add.isPending}>
            {words.add}
          </Button>
          <Done>{add.data !== undefined && words.added(money.text(add.data.balance, add.data.currency))}</Done>
        </Group>
      </form>
    </Section>
  )
}

interface KindFieldProps {
  readonly kind: Kind
  readonly onChange: (kind: Kind) => void
}

function KindField({ kind, onChange }: KindFieldProps): ReactNode {
  const words = useWords('operator')
  return (
    <Radio.Group
      label={words.lineKind}
      description={words.lineHints[kind]}
      value={kind}
      onChange={(value) => onChange(KINDS.find((known) => known === value) ?? 'topUp')}
    >
      <Group gap="md" mt={6}>
        {KINDS.map((value) => (
          <Radio key={value} value={value} label={words.lineKinds[value]} />
        ))}
      </Group>
    </Radio.Group>
  )
}

/** As the ledger wants it: what was given back lowers the balance, however it was typed. Null: no amount of this kind. */
function amountOf(kind: Kind, amount: number | null): number | null {
  if (amount === null || amount === 0) return null
  if (kind === 'topUp') return amount > 0 ? amount : null
  return kind === 'refund' ? 0 - Math.abs(amount) : amount
}
