import { Button, Group, Radio, Stack, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode, type SubmitEvent } from 'react'
import { useNavigate } from 'react-router'
import { useChange } from '../../api/change.ts'
import { ask, path } from '../../api/client.ts'
import type { ApiFault } from '../../api/fault.ts'
import { instancesKey, type Messenger } from '../../api/instances.ts'
import { list, nullable, number, object, text, type Read } from '../../api/read.ts'
import { NAME_LENGTH } from '../../parts/instances/rename-dialog.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { Empty, Failure, LoadingLines, Notice } from '../../parts/states.tsx'
import { useMoney } from '../../words/money.ts'
import { useWords } from '../../words/words.ts'
import { MessengerChoice } from './messenger-choice.tsx'

const readTariffs = object({
  items: list(object({ name: text, plan: text, amount: nullable(number), currency: text })),
})
type Tariff = Read<typeof readTariffs>['items'][number]

const readMade = object({ idInstance: number })

interface CreateFormProps {
  readonly account: string
  readonly messenger: Messenger
  readonly onClose: () => void
}

/** For a personal account: a messenger, a tariff and a name; then on to link the phone. */
export function CreateForm(props: CreateFormProps): ReactNode {
  const words = useWords('instances')
  const { account } = props
  const query = useQuery({
    queryKey: ['account', account, 'tariffs'],
    queryFn: ({ signal }) => ask({ path: path`/accounts/${account}/tariffs`, signal, read: readTariffs }),
  })
  return (
    <QueryView query={query} loading={<LoadingLines lines={4} />}>
      {({ items: [first, ...others] }) =>
        first === undefined ? (
          <Empty title={words.noTariffs}>{words.noTariffsText}</Empty>
        ) : (
          <Fields {...props} tariffs={[first, ...others]} />
        )
      }
    </QueryView>
  )
}

interface Wanted {
  readonly name: string
  readonly typeInstance: Messenger
  readonly tariff: string
}

type FieldsProps = CreateFormProps & { readonly tariffs: readonly [Tariff, ...Tariff[]] }

function Fields({ account, messenger: usual, onClose, tariffs }: FieldsProps): ReactNode {
  const words = useWords('instances')
  const common = useWords('common')
  const navigate = useNavigate()
  const [messenger, setMessenger] = useState(usual)
  const [tariff, setTariff] = useState(tariffs[0].name)
  const [name, setName] = useState('')
  const create = useChange<Wanted, Read<typeof readMade>>({
    send: (wanted, key) =>
      ask({ method: 'POST', path: path`/accounts/${account}/instances`, body: wanted, key, read: readMade }),
    stale: [instancesKey(account)],
    onDone: ({ idInstance }) =>
      void navigate(`/a/${encodeURIComponent(account)}/instances/${idInstance}/overview`, { state: { link: true } }),
  })
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    create.mutate({ name: name.trim(), typeInstance: messenger, tariff })
  }
  return (
    <form onSubmit={submit} className="form">
      <TextInput
        label={words.name}
        description={words.nameText}
        maxLength={NAME_LENGTH}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <MessengerChoice value={messenger} onChange={setMessenger} />
      <TariffChoice tariffs={tariffs} value={tariff} onChange={setTariff} />
      {create.error !== null && <Refused fault={create.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {common.cancel}
        </Button>
        <Button type="submit" loading={create.isPending}>
          {words.create}
        </Button>
      </Group>
    </form>
  )
}

interface TariffChoiceProps {
  readonly tariffs: readonly Tariff[]
  readonly value: string
  readonly onChange: (name: string) => void
}

function TariffChoice({ tariffs, value, onChange }: TariffChoiceProps): ReactNode {
  const words = useWords('instances')
  const money = useMoney()
  const costOf = ({ plan, amount, currency }: Tariff): string => {
    if (plan === 'free') return words.free
    return amount === null ? words.noPrice : words.costs(money.text(amount, currency))
  }
  return (
    <Radio.Group label={words.tariff} value={value} onChange={onChange}>
      <Stack gap="xs" mt="xs">
        {tariffs.map((tariff) => (
          <Radio
            key={tariff.name}
            value={tariff.name}
            label={tariff.name}
            description={costOf(tariff)}
            disabled={tariff.plan !== 'free' && tariff.amount === null}
          />
        ))}
      </Stack>
    </Radio.Group>
  )
}

/** The two ends that somebody can do something about have words of their own. */
function Refused({ fault }: { readonly fault: ApiFault }): ReactNode {
  const words = useWords('instances')
  if (fault.code !== 'quotaExceeded') return <Failure error={fault} />
  return <Notice color="orange">{words.quotaExceeded}</Notice>
}
