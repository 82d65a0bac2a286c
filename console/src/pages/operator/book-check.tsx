import { Button, Group, List, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useChange } from '../../api/change.ts'
import { ask, path } from '../../api/client.ts'
import { flag, list, object, text, type Read } from '../../api/read.ts'
import { Done } from '../../parts/done.tsx'
import { Failure } from '../../parts/states.tsx'
import { useWords } from '../../words/words.ts'

const readCheck = object({ ok: flag, problems: list(text) })
type Check = Read<typeof readCheck>

/** Adds the lines up anew. */
export function BookCheck({ account }: { readonly account: string }): ReactNode {
  const words = useWords('operator')
  const check = useChange<undefined, Check>({
    send: () => ask({ path: path`/operator/accounts/${account}/ledger/check`, read: readCheck }),
  })
  return (
    <>
      <Group>
        <Button variant="default" size="xs" loading={check.isPending} onClick={() => check.mutate(undefined)}>
          {words.check}
        </Button>
        <Done>{check.data?.ok === true && words.checkGood}</Done>
      </Group>
      {check.error !== null && <Failure error={check.error} />}
      {check.data?.ok === false && (
        <div role="alert">
          <Text size="sm" c="var(--mantine-color-error)">
            {words.checkBad}
          </Text>
          <List size="sm">
            {check.data.problems.map((problem) => (
              <List.Item key={problem}>{problem}</List.Item>
            ))}
          </List>
        </div>
      )}
    </>
  )
}
