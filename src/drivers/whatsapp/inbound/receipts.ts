import type { MessageId } from '../../../model/ids.ts'
import type { BinaryNode } from '../engine/engine.ts'
import { isGroup, isPerson, plainJid, STATUSES_JID } from '../jids.ts'
import { newDraft, type Draft } from '../life.ts'
import { messageId } from './bounded.ts'
import { timeOf } from './envelope.ts'
import { GroupReceipts } from './group-receipts.ts'
import type { InboundParts } from './reading.ts'

type Parts = Pick<InboundParts, 'host' | 'store' | 'people' | 'directory'>

/** How far a message came, by the receipt's type; none is a delivery. */
const STATUSES: Readonly<Record<string, 'delivered' | 'read'>> = {
  '': 'delivered',
  inactive: 'delivered',
  read: 'read',
  played: 'read',
}
const READ_BY_OWN = ['read-self', 'played-self']
const MOST_IDS = 1_000

/** A receipt that was understood. */
interface Receipt {
  readonly ids: readonly MessageId[]
  readonly from: string
  /** Whose receipt it is: the other side, or in a group or of a status the participant. */
  readonly by: string
  readonly status: 'delivered' | 'read'
  readonly at: number
}

/**
 * What is done before the engine sees a receipt: resolves when everything that it tells is committed. Receipts of one tick are committed
 * together. Retry receipts, and whatever tells nothing, resolve at once.
 *
 * A chat's message has one status: with one person it is that person's receipt; in a group it is what everybody has, `delivered` when the
 * last member's device has it and `read` when the last member has read it, as the messenger itself shows it. Statuses are told by viewer.
 */
export function followReceipts(parts: Parts): (stanza: BinaryNode) => Promise<void> {
  const receipts = new Receipts(parts)
  return (stanza) => receipts.take(stanza)
}

class Receipts {
  readonly #parts: Parts
  readonly #groups: GroupReceipts
  #batch: { readonly stanzas: BinaryNode[]; readonly done: Promise<void> } | null = null
  #last: Promise<unknown> = Promise.resolve()

  constructor(parts: Parts) {
    this.#parts = parts
    this.#groups = new GroupReceipts(parts)
  }

  take(stanza: BinaryNode): Promise<void> {
    const type = stanza.attrs['type'] ?? ''
    if (STATUSES[type] === undefined && !READ_BY_OWN.includes(type)) return Promise.resolve()
    if (this.#batch === null) {
      const stanzas: BinaryNode[] = []
      const before = this.#last
      const done = nextTick().then(async () => {
        this.#batch = null
        await before
        await this.#commit(stanzas)
      })
      this.#batch = { stanzas, done }
      // A commit that failed ends the socket; what stands behind it does not wait for more.
      this.#last = done.catch(() => undefined)
    }
    this.#batch.stanzas.push(stanza)
    return this.#batch.done
  }

  async #commit(stanzas: readonly BinaryNode[]): Promise<void> {
    const draft = newDraft()
    for (const stanza of stanzas) await this.#read(stanza, draft)
    if (draft.events.length + draft.secrets.size + draft.notes.size > 0) await this.#parts.store.commit(draft)
  }

  async #read({ attrs, content }: BinaryNode, draft: Draft): Promise<void> {
    const { people } = this.#parts
    const from = plainJid(attrs['from'])
    const participant = plainJid(attrs['participant'])
    const type = attrs['type'] ?? ''
    if (from === '') return
    if (READ_BY_OWN.includes(type)) {
      await this.#readByOwn(attrs, from, idsIn(attrs, content), draft)
      return
    }
    const status = STATUSES[type]
    const by = isPerson(from) ? from : participant
    if (status === undefined || !isPerson(by) || people.isOwn(by)) return
    const at = timeOf(attrs['t'], this.#parts.host.clock.now())
    await this.#tell({ ids: idsIn(attrs, content), from, by, status, at }, draft)
  }

  async #tell({ ids, from, by, status, at }: Receipt, draft: Draft): Promise<void> {
    const { people } = this.#parts
    const who = await people.chatOf(by)
    for (const id of ids) {
      if (from === STATUSES_JID) draft.events.push({ kind: 'receipt', id, participant: who, status, at })
      else if (isGroup(from)) await this.#groups.take({ id, group: from, by, status, at }, draft)
      // To a list of receivers: the message is one of the chat with each.
      else draft.events.push({ kind: 'status', id, chat: who, status, at })
    }
  }

  /** The account has read on its phone or another device what came up to these. */
  async #readByOwn(attrs: BinaryNode['attrs'], from: string, ids: readonly MessageId[], draft: Draft): Promise<void> {
    const { people, directory } = this.#parts
    const chat = people.isOwn(from) ? plainJid(attrs['recipient']) : from
    if (chat === '' || chat === STATUSES_JID) return
    const kept = await directory.chat(chat)
    if (kept === null) return
    const last = Math.max(...ids.map((id) => kept.unread.findIndex((one) => one.id === id)))
    const unread = kept.unread.slice(last + 1)
    if (unread.length === 0) await directory.noteRead(chat, draft)
    else if (last >= 0) await directory.noteChat(chat, { unread, unreadCount: unread.length }, draft)
  }
}

function idsIn(attrs: BinaryNode['attrs'], content: BinaryNode['content']): readonly MessageId[] {
  const ids = [attrs['id']]
  for (const list of Array.isArray(content) ? content : [])
    if (list.tag === 'list' && Array.isArray(list.content))
      for (const item of list.content.slice(0, MOST_IDS)) if (item.tag === 'item') ids.push(item.attrs['id'])
  return [...new Set(ids.map(messageId).filter((id) => id !== ''))] as MessageId[]
}

function nextTick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
