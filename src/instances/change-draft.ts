import { LASTING, type SessionEvent } from '../drivers/driver.ts'
import { filesOf } from '../journal/files.ts'
import {
  callProgress,
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
import { becomesReadable, isOfSameAuthor, isSilent, knownRow, Seen, type Known } from './known.ts'
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
  /** What the store does not show yet. */
  readonly #seen = new Seen()
  #calls: Map<MessageId, NetworkCall> | undefined
  #correspondents: Correspondents | undefined
  #files: KeptFile[] | undefined
  #received: Map<ChatId, MessageId> | undefined

  constructor(record: InstanceRecord, unsettled: FindUnsettled, messages: 'assume new' | 'look first') {
    this.#record = record
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
    const known = this.#seen.ofChat(message.chat.id, message.id) ?? (await this.#stored(message.chat.id, message.id))
    if (known === undefined) await this.#add(event, recordNetwork(this.#record.id, message, this.#accepted))
    else if (becomesReadable(known, message)) await this.#add(event, recordReadable(this.#record.id, message))
    else if (event.wasPast === true) await this.#tell(event)
  }

  /** The batch is refused when it is not. */
  #addNew(event: MessageEvent): Promise<void> | undefined {
    const { message } = event
    const seen = this.#seen.ofChat(message.chat.id, message.id)
    if (seen !== undefined) {
      return becomesReadable(seen, message) ? this.#add(event, recordReadable(this.#record.id, message)) : undefined
    }
    this.guards.push({ kind: 'fresh', instance: this.#record.id, chat: message.chat.id, id: message.id })
    return this.#add(event, recordNetwork(this.#record.id, message, this.#accepted))
  }

  #add(event: MessageEvent, write: Write): Promise<void> | undefined {
    const { message } = event
    const status = message.direction === 'out' ? this.#accepted : 'delivered'
    this.#seen.add(message.id, { chat: message.chat.id, status, byApi: false, message })
    this.writes.push(write)
    return this.#tell(event)
  }

  /** What follows from a message that is kept. */
  #tell({ message, isPast = false }: MessageEvent): Promise<void> | undefined {
    const { content, direction } = message
    this.#keepFiles(message, isPast)
    if (isPast) return undefined
    this.#noteReceived(message)
    const guard = direction === 'in' ? correspondentGuard(this.#record, message.chat.id) : undefined
    if (guard === undefined) this.#announce(message)
    const admitting = guard && this.#admit(message, guard)
    if (content.kind !== 'edit' && content.kind !== 'deletion') return admitting
    return this.#markOriginal(message, content.target, admitting)
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
    const { id: instance, node } = this.#record
    const chat = message.chat.id
    const seen = this.#seen.ofChat(chat, target)
    const original = seen?.message ?? (await node.store.journal.inChat(instance, chat, target))
    if (original === null || !isOfSameAuthor(original, message)) return
    const mark = message.content.kind === 'edit' ? 'edited' : 'deleted'
    this.writes.push({ kind: 'message.mark', instance, id: target, chat, mark })
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
    const known = await this.#known(event)
    if (known === undefined || statusRank(status) <= statusRank(known.status)) return
    if (!isTaken(status) && this.#unsettledOf(event.id, known) !== undefined) {
      this.#end(event.id, known, { status, description: event.description ?? '', at: event.at })
      return
    }
    const proved = this.#prove(event.id, known, event.at)
    if (statusRank(status) <= statusRank(proved)) return
    this.#raise(event.id, known, status, event.description ?? '', event.at)
    if (isSilent(known)) return
    this.events.push({ ...event, status, description: event.description ?? '', byApi: known.byApi })
  }

  async #receipt({ id, participant, status, at }: Extract<SessionEvent, { kind: 'receipt' }>): Promise<void> {
    const known = await this.#known({ chat: STATUS_CHAT, id })
    if (known === undefined) return
    this.writes.push({ kind: 'receipt.put', instance: this.#record.id, id, receipt: { participant, status, at } })
    if (statusRank(status) <= statusRank(this.#prove(id, known, at))) return
    this.#raise(id, known, status, '', at)
  }

  #raise(id: MessageId, known: Known, status: MessageStatus, description: string, at: number): void {
    this.#seen.add(id, { ...known, status })
    this.writes.push(recordStatus(this.#record.id, id, status, description, at))
  }

  /** The queue's item whose verdict was lost or is late. */
  #unsettledOf(id: MessageId, known: Known): Unsettled | undefined {
    return known.byApi && !this.settled.includes(id) ? this.#unsettled(id) : undefined
  }

  /** A receipt proves that the attempt arrived: it stands for the verdict that was lost or is late. Gives the status as it is then. */
  #prove(id: MessageId, known: Known, at: number): MessageStatus {
    return this.#end(id, known, { status: 'sent', description: '', at })
  }

  #end(id: MessageId, known: Known, outcome: Outcome): MessageStatus {
    const item = this.#unsettledOf(id, known)
    if (item === undefined) return known.status
    const end = settle(this.#record, item, outcome)
    this.writes.push(...end.writes)
    this.events.push(...end.events)
    this.settled.push(id)
    this.#seen.add(id, { ...known, status: end.status })
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

  /** A receipt may come by another name of the chat than the one that was written to: then the id alone must do. */
  async #known({ chat, id }: Place): Promise<Known | undefined> {
    const known = this.#seen.ofChat(chat, id) ?? (await this.#stored(chat, id)) ?? this.#seen.anywhere(id)
    if (known !== undefined) return known
    const row = await this.#record.node.store.journal.find(this.#record.id, id)
    return row === null ? undefined : knownRow(row)
  }

  async #stored(chat: ChatId, id: MessageId): Promise<Known | undefined> {
    const row = await this.#record.node.store.journal.inChat(this.#record.id, chat, id)
    return row === null ? undefined : knownRow(row)
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
