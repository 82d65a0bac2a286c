import type { DeliveryAttempt } from '../../src/model/delivery.ts'
import type { InstanceId } from '../../src/model/ids.ts'
import { statusRank } from '../../src/model/message.ts'
import type { Batch, Guard, MessageRow, Write } from '../../src/storage/store.ts'

interface Queued {
  readonly instance: InstanceId
  readonly position: number
  readonly id: string
  readonly at: number
  claim: { readonly epoch: number; readonly deadline: number } | null
}

interface Rows {
  messages: MessageRow[]
  outbox: Queued[]
  mailbox: { instance: InstanceId; receiptId: number; body: string; at: number }[]
  deliveries: Map<string, DeliveryAttempt[]>
  secrets: Map<string, number[]>
  answers: Map<string, string>
  sequence: number
  /** Of one instance and month. */
  used: Map<string, number>
  correspondents: string[]
}

/** What the store must be seen to do with the writes of messages, queues and secrets, as plainly as it can be said. */
export class StoreModel {
  rows: Rows = {
    messages: [],
    outbox: [],
    mailbox: [],
    deliveries: new Map(),
    secrets: new Map(),
    answers: new Map(),
    sequence: 0,
    used: new Map(),
    correspondents: [],
  }
  readonly #epoch: number

  constructor(epoch: number) {
    this.#epoch = epoch
  }

  /** The number of the refusing guard, `failed`, or `ok`. */
  commit(batch: Batch): number | 'failed' | 'ok' {
    const before = structuredClone(this.rows)
    const refused = batch.guards.findIndex((guard) => !this.#holds(guard))
    if (refused < 0 && batch.writes.every((write) => this.#apply(write))) return 'ok'
    this.rows = before
    return refused < 0 ? 'failed' : refused
  }

  #holds(guard: Guard): boolean {
    switch (guard.kind) {
      case 'owns':
        return guard.epoch === this.#epoch
      case 'once':
        if (this.rows.answers.has(guard.key)) return false
        this.rows.answers.set(guard.key, guard.answer)
        return true
      case 'sequence':
        if (guard.value <= this.rows.sequence) return false
        this.rows.sequence = guard.value
        return true
      case 'queued':
        return this.#queued(guard).some(({ claim }) => claim === null)
      case 'fresh':
        return this.#ofId(guard.instance, guard.id).every(({ chat }) => chat !== guard.chat)
      case 'newMessage':
        return this.#adds({ ...guard.row, byApi: false, description: '', isEdited: false, isDeleted: false })
      case 'quota':
        return this.#isBelow(guard.what, guard.limit)
      case 'correspondent':
        return this.#hasRoom(guard.chat, guard.limit)
      default:
        throw new Error(`Not modelled: ${guard.kind}`)
    }
  }

  #adds(row: MessageRow): boolean {
    const taken = this.#ofId(row.instance, row.id).some(({ chat }) => chat === row.chat)
    this.rows.messages.push(row)
    return !taken
  }

  #isBelow(what: string, limit: number): boolean {
    const used = this.rows.used.get(what) ?? 0
    if (used >= limit) return false
    this.rows.used.set(what, used + 1)
    return true
  }

  #hasRoom(chat: string, limit: number): boolean {
    const { correspondents } = this.rows
    if (!correspondents.includes(chat) && correspondents.length < limit) correspondents.push(chat)
    return correspondents.slice(0, limit).includes(chat)
  }

  #apply(write: Write): boolean {
    // The table is typed by kind, so that what it gives for a kind takes a write of that kind.
    const apply = this.#writes[write.kind] as ((write: Write) => boolean) | undefined
    if (apply === undefined) throw new Error(`Not modelled: ${write.kind}`)
    return apply(write)
  }

  /** False when it breaks a rule of uniqueness. */
  readonly #writes: { readonly [K in Write['kind']]?: (write: Extract<Write, { kind: K }>) => boolean } = {
    'state.add': () => true,
    'message.add': ({ row }) => this.#adds(row),
    'message.status': (write) => {
      const found = this.#ofId(write.instance, write.id)
      this.#status(
        found.find(({ chat }) => chat === write.chat),
        write,
      )
      return true
    },
    'message.body': (write) => {
      this.#change(write, { body: write.body })
      return true
    },
    'message.mark': (write) => {
      this.#change(write, write.mark === 'edited' ? { isEdited: true } : { isDeleted: true })
      return true
    },
    'outbox.add': (write) => {
      const taken = this.#queued(write).length > 0
      this.rows.outbox.push({ ...write, claim: null })
      return !taken
    },
    'outbox.claim': (write) => {
      for (const item of this.#queued(write)) item.claim = write
      return true
    },
    'outbox.release': (write) => {
      for (const item of this.#queued(write)) item.claim = null
      return true
    },
    'outbox.remove': (write) => {
      const gone = this.#queued(write)
      this.rows.outbox = this.rows.outbox.filter((item) => !gone.includes(item))
      return true
    },
    'outbox.fail': ({ instance, upTo, description }) => {
      const failing = ({ position, claim }: Queued): boolean => position <= upTo && claim === null
      const gone = this.rows.outbox.filter((item) => item.instance === instance && failing(item))
      for (const { id } of gone) {
        for (const row of this.#ofId(instance, id)) if (row.byApi) this.#status(row, { status: 'failed', description })
      }
      this.rows.outbox = this.rows.outbox.filter((item) => !gone.includes(item))
      return true
    },
    'mailbox.add': (write) => {
      const { instance, receiptId } = write
      const taken = this.rows.mailbox.some((row) => row.instance === instance && row.receiptId === receiptId)
      this.rows.mailbox.push(write)
      return !taken
    },
    'mailbox.remove': ({ instance, receiptId }) => {
      this.rows.mailbox = this.rows.mailbox.filter((row) => row.instance !== instance || row.receiptId !== receiptId)
      return true
    },
    'mailbox.clear': ({ instance, upTo }) => {
      this.rows.mailbox = this.rows.mailbox.filter((row) => row.instance !== instance || row.receiptId > upTo)
      return true
    },
    'delivery.failed': ({ instance, receiptId, attempt }) => {
      const waits = this.rows.mailbox.some((row) => row.instance === instance && row.receiptId === receiptId)
      const key = `${instance}/${receiptId}`
      if (waits) this.rows.deliveries.set(key, [...(this.rows.deliveries.get(key) ?? []), attempt])
      return true
    },
    'secret.put': ({ instance, name, value }) => {
      if (value === null) this.rows.secrets.delete(`${instance}/${name}`)
      else this.rows.secrets.set(`${instance}/${name}`, [...value])
      return true
    },
    'secret.clear': ({ instance, keeping }) => {
      for (const key of this.rows.secrets.keys()) {
        const isKept = keeping !== undefined && key.startsWith(`${instance}/${keeping}`)
        if (key.startsWith(`${instance}/`) && !isKept) this.rows.secrets.delete(key)
      }
      return true
    },
  }

  #ofId(instance: InstanceId, id: string): MessageRow[] {
    return this.rows.messages.filter((row) => row.instance === instance && row.id === id)
  }

  #change(to: Pick<MessageRow, 'instance' | 'id' | 'chat'>, changes: Partial<MessageRow>): void {
    const row = this.#ofId(to.instance, to.id).find(({ chat }) => chat === to.chat)
    if (row !== undefined) this.rows.messages[this.rows.messages.indexOf(row)] = { ...row, ...changes }
  }

  #queued({ instance, position }: { readonly instance: InstanceId; readonly position: number }): Queued[] {
    return this.rows.outbox.filter((item) => item.instance === instance && item.position === position)
  }

  #status(row: MessageRow | undefined, to: Pick<MessageRow, 'status' | 'description'>): void {
    if (row === undefined || statusRank(to.status) <= statusRank(row.status)) return
    const changed = { ...row, status: to.status, description: to.description }
    this.rows.messages[this.rows.messages.indexOf(row)] = changed
  }
}
