import type { ChatSummary } from '../../../model/chats.ts'
import { fault, type Fault } from '../../../model/fault.ts'
import type { ChatId, MessageId } from '../../../model/ids.ts'
import type { Chats } from '../../facets.ts'
import { isGroup, isPerson, STATUSES_JID } from '../jids.ts'
import type { ChatRecord, Life } from '../life.ts'
import { changeShared } from './app-state.ts'
import { ask, keep, told, type Current } from './asking.ts'
import { phoneShown } from './persons.ts'
import { setVanishing } from './vanishing.ts'

const NO_MESSAGES = fault('notFound', 'no message of this chat is known')

export function chatsOf(current: Current): Chats {
  return {
    list: () => ask(current, list),
    read: (chat, upTo) => ask(current, (life) => read(life, chat, upTo)),
    archive: (chat, isArchived) => told(current, (life) => archive(life, chat, isArchived)),
    setEphemeral: (chat, seconds) =>
      told(current, async (life) => setVanishing(life, await life.people.jidOf(chat), seconds)),
  }
}

async function list(life: Life): Promise<readonly ChatSummary[]> {
  const records = [...(await life.directory.chats())]
    .filter(([jid]) => jid !== STATUSES_JID && (isPerson(jid) || isGroup(jid)))
    .sort(([, a], [, b]) => b.at - a.at)
  const all: ChatSummary[] = []
  for (const [jid, record] of records) all.push(await summaryOf(life, jid, record))
  return all
}

async function summaryOf(life: Life, jid: string, record: ChatRecord): Promise<ChatSummary> {
  const contact = isPerson(jid) ? await life.directory.contact(jid) : null
  const named = [contact?.contactName, record.name, contact?.name].find((name) => name !== undefined && name !== '')
  return {
    ...{ id: await life.people.chatOf(jid), name: named ?? '', username: '' },
    ...{ type: isGroup(jid) ? 'group' : 'user', phone: isGroup(jid) ? '' : await phoneShown(life, jid) },
    ...{ isArchived: record.isArchived ?? false, unread: record.unreadCount },
    ...{ ephemeralS: record.ephemeralS ?? 0, ephemeralSetAt: record.ephemeralSetAt ?? 0 },
  }
}

async function read(life: Life, chat: ChatId, upTo: MessageId | undefined): Promise<boolean | Fault> {
  const jid = await life.people.jidOf(chat)
  const { unread = [], unreadCount = 0 } = (await life.directory.chat(jid)) ?? {}
  const end = upTo === undefined ? unread.length : unread.findIndex(({ id }) => id === upTo) + 1
  const those = unread.slice(0, end)
  if (those.length === 0) {
    // A count that history told: the messages themselves are not known.
    if (upTo === undefined && unreadCount > 0) await keep(life, (draft) => life.directory.noteRead(jid, draft))
    return upTo === undefined && unreadCount > 0
  }
  await life.socket.readMessages(
    those.map(({ id, participant }) => ({
      ...{ remoteJid: jid, fromMe: false, id },
      ...(participant !== undefined && { participant }),
    })),
  )
  await keep(life, async (draft) => {
    const rest = unread.slice(end)
    if (rest.length === 0) return life.directory.noteRead(jid, draft)
    const change = { unread: rest, unreadCount: Math.max(rest.length, unreadCount - those.length) }
    return life.directory.noteChat(jid, change, draft)
  })
  return true
}

async function archive(life: Life, chat: ChatId, isArchived: boolean): Promise<Fault | undefined> {
  const jid = await life.people.jidOf(chat)
  const last = (await life.directory.chat(jid))?.last
  if (last === undefined) return NO_MESSAGES
  const { id, fromMe, participant, at } = last
  const key = { remoteJid: jid, id, fromMe, ...(participant !== undefined && { participant }) }
  const lastMessages = [{ key, messageTimestamp: Math.floor(at / 1_000) }]
  const trouble = await changeShared(life, () => life.socket.chatModify({ archive: isArchived, lastMessages }, jid))
  if (trouble !== undefined) return trouble
  await keep(life, (draft) => life.directory.noteChat(jid, { isArchived }, draft))
  return undefined
}
