import { callMethod } from '../../../api/instances.ts'
import { ActionIcon, Button, Center, Text, Tooltip } from '@mantine/core'
import { useEffect, useMemo, useRef, useState, type ReactNode, type RefObject } from 'react'
import { useChange } from '../../../api/change.ts'
import { flag, object } from '../../../api/read.ts'
import { faultText } from '../../../parts/fault-text.ts'
import { Icon } from '../../../parts/icon.tsx'
import { QueryView } from '../../../parts/query-view.tsx'
import { useFormat } from '../../../words/format.ts'
import { useWords } from '../../../words/words.ts'
import { useHere } from '../here.ts'
import { Bubble } from './bubble.tsx'
import { chatTitle, isGroupChat } from './chat-name.ts'
import { messagesKey, useMessages } from './chats.ts'
import { Composer } from './composer.tsx'
import classes from './conversation.module.css'
import type { Message } from './message.ts'
import { threadOf, type Line } from './thread.ts'

const STEP = 50
const MOST = 1000

interface ConversationProps {
  readonly chat: string
  readonly name: string
  readonly onClose: () => void
}

/** One chat: what was said, and the field to answer. */
export function Conversation({ chat, name, onClose }: ConversationProps): ReactNode {
  const here = useHere()
  const [limit, setLimit] = useState(STEP)
  const [quoted, setQuoted] = useState<Message | null>(null)
  const messages = useMessages(here, chat, limit)
  return (
    <section className={classes['conversation']} aria-label={name}>
      <Head chat={chat} name={name} onClose={onClose} />
      <QueryView query={messages} loading={<div className={classes['log']} aria-busy="true" />}>
        {({ items }) => (
          <Log
            items={items}
            isGroup={isGroupChat(chat)}
            hasOlder={items.length >= limit && limit < MOST}
            isLoadingOlder={messages.isPlaceholderData}
            onOlder={() => setLimit(Math.min(MOST, limit + STEP))}
            onReply={setQuoted}
          />
        )}
      </QueryView>
      <Composer chat={chat} quoted={quoted} onUnquote={() => setQuoted(null)} />
    </section>
  )
}

const readMarked = object({ setRead: flag })

function Head({ chat, name, onClose }: ConversationProps): ReactNode {
  const words = useWords('chat')
  const common = useWords('common')
  const here = useHere()
  const mark = useChange({
    send: () => callMethod({ ...here, name: 'readChat', verb: 'POST', body: { chatId: chat }, read: readMarked }),
    stale: [messagesKey(here)],
  })
  const outcome = mark.data?.setRead === true ? words.marked : words.nothingToMark
  return (
    <header className={classes['head']}>
      <ActionIcon
        className={classes['back'] ?? ''}
        variant="subtle"
        color="gray"
        aria-label={words.backToChats}
        onClick={onClose}
      >
        <Icon name="back" />
      </ActionIcon>
      <div className={classes['who']}>
        <Text fw={600} dir="auto" component="h2" size="md" className={classes['name'] ?? ''}>
          {name}
        </Text>
        <Text size="xs" c="dimmed" className={classes['name'] ?? ''}>
          {chatTitle(chat) === name ? chat : chatTitle(chat)}
        </Text>
      </div>
      <Text size="xs" role="status" c="dimmed">
        {mark.isSuccess && outcome}
      </Text>
      {mark.error !== null && (
        <Text size="xs" role="alert" c="var(--mantine-color-error)">
          {faultText(mark.error, common)}
        </Text>
      )}
      <Tooltip label={words.markRead}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={words.markRead}
          loading={mark.isPending}
          onClick={() => mark.mutate()}
        >
          <Icon name="ticks" />
        </ActionIcon>
      </Tooltip>
    </header>
  )
}

interface LogProps {
  readonly items: readonly Message[]
  readonly isGroup: boolean
  readonly hasOlder: boolean
  readonly isLoadingOlder: boolean
  readonly onOlder: () => void
  readonly onReply: (message: Message) => void
}

function Log({ items, isGroup, hasOlder, isLoadingOlder, onOlder, onReply }: LogProps): ReactNode {
  const words = useWords('chat')
  const days = useDays(useMemo(() => threadOf(items), [items]))
  const log = useEndInSight(items[0])
  return (
    // Its only child grows upwards from the end: the newest message is in sight without a line of script.
    <div ref={log} className={classes['log']} role="log" aria-label={words.messages} tabIndex={0}>
      <div className={classes['lines']}>
        {hasOlder && (
          <Center>
            <Button size="xs" variant="default" loading={isLoadingOlder} onClick={onOlder}>
              {words.older}
            </Button>
          </Center>
        )}
        {days.length === 0 && (
          <Text size="sm" c="dimmed" ta="center">
            {words.noMessages}
          </Text>
        )}
        {days.map(({ day, lines }) => (
          <section key={day} aria-label={day}>
            <p className={classes['day']}>{day}</p>
            <ol className={classes['messages']}>
              {lines.map((line) => (
                <Bubble key={line.message.id} line={line} showsAuthor={isGroup} onReply={onReply} />
              ))}
            </ol>
          </section>
        ))}
      </div>
    </div>
  )
}

/** Whoever has said something sees it, wherever he was reading; what others say moves nothing. */
function useEndInSight(newest: Message | undefined): RefObject<HTMLDivElement | null> {
  const log = useRef<HTMLDivElement>(null)
  const own = newest?.isOutgoing === true ? newest.id : ''
  useEffect(() => {
    // Counted from the end, since the log is laid out from there.
    if (own !== '') log.current?.scrollTo({ top: 0 })
  }, [own])
  return log
}

interface Day {
  readonly day: string
  readonly lines: Line[]
}

function useDays(lines: readonly Line[]): readonly Day[] {
  const format = useFormat()
  return useMemo(() => {
    const days: Day[] = []
    for (const line of lines) {
      const day = format.date(line.message.at)
      const last = days.at(-1)
      if (last?.day === day) last.lines.push(line)
      else days.push({ day, lines: [line] })
    }
    return days
  }, [lines, format])
}
