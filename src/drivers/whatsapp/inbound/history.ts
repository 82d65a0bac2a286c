import type { EpochMs } from '../../../model/ids.ts'
import type { SessionEvent } from '../../driver.ts'
import { line } from '../../network/bounded.ts'
import type { WaChat, WaContact, WaHistory, WaMessageInfo } from '../engine/engine.ts'
import { isGroup, isPerson, plainJid } from '../jids.ts'
import { maskedTrouble } from '../engine/log.ts'
import { CREDENTIALS } from '../keys/credentials.ts'
import { newDraft, type ChatRecord, type ContactRecord, type Draft } from '../life.ts'
import { count, numberIn } from './bounded.ts'
import { envelopeOfPast } from './envelope.ts'
import { readMessage } from './read-message.ts'
import type { Envelope, InboundParts } from './reading.ts'
import { unwrap } from './unwrap.ts'

/** Of one commit. */
const MOST_EVENTS = 200
const MOST_UNREAD = 100
const NEVER_MS = 8_640_000_000_000_000

/** A small part of it, put into a draft. */
type Step = (draft: Draft) => Promise<void>

/**
 * Brings a piece of the history, as the phone told it at `toldAt`, in commits of a bounded size. It may be brought again, or late: what is
 * known of chats and contacts already is not replaced by it.
 */
export async function* historyDrafts(parts: InboundParts, history: WaHistory, toldAt: EpochMs): AsyncGenerator<Draft> {
  let draft = newDraft()
  for (const step of stepsOf(parts, history, toldAt)) {
    await step(draft).catch((error: unknown) => leaveOut(parts, error))
    if (sizeOf(draft) < MOST_EVENTS) continue
    yield draft
    draft = newDraft()
  }
  if (sizeOf(draft) > 0) yield draft
}

/** What can't be read must not hold up the rest. Where the store can't be read either it is its fault, and nothing is left out. */
async function leaveOut({ host }: InboundParts, error: unknown): Promise<void> {
  await host.secret(CREDENTIALS)
  host.log.warn({ idInstance: host.instance, error: maskedTrouble(error) }, 'something of the past was not understood')
}

function* stepsOf(parts: InboundParts, history: WaHistory, toldAt: EpochMs): Generator<Step> {
  for (const { lid, pn } of history.lidPnMappings ?? []) yield (draft) => parts.people.learn(lid, pn, draft)
  for (const contact of history.contacts) yield (draft) => noteContact(parts, contact, draft, true)
  for (const chat of history.chats) yield (draft) => noteChat(parts, chat, draft, true)
  // Each chat's are told newest first; those of one second stay in their order.
  const read = history.messages.flatMap((info) => pastOf(parts, info)).reverse()
  yield* unreadSteps(parts, history.chats, read)
  // The oldest first, as a journal grows.
  for (const { envelope, info } of [...read].sort((a, b) => a.envelope.at - b.envelope.at)) {
    yield async (draft) => {
      const event = await eventOfPast(parts, { envelope, info }, draft, toldAt)
      if (event !== undefined) draft.events.push(event)
    }
  }
}

interface Past {
  readonly envelope: Envelope
  readonly info: WaMessageInfo
}

function pastOf({ people, own }: InboundParts, info: WaMessageInfo): readonly Past[] {
  if (!info.message) return []
  const envelope = envelopeOfPast(info, people, own.pn)
  return envelope === null ? [] : [{ envelope, info }]
}

async function eventOfPast(
  parts: InboundParts,
  { envelope, info: { message } }: Past,
  draft: Draft,
  toldAt: EpochMs,
): Promise<SessionEvent | undefined> {
  return message ? await readMessage(parts, envelope, unwrap(message), draft, toldAt) : undefined
}

/** Which messages are unread is not told, only how many; they are the last of those that came. */
function* unreadSteps({ directory }: InboundParts, chats: readonly WaChat[], past: readonly Past[]): Generator<Step> {
  const saidIn = new Map<string, Envelope[]>()
  for (const { envelope } of past) {
    const said = saidIn.get(envelope.chat)
    if (said === undefined) saidIn.set(envelope.chat, [envelope])
    else said.push(envelope)
  }
  for (const chat of chats) {
    const jid = plainJid(chat.id)
    const newest = (saidIn.get(jid) ?? []).sort((a, b) => a.at - b.at)
    const unreadCount = count(chat.unreadCount, 1_000_000)
    const came = newest.filter(({ fromMe }) => !fromMe)
    const unread = unreadCount === 0 ? [] : came.slice(-Math.min(unreadCount, MOST_UNREAD)).map(referenceTo)
    const last = newest.at(-1)
    const told = last && { at: last.at, last: { ...referenceTo(last), fromMe: last.fromMe, at: last.at } }
    if (last === undefined && unreadCount === 0) continue
    yield async (draft) => {
      const at = (await directory.chat(jid))?.at
      // What came since is known better.
      if (at === undefined || at < (last?.at ?? 1))
        await directory.noteChat(jid, { ...told, unread, unreadCount }, draft)
    }
  }
}

function referenceTo({ id, chat, author, fromMe }: Envelope) {
  return { id, ...(!isPerson(chat) && !fromMe && { participant: author }) }
}

/** What the network tells of a chat, and of the names of those in it. */
export async function noteChat(
  { directory }: Pick<InboundParts, 'directory'>,
  chat: Partial<WaChat>,
  draft: Draft,
  isPast = false,
): Promise<void> {
  const jid = plainJid(chat.id)
  if (jid === '') return
  const change = changeIn(jid, chat)
  const news = isPast ? unknownIn(change, await directory.chat(jid)) : change
  if (Object.keys(news).length > 0) await directory.noteChat(jid, news, draft)
}

function changeIn(jid: string, chat: Partial<WaChat>): Partial<ChatRecord> {
  const change: Partial<ChatRecord> = {}
  if (isGroup(jid) && typeof chat.name === 'string' && chat.name !== '') change.name = line(chat.name).slice(0, 256)
  if (typeof chat.archived === 'boolean') change.isArchived = chat.archived
  if (typeof chat.ephemeralExpiration === 'number') change.ephemeralS = count(chat.ephemeralExpiration, 315_360_000)
  if (chat.ephemeralSettingTimestamp !== undefined && chat.ephemeralSettingTimestamp !== null)
    change.ephemeralSetAt = count(count(chat.ephemeralSettingTimestamp) * 1000, NEVER_MS)
  if (chat.muteEndTime !== undefined) change.mutedUntil = mutedUntil(chat.muteEndTime)
  return change
}

/** As much of a change as says what a record does not. */
function unknownIn<T extends object>(change: Partial<T>, kept: T | null): Partial<T> {
  const news = { ...change }
  for (const name of Object.keys(change) as (keyof T)[])
    if (kept?.[name] !== undefined) Reflect.deleteProperty(news, name)
  return news
}

/** Milliseconds, but seconds in the history; −1 is for ever. */
function mutedUntil(told: unknown): number {
  if (numberIn(told) < 0) return NEVER_MS
  const time = count(told, NEVER_MS)
  return time < 100_000_000_000 ? time * 1000 : time
}

/** `name` is of the address book, `notify` of the profile. */
export async function noteContact(
  { directory, people }: Pick<InboundParts, 'directory' | 'people'>,
  contact: Partial<WaContact>,
  draft: Draft,
  isPast = false,
): Promise<void> {
  const jid = plainJid(contact.id)
  if (!isPerson(jid)) return
  const [lid, number] = [plainJid(contact.lid), plainJid(contact.phoneNumber)]
  await people.learn(lid === '' ? jid : lid, number === '' ? jid : number, draft)
  const change = namesIn(contact)
  if (people.isOwn(jid)) delete change.name
  const news = isPast ? unknownIn(change, await directory.contact(jid)) : change
  if (Object.keys(news).length > 0) await directory.noteContact(jid, news, draft)
}

function namesIn({ name, notify, verifiedName }: Partial<WaContact>): ContactRecord {
  const change: ContactRecord = {}
  const profileName = line(notify) || line(verifiedName)
  if (profileName.trim() !== '') change.name = profileName
  const contactName = line(name)
  if (contactName !== '') change.contactName = contactName
  if (typeof verifiedName === 'string' && verifiedName !== '') change.isBusiness = true
  return change
}

export function sizeOf({ events, secrets, notes }: Draft): number {
  return events.length + secrets.size + notes.size
}
