import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useHere } from '../../api/account.ts'
import { ask, path } from '../../api/client.ts'
import { asFault } from '../../api/fault.ts'
import { DataTable, type Column } from '../../parts/data-table.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { Section } from '../../parts/section.tsx'
import { useFormat } from '../../words/format.ts'
import { useWords } from '../../words/words.ts'
import { hookKey, readHook, type Attempt, type Hook } from './hook-answer.ts'
import { HookForm } from './hook-form.tsx'
import { HookState } from './hook-state.tsx'

const ATTEMPTS_AGAIN_MS = 5_000

/** Where the account hears of what happens to its instances. */
export default function HookPage(): ReactNode {
  const words = useWords('profile')
  const account = useHere()
  const query = useQuery({
    queryKey: hookKey(account),
    queryFn: ({ signal }) => fetchHook(account, signal),
    refetchInterval: ({ state }) => (state.data?.hook ? ATTEMPTS_AGAIN_MS : false),
  })
  return (
    <>
      <PageHead title={words.hook} description={words.hookText} />
      <QueryView query={query}>
        {({ hook }) =>
          hook === null ? (
            <Section title={words.noHook} text={words.noHookText}>
              <HookForm account={account} url="" />
            </Section>
          ) : (
            <>
              <HookState account={account} hook={hook} />
              <Attempts attempts={hook.attempts} />
            </>
          )
        }
      </QueryView>
    </>
  )
}

async function fetchHook(account: string, signal: AbortSignal): Promise<{ readonly hook: Hook | null }> {
  try {
    return { hook: await ask({ path: path`/accounts/${account}/hook`, signal, read: readHook }) }
  } catch (error) {
    // That there is none is an answer like another.
    if (asFault(error).status === 404) return { hook: null }
    throw error
  }
}

function Attempts({ attempts }: { readonly attempts: readonly Attempt[] }): ReactNode {
  const words = useWords('profile')
  const format = useFormat()
  const columns: readonly Column<Attempt>[] = [
    { key: 'event', head: words.event, isMain: true, cell: ({ type }) => words.events[type] ?? type },
    { key: 'time', head: words.when, cell: ({ time }) => format.time(time) },
    { key: 'attempt', head: words.attempt, align: 'end', cell: ({ attempt }) => format.number(attempt) },
    { key: 'answer', head: words.answer, align: 'end', cell: ({ status }) => <Answer status={status} /> },
  ]
  return (
    <Section title={words.attempts} text={words.attemptsText}>
      {attempts.length === 0 ? (
        <Text size="sm">{words.noAttempts}</Text>
      ) : (
        <DataTable
          caption={words.attempts}
          columns={columns}
          rows={attempts}
          rowKey={({ id, attempt, time }) => `${id} ${attempt} ${time}`}
        />
      )}
    </Section>
  )
}

function Answer({ status }: { readonly status: number }): ReactNode {
  const words = useWords('profile')
  const isGood = status >= 200 && status < 300
  return (
    <Text span size="sm" {...(isGood ? {} : { c: 'var(--mantine-color-error)' })}>
      {status === 0 ? words.noAnswer : status}
    </Text>
  )
}
