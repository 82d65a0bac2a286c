import { LASTING, type SessionEvent } from '../drivers/driver.ts'
import { filesOf } from '../journal/files.ts'
import {
  callProgress,
  networkRow,
  readCall,
  recordCall,
  recordCallProgress,
  recordNetwork,
  recordReadable,
  recordStatus,
} from '../journal/record.ts'
import type { NetworkCall } from '../model/call.ts'
import { STATUS_CHAT, type KeptFile } from '../model/content.ts'
import type { ChatId, MessageId } from '../model/ids.ts'
import type { InstanceRow } from '../model/instance.ts'
import { statusRank, type MessageStatus, type NetworkMessage } from '../model/message.ts'
import type { NotificationEvent } from '../notifications/event.ts'
import type { Guard, Write } from '../storage/store.ts'
import { Correspondents } from './correspondents.ts'
import { becomesReadable, isOfSameAuthor, isSilent, type Known } from './known.ts'
import { KnownMessages } from './known-messages.ts'
import { correspondentGuard, type CorrespondentGuard } from './quotas.ts'
import type { InstanceRecord } from './record.ts'
import { changesAnother, settle, type Outcome, type Unsettled } from './settlement.ts'

/** Finds an attempt that has no verdict yet. */
export type FindUnsettled = (id: MessageId) => Unsettled | undefined

type MessageEvent = Extract<SessionEvent, { kind: 'message' }>

/** Where a message is in the journal. */
interface Place {
  readonly chat: ChatId
  readonly id: MessageId
}

const NONE: ReadonlyMap<ChatId, MessageId> = new Map()
const NO_FILES: readonly KeptFile[] = []
const NO_CHATS: readonly ChatId[] = []

/** The batch that a change becomes, while it is put together. */
export class ChangeDraft {
  readonly guards: Guard[] = []
  readonly writes: Write[] = []
  readonly events: NotificationEvent[] = []
  readonly settled: MessageId[] = []
  row: InstanceRow | undefined
  linked = false
  unlinked = false
  readonly #record: InstanceRecord
  readonly #unsettled: FindUnsettled
  readonly #messages: 'assume new' | 'look first'
  readonly #known: KnownMessages
  #calls: Map<MessageId, NetworkCall> | undefined
  #correspondents: Correspondents | undefined
  #files: KeptFile[] | undefined
  #received: Map<ChatId, MessageId> | undefined

  constructor(record: InstanceRecord, unsettled: FindUnsettled, messages: 'assume new' | 'look first') {
    this.#record = record
    this.#known = new KnownMessages(record)
    this.#unsettled = unsettled
    this.#messages = messages
  }

  get files(): readonly KeptFile[] {
    return this.#files ?? NO_FILES
  }

  get received(): ReadonlyMap<ChatId, MessageId> {
    return this.#received ?? NONE
  }

  /** A promise where the store must be looked at first. Events are added one after the other. */
  add(event: SessionEvent): Promise<void> | undefined {
    switch (event.kind) {
      case 'message':
        if (this.#messages === 'look first') return this.#addUnknown(event)
        return this.#addNew(event)
      case 'status':
        return this.#status(event)
      case 'receipt':
        return this.#receipt(event)
      case 'call':
        return this.#call(event.call)
      case 'linked':
        this.linked = true
        this.#state('authorized', event.at, event.account)
        return undefined
      case 'unlinked':
        this.unlinked = true
        this.writes.push({ kind: 'secret.clear', instance: this.#record.id, keeping: LASTING })
        this.#state('notAuthorized', event.at)
        return undefined
      case 'restricted':
        // Nobody is linked any more: an end of a restriction that comes late must not bring the account back.
        if ((this.row ?? this.#record.row).state !== 'notAuthorized') this.#state(event.state, event.at)
        return undefined
      default:
        return event satisfies never
    }
  }

  async #addUnknown(event: MessageEvent): Promise<void> {
    const { message } = event
    const known = await this.#known.find(event)
    if (known === undefined) {
      this.writes.push(recordNetwork(this.#record.id, message, this.#accepted))
      await this.#added(event)
    } else if (becomesReadable(known, message)) await this.#addReadable(event, known)
    else if (event.wasPast === true) await this.#tell(event)
  }

  /** The batch is refused when it is not. */
  #addNew(event: MessageEvent): Promise<void> | undefined {
    const { message, aliases } = event
    const added = this.#known.added(event)
    if (added !== undefined) return becomesReadable(added, message) ? this.#addReadable(event, added) : undefined
    const { id: instance } = this.#record
    for (const chat of aliases ?? NO_CHATS) this.guards.push({ kind: 'fresh', instance, chat, id: message.id })
    this.guards.push({ kind: 'newMessage', row: networkRow(instance, message, this.#accepted) })
    return this.#added(event)
  }

  /** It stays in the chat where it was first. */
  #addReadable(event: MessageEvent, { chat }: Known): Promise<void> | undefined {
    this.writes.push(recordReadable(this.#record.id, event.message, chat))
    return this.#added(event, chat)
  }

  /** It is in the batch by now. */
  #added(event: MessageEvent, chat = event.message.chat.id): Promise<void> | undefined {
    const { message } = event
    const { direction } = message
    const status = direction === 'out' ? this.#accepted : 'delivered'
    this.#known.add(message.id, { chat, direction, status, byApi: false, message })
    return this.#tell(event)
  }

  /** What follows from a message that is kept. */
  #tell({ message, isPast = false, original }: MessageEvent): Promise<void> | undefined {
    const { content, direction } = message
    this.#keepFiles(message, isPast)
    if (isPast) return undefined
    this.#noteReceived(message)
    const guard = direction === 'in' ? correspondentGuard(this.#record, message.chat.id) : undefined
    if (guard === undefined) this.#announce(message)
    const admitting = guard && this.#admit(message, guard)
    if (content.kind !== 'edit' && content.kind !== 'deletion') return admitting
    if (original === undefined) return this.#markOriginal(message, content.target, admitting)
    this.#mark(message, original)
    return admitting
  }

  #announce(message: NetworkMessage): void {
    // Statuses are asked for, never told.
    if (message.chat.id === STATUS_CHAT) return
    this.events.push({ kind: 'message', flow: message.direction === 'out' ? 'outgoing' : 'incoming', message })
  }

  /** A message from a chat beyond the month's correspondents is stored, and not told. */
  async #admit(message: NetworkMessage, guard: CorrespondentGuard): Promise<void> {
    this.#correspondents ??= await Correspondents.ofMonth(this.#record, guard)
    const admitted = this.#correspondents.admit(guard)
    if (admitted === 'withheld') this.events.push(this.#correspondents.event())
    else this.#announce(message)
    if (admitted === 'new') this.guards.push(guard)
  }

  async #markOriginal(message: NetworkMessage, target: MessageId, before: Promise<void> | undefined): Promise<void> {
    await before
    const chat = message.chat.id
    const original = await this.#known.original(chat, target)
    if (original !== undefined && isOfSameAuthor(original, message)) this.#mark(message, { chat, id: target })
  }

  #mark({ content }: NetworkMessage, { chat, id }: Place): void {
    const mark = content.kind === 'edit' ? 'edited' : 'deleted'
    this.writes.push({ kind: 'message.mark', instance: this.#record.id, id, chat, mark })
  }

  /** Files of the past are fetched when somebody asks for them. */
  #keepFiles(message: NetworkMessage, isPast: boolean): void {
    const { own, quoted } = filesOf(message.content)
    if (own !== undefined && !isPast) (this.#files ??= []).push(own)
    const at = this.#record.node.clock.now()
    for (const file of [own, quoted]) {
      if (file !== undefined) this.writes.push({ kind: 'file.put', instance: this.#record.id, file, at })
    }
  }

  #noteReceived({ id, chat, direction, content }: NetworkMessage): void {
    const { markIncomingMessagesReaded, markIncomingMessagesReadedOnReply } = this.#record.row.settings
    if (markIncomingMessagesReaded !== 'yes' || markIncomingMessagesReadedOnReply === 'yes') return
    if (direction !== 'in' || chat.id === STATUS_CHAT || changesAnother(content)) return
    this.#received ??= new Map()
    // The latest last, so that chats are read in the order of what came.
    this.#received.delete(chat.id)
    this.#received.set(chat.id, id)
  }

  async #status(event: Extract<SessionEvent, { kind: 'status' }>): Promise<void> {
    const status = event.status === 'sent' ? this.#accepted : event.status
    const known = await this.#known.sent(event.chat, event.id)
    if (known === undefined || statusRank(status) <= statusRank(known.status)) return
    if (!isTaken(status) && this.#unsettledOf(event.id, known) !== undefined) {
      await this.#end(event.id, known, { status, description: event.description ?? '', at: event.at })
      return
    }
    const proved = await this.#prove(event.id, known, event.at)
    if (statusRank(status) <= statusRank(proved)) return
    this.#raise(event.id, known, status, event.description ?? '', event.at)
    if (isSilent(known)) return
    this.events.push({ ...event, status, description: event.description ?? '', byApi: known.byApi })
  }

  async #receipt({ id, participant, status, at }: Extract<SessionEvent, { kind: 'receipt' }>): Promise<void> {
    const known = await this.#known.sent(STATUS_CHAT, id)
    if (known === undefined) return
    this.writes.push({ kind: 'receipt.put', instance: this.#record.id, id, receipt: { participant, status, at } })
    if (statusRank(status) <= statusRank(await this.#prove(id, known, at))) return
    this.#raise(id, known, status, '', at)
  }

  #raise(id: MessageId, known: Known, status: MessageStatus, description: string, at: number): void {
    this.#known.add(id, { ...known, status })
    this.writes.push(recordStatus(this.#record.id, { chat: known.chat, id }, status, description, at))
  }

  /** The queue's item whose verdict was lost or is late. */
  #unsettledOf(id: MessageId, known: Known): Unsettled | undefined {
    return known.byApi && !this.settled.includes(id) ? this.#unsettled(id) : undefined
  }

  /** A receipt proves that the attempt arrived: it stands for the verdict that was lost or is late. Gives the status as it is then. */
  #prove(id: MessageId, known: Known, at: number): Promise<MessageStatus> {
    return this.#end(id, known, { status: 'sent', description: '', at })
  }

  async #end(id: MessageId, known: Known, outcome: Outcome): Promise<MessageStatus> {
    const item = this.#unsettledOf(id, known)
    if (item === undefined) return known.status
    const end = settle(this.#record, item, outcome, await this.#known.placeOfOriginal(item.message))
    this.writes.push(...end.writes)
    this.events.push(...end.events)
    this.settled.push(id)
    this.#known.add(id, { ...known, status: end.status })
    return end.status
  }

  async #call(call: NetworkCall): Promise<void> {
    const { id: instance, node } = this.#record
    const stored = this.#calls?.get(call.id) ?? (await findCall(this.#record, call))
    if (stored === 'no call') {
      node.log.warn({ idInstance: instance }, 'a call has the id of a message')
      return
    }
    const progress = stored === null ? 'status' : callProgress(stored, call)
    if (progress === 'nothing') return
    this.writes.push(stored === null ? recordCall(instance, call) : recordCallProgress(instance, call))
    this.#calls ??= new Map()
    this.#calls.set(call.id, call)
    if (progress === 'status') this.events.push({ kind: 'call', call })
  }

  /** What this messenger calls it that the network has taken a message. */
  get #accepted(): 'sent' | 'delivered' {
    return this.#record.capabilities?.tellsSent === false ? 'delivered' : 'sent'
  }

  #state(state: InstanceRow['state'], at: number, account?: InstanceRow['linked']): void {
    const before = this.row ?? this.#record.row
    const linked = account ?? before.linked
    if (before.state === state && before.linked?.wid === linked?.wid) {
      // Nothing to tell, but a new device id or name is still worth keeping.
      this.writes.push({ kind: 'instance.state', instance: this.#record.id, state, linked })
      this.row = { ...before, linked }
      return
    }
    const changed = this.#record.changeState(before, state, linked, at)
    this.writes.push(...changed.writes)
    this.events.push(changed.event)
    this.row = changed.row
  }
}

function isTaken(status: MessageStatus): status is 'pending' | 'sent' | 'delivered' | 'read' {
  return statusRank(status) < statusRank('failed')
}

async function findCall(record: InstanceRecord, call: NetworkCall): Promise<NetworkCall | 'no call' | null> {
  const row = await record.node.store.journal.inChat(record.id, call.chat.id, call.id)
  if (row === null) return null
  return row.shelf === 'call' ? readCall(row) : 'no call'
}
