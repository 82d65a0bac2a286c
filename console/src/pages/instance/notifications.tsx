import { Button, Tabs, Text } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { ask } from '../../api/client.ts'
import { useChange } from '../../api/change.ts'
import { Icon } from '../../parts/icon.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { Failure, Notice } from '../../parts/states.tsx'
import { useWords } from '../../words/words.ts'
import { Deliveries } from './notifications/deliveries.tsx'
import { Mailbox } from './notifications/mailbox.tsx'
import { noticesKey, readPosted } from './notifications/notice.ts'
import { belowInstance, useHere } from './here.ts'

/** What an instance tells: what waits, and what became of what was told. */
export default function Page(): ReactNode {
  const words = useWords('notifications')
  const here = useHere()
  const [tab, setTab] = useState<string | null>('mailbox')
  const test = useChange({
    send: (_input, key) =>
      ask({ method: 'POST', path: belowInstance(here, '/notifications/test'), key, read: readPosted }),
    stale: [noticesKey(here)],
  })
  return (
    <>
      <PageHead
        title={words.title}
        description={words.about}
        actions={
          <Button leftSection={<Icon name="send" />} loading={test.isPending} onClick={() => test.mutate()}>
            {words.test}
          </Button>
        }
      />
      {test.error !== null && <Failure error={test.error} />}
      <div role="status">
        {test.isSuccess && (
          <Notice>
            <Text size="sm">{words.tested(test.data.receiptId)}</Text>
          </Notice>
        )}
      </div>
      <Tabs value={tab} onChange={setTab} mt="md" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="mailbox">{words.tabs.mailbox}</Tabs.Tab>
          <Tabs.Tab value="deliveries">{words.tabs.deliveries}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="mailbox">
          <Mailbox />
        </Tabs.Panel>
        <Tabs.Panel value="deliveries">
          <Deliveries />
        </Tabs.Panel>
      </Tabs>
    </>
  )
}
