import { Avatar, Button, Text, TextInput } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { asFault } from '../../../api/fault.ts'
import { faultText } from '../../../parts/fault-text.ts'
import { Icon } from '../../../parts/icon.tsx'
import { Failure, LoadingLines } from '../../../parts/states.tsx'
import { useFormat } from '../../../words/format.ts'
import { useWords } from '../../../words/words.ts'
import classes from './chat-list.module.css'
import { chatOfNumber, chatTitle } from './chat-name.ts'
import type { Chat, Chats } from './chats.ts'
import { saidShortly } from './contents.tsx'

/** So many are shown at first; a search finds the others. */
const SHOWN = 100
const DAY_MS = 86_400_000

interface ChatListProps {
  readonly chats: Chats
  readonly open: string | null
  readonly onOpen: (chat: string) => void
}

export function ChatList({ chats, open, onOpen }: ChatListProps): ReactNode {
  const words = useWords('chat')
  const [typed, setTyped] = useState('')
  const found = chats.chats?.filter((chat) => isFound(chat, typed.trim().toLowerCase()))
  const fresh = chatOfNumber(typed.trim())
  const isNew = fresh !== null && chats.chats?.every(({ id }) => id !== fresh) === true
  const start = (chat: string): void => {
    setTyped('')
    onOpen(chat)
  }
  return (
    <section className={classes['list']} aria-label={words.chats}>
      <form
        className={classes['search']}
        onSubmit={(event) => {
          event.preventDefault()
          if (fresh !== null) start(fresh)
        }}
      >
        <TextInput
          type="search"
          aria-label={words.search}
          placeholder={words.search}
          leftSection={<Icon name="search" />}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {isNew && (
          <Button type="submit" variant="light" fullWidth mt="xs" leftSection={<Icon name="plus" />}>
            {words.writeTo(chatTitle(fresh))}
          </Button>
        )}
      </form>
      {chats.trouble !== null && <Trouble error={chats.trouble} />}
      <div className={classes['rows']}>
        {found === undefined ? (
          <Waiting chats={chats} />
        ) : (
          <Rows found={found} open={open} onOpen={onOpen} isFiltered={typed !== ''} />
        )}
      </div>
    </section>
  )
}

function isFound({ id, name }: Chat, words: string): boolean {
  const digits = words.replace(/[\s()+-]/g, '')
  return name.toLowerCase().includes(words) || (digits !== '' && id.includes(digits))
}

function Trouble({ error }: { readonly error: Error }): ReactNode {
  const words = useWords('chat')
  const common = useWords('common')
  return (
    <Text size="xs" c="dimmed" px="sm" pb="xs">
      {words.noMessenger(faultText(asFault(error), common))}
    </Text>
  )
}

function Waiting({ chats }: { readonly chats: Chats }): ReactNode {
  return chats.error === null ? <LoadingLines /> : <Failure error={chats.error} onRetry={chats.retry} />
}

interface RowsProps {
  readonly found: readonly Chat[]
  readonly open: string | null
  readonly onOpen: (chat: string) => void
  readonly isFiltered: boolean
}

function Rows({ found, open, onOpen, isFiltered }: RowsProps): ReactNode {
  const words = useWords('chat')
  if (found.length === 0) {
    return (
      <Text size="sm" c="dimmed" ta="center" p="md">
        {isFiltered ? words.noneFound : words.noChats}
      </Text>
    )
  }
  return (
    <>
      <ul className={classes['chats']}>
        {found.slice(0, SHOWN).map((chat) => (
          <li key={chat.id}>
            <Row chat={chat} isOpen={chat.id === open} onOpen={onOpen} />
          </li>
        ))}
      </ul>
      {found.length > SHOWN && (
        <Text size="xs" c="dimmed" ta="center" p="sm">
          {words.moreChats(found.length - SHOWN)}
        </Text>
      )}
    </>
  )
}

interface RowProps {
  readonly chat: Chat
  readonly isOpen: boolean
  readonly onOpen: (chat: string) => void
}

function Row({ chat: { id, name, last, isArchived }, isOpen, onOpen }: RowProps): ReactNode {
  const words = useWords('chat')
  const said = last === null ? '' : last.isDeleted ? words.deleted : saidShortly(last.content, words)
  return (
    <button
      type="button"
      className={classes['chat']}
      aria-current={isOpen ? 'true' : undefined}
      onClick={() => onOpen(id)}
    >
      <Avatar name={name.replace(/^\+/, '')} color="gray" size="md" radius="xl" aria-hidden="true" />
      <span className={classes['words']}>
        <span className={classes['top']}>
          <strong dir="auto">{name}</strong>
          {last !== null && <When at={last.at} />}
        </span>
        <span className={classes['last']} dir="auto">
          {last?.isOutgoing === true ? `${words.you}: ${said}` : said}
        </span>
        {isArchived && <small>{words.archived}</small>}
      </span>
    </button>
  )
}

/** The time of a message of today, the day of an older one. */
function When({ at }: { readonly at: number }): ReactNode {
  const format = useFormat()
  return <small>{Date.now() - at < DAY_MS ? format.clock(at) : format.date(at)}</small>
}
