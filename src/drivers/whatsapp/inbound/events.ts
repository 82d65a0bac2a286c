import { backoffMs } from '../../../lib/backoff.ts'
import { pause } from '../../../lib/pause.ts'
import { Serial } from '../../../lib/serial.ts'
import type { BinaryNode, EngineEvents, GroupMetadata, GroupParticipant } from '../engine/engine.ts'
import { maskedTrouble } from '../engine/log.ts'
import { isGroup, plainJid } from '../jids.ts'
import { newDraft, type Draft } from '../life.ts'
import { changedGroup, changedMembers } from './group-changes.ts'
import { noteChat, noteContact, sizeOf } from './history.ts'
import type { InboundParts } from './reading.ts'

type Parts = InboundParts & { readonly ended: AbortSignal }

const AGAIN = { firstMs: 500, longestMs: 30_000 }

/**
 * Follows what the engine tells of chats, contacts and groups, for its `ev.process`. One commit for each flush. The engine tells it once:
 * what could not be stored is tried again until the session's life ends. The past is not told by it, see `past-intake.ts`.
 */
export function followEvents(parts: Parts): (events: EngineEvents) => void {
  const follower = new Follower(parts)
  return (events) => follower.take(events)
}

/** Before the engine acknowledges that a group changed: what is kept of it is not believed by the next life if this one ends too soon. */
export function followNotifications(
  parts: Pick<Parts, 'directory' | 'store'>,
): (stanza: BinaryNode) => Promise<void> | void {
  return ({ attrs }) => {
    const group = plainJid(attrs['from'])
    if (attrs['type'] !== 'w:gp2' || !isGroup(group)) return
    return doubt(parts, group)
  }
}

async function doubt({ directory, store }: Pick<Parts, 'directory' | 'store'>, group: string): Promise<void> {
  const draft = newDraft()
  await directory.doubtGroup(group, draft)
  if (sizeOf(draft) > 0) await store.commit(draft)
}

class Follower {
  readonly #parts: Parts
  readonly #serial = new Serial()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  take(events: EngineEvents): void {
    if (!isOurs(events)) return
    this.#serial
      .run(() => this.#keep(events))
      .catch((error: unknown) => {
        this.#parts.host.log.warn(
          { error: maskedTrouble(error) },
          'what the network told of chats and contacts was not understood',
        )
      })
  }

  async #keep(events: EngineEvents): Promise<void> {
    const draft = newDraft()
    await this.#read(events, draft)
    if (sizeOf(draft) > 0) await this.#commit(draft)
  }

  async #read(events: EngineEvents, draft: Draft): Promise<void> {
    const pair = events['lid-mapping.update']
    if (pair !== undefined) await this.#parts.people.learn(pair.lid, pair.pn, draft)
    const { 'contacts.upsert': contacts = [], 'contacts.update': renamed = [] } = events
    for (const contact of [...contacts, ...renamed]) await noteContact(this.#parts, contact, draft)
    await this.#readChats(events, draft)
    const { 'groups.upsert': groups = [], 'groups.update': changed = [] } = events
    for (const group of [...groups, ...changed]) await this.#group(group, draft)
    const members = events['group-participants.update']
    if (members !== undefined) await this.#members(members, draft)
  }

  async #readChats(events: EngineEvents, draft: Draft): Promise<void> {
    const { directory } = this.#parts
    for (const chat of [...(events['chats.upsert'] ?? []), ...(events['chats.update'] ?? [])]) {
      await noteChat(this.#parts, chat, draft)
      // Higher numbers are the engine's own count of what it saw.
      if (chat.unreadCount === 0 && chat.id !== undefined) await directory.noteRead(chat.id, draft)
    }
  }

  async #group(told: Partial<GroupMetadata>, draft: Draft): Promise<void> {
    for (const participant of told.participants ?? []) await this.#learn(participant, draft)
    const jid = plainJid(told.id)
    if (isGroup(jid)) await this.#parts.directory.noteGroup(jid, (kept) => changedGroup(kept, told), draft)
  }

  async #members(told: NonNullable<EngineEvents['group-participants.update']>, draft: Draft): Promise<void> {
    const { directory, people } = this.#parts
    const members = told.participants.map((one) => (typeof one === 'string' ? { id: one } : one))
    for (const member of members) await this.#learn(member, draft)
    const jid = plainJid(told.id)
    const isOwn = (member: GroupParticipant) => people.isOwn(member.id)
    if (isGroup(jid)) await directory.noteGroup(jid, (kept) => changedMembers(kept, told.action, members, isOwn), draft)
  }

  async #learn({ id, lid, phoneNumber }: GroupParticipant, draft: Draft): Promise<void> {
    await this.#parts.people.learn(lid ?? id, phoneNumber ?? id, draft)
  }

  async #commit(draft: Draft): Promise<void> {
    const { host, store, ended } = this.#parts
    for (let failures = 0; !ended.aborted;) {
      try {
        await store.commit(draft)
        return
      } catch (error) {
        failures += 1
        host.log.warn(
          { error: maskedTrouble(error) },
          'what the network told of chats and contacts was not stored; again soon',
        )
        await pause(host.clock, backoffMs(AGAIN, failures, host.random), ended)
      }
    }
  }
}

const OURS = [
  'contacts.upsert',
  'contacts.update',
  'chats.upsert',
  'chats.update',
  'lid-mapping.update',
  'groups.upsert',
  'groups.update',
  'group-participants.update',
] as const satisfies readonly (keyof EngineEvents)[]

function isOurs(events: EngineEvents): boolean {
  return OURS.some((name) => events[name] !== undefined)
}
