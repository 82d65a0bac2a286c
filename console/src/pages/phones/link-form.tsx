import { Button, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useChange } from '../../api/change.ts'
import { ask, path, withQuery } from '../../api/client.ts'
import { ApiFault } from '../../api/fault.ts'
import { useMe } from '../../api/me.ts'
import { list, nullable, number, object, optional, or, text, type Read } from '../../api/read.ts'
import { faultText } from '../../parts/fault-text.ts'
import { Icon } from '../../parts/icon.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { Notice } from '../../parts/states.tsx'
import { keptAccount } from '../../shell/account.ts'
import { useWords } from '../../words/words.ts'
import type { Phone } from './phone-frame.tsx'
import classes from './phones.module.css'

const MOST = 200
const LOOK_MS = 5_000
const TECHNICAL: ReadonlySet<string> = new Set(['owner', 'developer'])
const MESSENGER_NAMES: Readonly<Record<string, string>> = { whatsapp: 'WhatsApp', v3: 'MAX', telegram: 'Telegram' }

const readUnlinked = object({
  items: list(object({ idInstance: number, name: or(text, ''), typeInstance: text })),
})
type Unlinked = Read<typeof readUnlinked>['items'][number]

const readQr = object({ type: text, message: or(text, '') })
const readLinked = object({ phoneNumber: text, messenger: text, asked: optional(text) })

const readAccounts = object({ items: list(object({ id: text, name: or(text, ''), deletedAt: nullable(text) })) })

/** Those in which the person may link phones: for who runs the server, all. */
function useAccounts() {
  const { person, memberships } = useMe()
  return useQuery({
    queryKey: ['phones', 'accounts'],
    queryFn: async ({ signal }) => {
      const own = memberships.filter(({ role }) => TECHNICAL.has(role)).map(({ account }) => account)
      if (!person.isOperator) return own
      const path = withQuery('/operator/accounts', { limit: MOST })
      const { items } = await ask({ path, read: readAccounts, signal })
      return items.filter(({ deletedAt }) => deletedAt === null)
    },
  })
}

interface LinkFormProps {
  readonly onLinked: (phone: Phone) => void
}

/** Chooses an account, one of its instances that waits for a phone, and a phone that scans its QR without a camera. */
export function LinkForm({ onLinked }: LinkFormProps): ReactNode {
  const words = useWords('phones')
  const { simulated } = useMe()
  const known = useAccounts()
  const [chosen, setChosen] = useState(keptAccount)
  const accounts = known.data ?? []
  const account = (accounts.find(({ id }) => id === chosen) ?? accounts[0])?.id ?? ''
  const waiting = useQuery({
    queryKey: ['phones', account],
    queryFn: ({ signal }) =>
      ask({
        path: withQuery(path`/accounts/${account}/instances`, { state: 'notAuthorized', limit: MOST }),
        read: readUnlinked,
        signal,
      }),
    enabled: account !== '',
    refetchInterval: LOOK_MS,
  })
  if (known.data === undefined) return <QueryView query={known}>{() => null}</QueryView>
  if (account === '') return <Text size="sm">{words.noAccount}</Text>
  return (
    <Stack gap="sm">
      {accounts.length > 1 && (
        <NativeSelect
          label={words.account}
          data={accounts.map(({ id, name }) => ({ value: id, label: name || id }))}
          value={account}
          onChange={(event) => setChosen(event.currentTarget.value)}
        />
      )}
      <QueryView query={waiting}>
        {({ items }) => (
          <Scan
            key={account}
            account={account}
            instances={items.filter(({ typeInstance }) => simulated.includes(typeInstance))}
            onLinked={onLinked}
          />
        )}
      </QueryView>
    </Stack>
  )
}

interface ScanProps extends LinkFormProps {
  readonly account: string
  readonly instances: readonly Unlinked[]
}

interface Wanted {
  readonly idInstance: number
  readonly phoneNumber: string
}

function Scan({ account, instances, onLinked }: ScanProps): ReactNode {
  const words = useWords('phones')
  const [chosen, setChosen] = useState('')
  const [phoneNumber, setPhoneNumber] = useState('')
  const instance = instances.find(({ idInstance }) => String(idInstance) === chosen) ?? instances[0]
  const scan = useChange({
    send: (wanted: Wanted) => scanned(account, wanted, words.noQr),
    stale: [['phones', account]],
    onDone: ({ phoneNumber: number, messenger }) => onLinked({ number, messenger, linkedAt: Date.now() }),
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (instance !== undefined) scan.mutate({ idInstance: instance.idInstance, phoneNumber: digitsOf(phoneNumber) })
      }}
    >
      <Stack gap="sm">
        {instance === undefined ? (
          <Text size="sm" c="dimmed">
            {words.noInstances}
          </Text>
        ) : (
          <>
            <NativeSelect
              label={words.instance}
              data={instances.map((one) => ({ value: String(one.idInstance), label: labelOf(one) }))}
              value={String(instance.idInstance)}
              onChange={(event) => setChosen(event.currentTarget.value)}
            />
            <NumberField value={phoneNumber} onChange={setPhoneNumber} />
            <Button
              type="submit"
              loading={scan.isPending}
              leftSection={<Icon name="phone" />}
              className={classes['scan'] ?? ''}
            >
              {words.scan}
            </Button>
          </>
        )}
        <Outcome fault={scan.error} linked={scan.data} />
      </Stack>
    </form>
  )
}

function NumberField({
  value,
  onChange,
}: {
  readonly value: string
  readonly onChange: (value: string) => void
}): ReactNode {
  const words = useWords('phones')
  return (
    <TextInput
      label={words.number}
      description={words.numberAbout}
      inputMode="tel"
      autoComplete="off"
      required
      pattern="[\s\d+\(\)\-]{7,25}"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}

interface OutcomeProps {
  readonly fault: ApiFault | null
  readonly linked: Read<typeof readLinked> | undefined
}

function Outcome({ fault, linked }: OutcomeProps): ReactNode {
  const words = useWords('phones')
  const common = useWords('common')
  return (
    <>
      {fault !== null && (
        <Text size="sm" role="alert" c="var(--mantine-color-error)">
          {faultText(fault, common)}
        </Text>
      )}
      <div role="status">
        {linked !== undefined && (
          <Notice>{linked.asked === undefined ? words.linked(linked.phoneNumber) : words.asked}</Notice>
        )}
      </div>
    </>
  )
}

/** What a camera would do: takes the QR that the instance shows now, and holds it before the phone. */
async function scanned(account: string, { idInstance, phoneNumber }: Wanted, noQr: string) {
  const qr = await ask({ path: path`/accounts/${account}/instances/${idInstance}/call/qr`, read: readQr })
  if (qr.type !== 'qrCode') throw new ApiFault(qr.type, `${noQr} ${qr.message}`, 409)
  const body = { qr: qr.message, phoneNumber }
  return await ask({ method: 'POST', path: '/simulator/link', body, read: readLinked })
}

function labelOf({ idInstance, name, typeInstance }: Unlinked): string {
  const messenger = MESSENGER_NAMES[typeInstance] ?? typeInstance
  return [name, String(idInstance), messenger].filter(Boolean).join(' · ')
}

function digitsOf(typed: string): string {
  return typed.replace(/[\s()+-]/g, '')
}
