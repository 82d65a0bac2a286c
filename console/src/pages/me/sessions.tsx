import { Badge, Button, Group } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useChange } from '../../api/change.ts'
import { ask, path } from '../../api/client.ts'
import { flag, list, nothing, object, text, type Read } from '../../api/read.ts'
import { DataTable, type Column } from '../../parts/data-table.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { Section } from '../../parts/section.tsx'
import { Failure } from '../../parts/states.tsx'
import { useFormat } from '../../words/format.ts'
import { useWords } from '../../words/words.ts'
import { deviceName } from './device-name.ts'

const readSession = object({
  id: text,
  userAgent: text,
  address: text,
  createdAt: text,
  seenAt: text,
  isCurrent: flag,
})
const readSessions = object({ sessions: list(readSession) })
type Session = Read<typeof readSession>

export const SESSIONS_KEY = ['sessions'] as const

/** Every browser that is signed in, and how to end that. */
export function Sessions(): ReactNode {
  const words = useWords('me')
  const query = useQuery({ queryKey: SESSIONS_KEY, queryFn: () => ask({ path: '/sessions', read: readSessions }) })
  const end = useChange<string | null>({
    send: (id, key) =>
      ask({ method: 'DELETE', path: id === null ? '/sessions' : path`/sessions/${id}`, key, read: nothing }),
    stale: [SESSIONS_KEY],
  })
  const columns = useColumns(end.mutate, end.isPending ? end.variables : undefined)
  return (
    <Section title={words.sessions}>
      {end.error !== null && <Failure error={end.error} />}
      <QueryView query={query}>
        {({ sessions }) => (
          <>
            <DataTable caption={words.sessionsTable} columns={columns} rows={sessions} rowKey={({ id }) => id} />
            {sessions.length > 1 && (
              <Group>
                <Button
                  variant="default"
                  loading={end.isPending && end.variables === null}
                  onClick={() => end.mutate(null)}
                >
                  {words.endOthers}
                </Button>
              </Group>
            )}
          </>
        )}
      </QueryView>
    </Section>
  )
}

function useColumns(end: (id: string) => void, ending: string | null | undefined): readonly Column<Session>[] {
  const words = useWords('me')
  const format = useFormat()
  const nameOf = ({ userAgent }: Session): string => deviceName(userAgent) ?? words.unknownDevice
  return [
    {
      key: 'device',
      head: words.device,
      isMain: true,
      cell: (session) => (
        <Group gap="xs" title={session.userAgent}>
          {nameOf(session)}
          {session.isCurrent && <Badge variant="light">{words.thisOne}</Badge>}
        </Group>
      ),
    },
    { key: 'address', head: words.address, cell: ({ address }) => address },
    { key: 'seen', head: words.seen, cell: ({ seenAt }) => format.time(seenAt) },
    { key: 'since', head: words.since, cell: ({ createdAt }) => format.time(createdAt) },
    {
      key: 'end',
      head: words.end,
      isHeadHidden: true,
      align: 'end',
      cell: (session) =>
        !session.isCurrent && (
          <Button
            size="xs"
            variant="default"
            loading={ending === session.id}
            aria-label={words.endOf(nameOf(session))}
            onClick={() => end(session.id)}
          >
            {words.end}
          </Button>
        ),
    },
  ]
}
