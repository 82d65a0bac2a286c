import { Select, Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { ask, path, withQuery } from '../api/client.ts'
import { list, nullable, number, object, text } from '../api/read.ts'
import { useFormat } from '../words/format.ts'
import { useWords } from '../words/words.ts'
import { Meter } from './meter.tsx'
import { QueryView } from './query-view.tsx'

const SHOWN = 20
const PAUSE_MS = 250

const readFound = object({
  items: list(object({ idInstance: number, name: text, phone: nullable(text) })),
})
const readUse = object({
  tariff: text,
  correspondents: object({ used: number, limit: nullable(number) }),
  calls: list(object({ method: text, used: number, limit: number })),
})

interface InstanceUseProps {
  readonly account: string
}

/** What one instance has used of its tariff in this month. */
export function InstanceUse({ account }: InstanceUseProps): ReactNode {
  const words = useWords('terms')
  const [id, setId] = useState<string | null>(null)
  const [typed, setTyped] = useState('')
  const [search] = useDebouncedValue(typed, PAUSE_MS)
  const found = useQuery({
    queryKey: ['account', account, 'instances', 'choice', search],
    queryFn: ({ signal }) =>
      ask({
        path: withQuery(path`/accounts/${account}/instances`, { search, limit: SHOWN }),
        signal,
        read: readFound,
      }),
    placeholderData: keepPreviousData,
  })
  const choice = (found.data?.items ?? []).map(({ idInstance, name, phone }) => ({
    value: String(idInstance),
    label: [name, phone, idInstance].filter((part) => part !== null && part !== '').join(' · '),
  }))
  return (
    <Stack gap="sm">
      <Select
        label={words.oneInstance}
        placeholder={words.chooseInstanceHint}
        data={choice}
        filter={({ options }) => options}
        searchable
        clearable
        value={id}
        onChange={setId}
        onSearchChange={setTyped}
        nothingFoundMessage={words.noInstances}
        maw={420}
      />
      {id !== null && <Use account={account} id={id} />}
    </Stack>
  )
}

function Use({ account, id }: InstanceUseProps & { readonly id: string }): ReactNode {
  const words = useWords('terms')
  const format = useFormat()
  const query = useQuery({
    queryKey: ['account', account, 'instances', id, 'quotas'],
    queryFn: ({ signal }) => ask({ path: path`/accounts/${account}/instances/${id}/quotas`, signal, read: readUse }),
  })
  return (
    <QueryView query={query}>
      {({ tariff, correspondents, calls }) => (
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            {words.tariffName}: {tariff}
          </Text>
          {correspondents.limit === null && calls.length === 0 && <Text size="sm">{words.noLimits}</Text>}
          {correspondents.limit !== null && (
            <Meter
              name={words.correspondents}
              used={correspondents.used}
              limit={correspondents.limit}
              format={format.number}
            />
          )}
          {calls.map(({ method, used, limit }) => (
            <Meter key={method} name={method} used={used} limit={limit} format={format.number} />
          ))}
        </Stack>
      )}
    </QueryView>
  )
}
