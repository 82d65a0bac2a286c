import type { Change, SessionEvent } from '../drivers/driver.ts'
import { recordNetwork, recordStatus } from '../journal/record.ts'
import type { MessageId } from '../model/ids.ts'
import type { InstanceRow } from '../model/instance.ts'
import { statusRank, type MessageStatus, type NetworkMessage } from '../model/message.ts'
import type { NotificationEvent } from '../notifications/event.ts'
import type { Guard, Write } from '../storage/store.ts'
import type { InstanceRecord } from './record.ts'
import { settle, type Unsettled } from './settlement.ts'

/** What the runner must know once a change is durable. */
export interface Applied {
  readonly linked: boolean
  readonly unlinked: boolean
  /** What the state forbade it may allow now. */
  readonly stateChanged: boolean
  /** Messages whose lost verdict a receipt has replaced. */
  readonly settled: readonly MessageId[]
}

/** Finds an attempt that has no verdict yet. */
export type FindUnsettled = (id: MessageId) => Unsettled | undefined

/**
 * Turns what a driver received into one batch: protocol keys, journal rows, notifications, queue. A message or receipt that is
 * stored already adds nothing, so the network may bring everything twice. Must run alone for its instance (`record.changes`),
 * because it decides by what it reads.
 */
export async function applyChange(record: InstanceRecord, change: Change, unsettled: FindUnsettled): Promise<Applied> {
  // What comes is new, but for what was brought again: the writer makes sure of it, for a fraction of what looking first costs.
  const events = change.events ?? []
  for (const messages of ['assume new', 'look first'] as const) {
    const draft = new ChangeDraft(record, unsettled, messages, events.length > 1)
    for (const event of events) {
      const looking = draft.add(event)
      if (looking !== undefined) await looking
    }
    for (const [name, value] of change.secrets ?? []) {
      draft.writes.push({ kind: 'secret.put', instance: record.id, name, value })
    }
    if (!(await record.tryCommitWith(draft.events, draft.writes, draft.row, draft.guards))) continue
    draft.settled.forEach(() => record.outbox.drop())
    const { linked, unlinked, settled } = draft
    return { linked, unlinked, settled, stateChanged: draft.row !== undefined }
  }
  throw new Error(`a change of instance ${String(record.id)} was refused`)
}

class ChangeDraft {
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
  /** Ids that this very change adds or raises, which the store does not show yet; only a later event of it asks for them. */
  readonly #seen: Map<MessageId, { status: MessageStatus; byApi: boolean }> | undefined

  constructor(
    record: InstanceRecord,
    unsettled: FindUnsettled,
    messages: 'assume new' | 'look first',
    hasSeveral: boolean,
  ) {
    this.#record = record
    this.#unsettled = unsettled
    this.#messages = messages
    this.#seen = hasSeveral ? new Map() : undefined
  }

  /** A promise where the store must be looked at first. Events are added one after the other. */
  add(event: SessionEvent): Promise<void> | undefined {
    switch (event.kind) {
      case 'message':
        if (this.#messages === 'look first') return this.#addUnknown(event.message)
        this.#addNew(event.message)
        return undefined
      case 'status':
        return this.#status(event)
      case 'linked':
        this.linked = true
        this.#state('authorized', event.at, event.account)
        return undefined
      case 'unlinked':
        this.unlinked = true
        this.writes.push({ kind: 'secret.clear', instance: this.#record.id })
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

  async #addUnknown(message: NetworkMessage): Promise<void> {
    if ((await this.#known(message.id)) === undefined) this.#add(message)
  }

  /** The batch is refused when it is not. */
  #addNew(message: NetworkMessage): void {
    if (this.#seen?.has(message.id) === true) return
    this.guards.push({ kind: 'fresh', instance: this.#record.id, id: message.id })
    this.#add(message)
  }

  #add(message: NetworkMessage): void {
    const status = message.direction === 'out' ? 'sent' : 'delivered'
    this.#seen?.set(message.id, { status, byApi: false })
    this.writes.push(recordNetwork(this.#record.id, message))
    this.events.push({ kind: 'message', flow: message.direction === 'out' ? 'outgoing' : 'incoming', message })
  }

  async #status(event: Extract<SessionEvent, { kind: 'status' }>): Promise<void> {
    const known = await this.#known(event.id)
    if (known === undefined || statusRank(event.status) <= statusRank(known.status)) return
    const item = known.byApi ? this.#unsettled(event.id) : undefined
    if (item !== undefined && !this.settled.includes(event.id)) {
      // A receipt proves that the attempt arrived: it stands for the verdict that was lost or is late.
      const proof = settle(this.#record, item, { status: 'sent', description: '', at: event.at })
      this.writes.push(...proof.writes)
      this.events.push(...proof.events)
      this.settled.push(event.id)
      this.#seen?.set(event.id, { status: 'sent', byApi: true })
      if (event.status === 'sent') return
    }
    this.#seen?.set(event.id, { status: event.status, byApi: known.byApi })
    const description = event.description ?? ''
    this.writes.push(recordStatus(this.#record.id, event.id, event.status, description, event.at))
    this.events.push({ ...event, description, byApi: known.byApi })
  }

  async #known(id: MessageId): Promise<{ status: MessageStatus; byApi: boolean } | undefined> {
    const seen = this.#seen?.get(id)
    if (seen !== undefined) return seen
    const row = await this.#record.node.store.journal.find(this.#record.id, id)
    return row === null ? undefined : { status: row.status, byApi: row.byApi }
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
    const changed = this.#record.changeState(state, linked, at)
    this.writes.push(...changed.writes)
    this.events.push(changed.event)
    this.row = changed.row
  }
}
