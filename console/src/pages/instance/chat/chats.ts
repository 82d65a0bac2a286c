import { callMethod, instanceKey } from '../../../api/instances.ts'
import { keepPreviousData, useQuery, useQueryClient, type QueryKey, type UseQueryResult } from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'
import { ask, withQuery } from '../../../api/client.ts'
import { list, type Reader } from '../../../api/read.ts'
import { retryPatiently, retryWaitMs } from '../patience.ts'
import { belowInstance, useInstance, type Here } from '../here.ts'
import { chatTitle, isGroupChat } from './chat-name.ts'
import { fieldsOf, flagIn, textIn } from './fields.ts'
import { readMessages, type Message } from './message.ts'

export interface Chat {
  readonly id: string
  readonly name: string
  readonly isArchived: boolean
  /** The newest message that is no mere remark of another one. */
  readonly last: Message | null
}

/** An open chat and the newest messages of all are looked at so often: statuses change as well as messages come. */
const LOOK_MS = 2_000
const LOOK_AT_ALL_MS = 4_000
/** The messenger itself is asked for its chats more rarely. */
const LOOK_AT_CHATS_MS = 30_000
const NEWEST = 200

interface ListedChat {
  readonly id: string
  readonly name: string
  readonly isArchived: boolean
}

const readListed: Reader<ListedChat> = (value) => {
  const item = fieldsOf(value)
  return { id: textIn(item, 'id', 'chatId'), name: textIn(item, 'name'), isArchived: flagIn(item, 'archive') }
}
const readChats = list(readListed)

export function messagesKey({ account, id }: Here, ...more: readonly (string | number)[]): QueryKey {
  return [...instanceKey(account, id), 'messages', ...more]
}

/** The newest messages of a chat; more of them with a higher `limit`. */
export function useMessages(
  here: Here,
  chat: string,
  limit: number,
): UseQueryResult<{ readonly items: readonly Message[] }> {
  return useQuery({
    queryKey: messagesKey(here, chat, limit),
    queryFn: ({ signal }) =>
      ask({ path: withQuery(belowInstance(here, '/messages'), { chatId: chat, limit }), read: readMessages, signal }),
    refetchInterval: LOOK_MS,
    // Of the same chat alone: another one's messages must never stand below this one's name.
    placeholderData: (before, query) => (query?.queryKey.at(-2) === chat ? keepPreviousData(before) : undefined),
  })
}

/** The instance's queues move as it sends and is told: then there is something new to see, before the next look. */
export function useFreshMessages(here: Here): void {
  const client = useQueryClient()
  const { queued, notifications } = useInstance()
  const moved = `${queued}/${notifications}`
  const before = useRef(moved)
  useEffect(() => {
    if (before.current === moved) return
    before.current = moved
    void client.invalidateQueries({ queryKey: messagesKey(here) })
  }, [client, here, moved])
}

export interface Chats {
  /** Undefined until something is known. */
  readonly chats: readonly Chat[] | undefined
  /** Why the messenger could not be asked; the chats of the journal are there all the same. */
  readonly trouble: Error | null
  readonly error: Error | null
  readonly retry: () => void
}

/** The chats of the messenger and of the journal, most recently active first. */
export function useChats(here: Here): Chats {
  const listed = useQuery({
    queryKey: [...instanceKey(here.account, here.id), 'chats'],
    queryFn: ({ signal }) => callMethod({ ...here, name: 'getChats', read: readChats, signal }),
    refetchInterval: LOOK_AT_CHATS_MS,
    retry: retryPatiently,
    retryDelay: retryWaitMs,
  })
  const newest = useQuery({
    queryKey: messagesKey(here),
    queryFn: ({ signal }) =>
      ask({ path: withQuery(belowInstance(here, '/messages'), { limit: NEWEST }), read: readMessages, signal }),
    refetchInterval: LOOK_AT_ALL_MS,
  })
  const items = newest.data?.items
  const chats = useMemo(
    () => (items === undefined ? undefined : joined(listed.data ?? [], items)),
    [listed.data, items],
  )
  return {
    chats,
    trouble: listed.error,
    error: newest.data === undefined ? newest.error : null,
    retry: () => void newest.refetch(),
  }
}

function joined(listed: readonly ListedChat[], newest: readonly Message[]): readonly Chat[] {
  const chats = new Map<string, Chat>(
    listed.map((chat) => [chat.id, { ...chat, name: chat.name || chatTitle(chat.id), last: null }]),
  )
  for (const message of newest) {
    const { chat: id, content } = message
    const known = chats.get(id) ?? { id, name: chatTitle(id), isArchived: false, last: null }
    const last = known.last ?? ('target' in content ? null : message)
    chats.set(id, { ...known, name: nameOf(known, message), last })
  }
  // Stable: what nobody wrote in lately stays in the messenger's order.
  return [...chats.values()].toSorted((one, other) => (other.last?.at ?? 0) - (one.last?.at ?? 0))
}

/** A person tells his name with what he writes; his newest one counts. */
function nameOf({ id, name }: Chat, { author, isOutgoing }: Message): string {
  const isNameless = name === chatTitle(id)
  return isNameless && !isOutgoing && author.name !== '' && !isGroupChat(id) ? author.name : name
}
