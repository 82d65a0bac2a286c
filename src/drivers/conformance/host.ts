import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Random } from '../../lib/random.ts'
import type { KeptFile } from '../../model/content.ts'
import type { Fault } from '../../model/fault.ts'
import type { ChatId, InstanceId, MessageId } from '../../model/ids.ts'
import type { NetworkMessage } from '../../model/message.ts'
import type { Change, JournalMessage, PagePreview, SessionEvent, SessionHost } from '../driver.ts'

interface Surroundings {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** What a host has when a session begins. */
export interface Possessions {
  /** Shared with another host, it stands for what outlived a process. */
  readonly kept?: Map<string, Uint8Array>
  /** Shared likewise. */
  readonly journal?: NetworkMessage[]
  readonly hidesNumbers?: boolean
  readonly proxy?: string
}

/** A host that keeps everything in memory and remembers what a session did to it. */
export class RecordingHost implements SessionHost {
  readonly instance: InstanceId
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Secrets and notes. */
  readonly kept: Map<string, Uint8Array>
  readonly journal: NetworkMessage[]
  readonly hidesNumbers: boolean
  readonly proxy: string
  /** The files that were asked for, each as often as it was. */
  readonly filesRead: KeptFile[] = []
  readonly events: SessionEvent[] = []
  /** What was to be kept, oldest first. */
  readonly changes: Change[] = []
  /** How many commits that tell of something were begun, and how many came to an end; what a driver keeps for itself is its own affair. */
  begun = 0
  ended = 0
  openings = 0
  readonly losses: Fault[] = []
  /** Set to let a commit that tells of something take its time, or never end. It runs after the change was kept. */
  afterKeeping: () => Promise<void> = () => Promise.resolve()
  /** Set it where another node may have the instance. */
  isSure: SessionHost['isSure'] = () => true
  /** What web pages show; set it where they show anything. */
  pagePreview: SessionHost['preview'] = () => Promise.resolve(null)
  /** The links whose pages were asked for, each as often as it was. */
  readonly pagesAsked: string[] = []
  readonly #files = new Map<string, () => Readable>()
  #rejections = 0

  constructor(instance: number, { clock, random, log }: Surroundings, possessions: Possessions = {}) {
    this.instance = instance as InstanceId
    this.clock = clock
    this.random = random
    this.log = log
    this.kept = possessions.kept ?? new Map<string, Uint8Array>()
    this.journal = possessions.journal ?? []
    this.hidesNumbers = possessions.hidesNumbers ?? false
    this.proxy = possessions.proxy ?? ''
  }

  /** Puts bytes into the media store. */
  keep(bytes: Uint8Array): KeptFile {
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    return this.keepAs(sha256, bytes.length, () => Readable.from([bytes]))
  }

  /** As `keep`, for a file whose bytes are made when they are read, whatever they then are. */
  keepAs(sha256: string, size: number, read: () => Readable): KeptFile {
    this.#files.set(sha256, read)
    return { at: 'here', sha256, size }
  }

  file(file: KeptFile): Promise<Readable> {
    this.filesRead.push(file)
    const read = this.#files.get(file.sha256)
    return read === undefined ? Promise.reject(new Error('the file is gone')) : Promise.resolve(read())
  }

  preview(url: string, signal: AbortSignal): Promise<PagePreview | null> {
    this.pagesAsked.push(url)
    return this.pagePreview(url, signal)
  }

  /** The next so many commits that tell of something fail and keep nothing. */
  rejectNext(count: number): void {
    this.#rejections = count
  }

  async commit(change: Change): Promise<void> {
    this.changes.push(change)
    if ((change.events ?? []).length === 0) {
      this.#keep(change)
      return
    }
    this.begun += 1
    try {
      if (this.#rejections > 0) {
        this.#rejections -= 1
        throw new Error('the disk is full')
      }
      this.#keep(change)
      await this.afterKeeping()
    } finally {
      this.ended += 1
    }
  }

  #keep({ secrets, notes, events }: Change): void {
    for (const [name, value] of secrets ?? []) {
      if (value === null) this.kept.delete(name)
      else this.kept.set(name, value)
    }
    for (const [name, { value }] of notes ?? []) this.kept.set(name, value)
    this.events.push(...(events ?? []))
    for (const event of events ?? []) if (event.kind === 'message') this.journal.push(event.message)
  }

  secret(name: string): Promise<Uint8Array | null> {
    return Promise.resolve(this.kept.get(name) ?? null)
  }

  secrets(prefix: string): Promise<ReadonlyMap<string, Uint8Array>> {
    return Promise.resolve(new Map([...this.kept].filter(([name]) => name.startsWith(prefix))))
  }

  message(chat: ChatId, id: MessageId): Promise<JournalMessage | null> {
    const found = this.journal.find((message) => message.id === id && message.chat.id === chat)
    if (found === undefined) return Promise.resolve(null)
    const { direction, author, at, content } = found
    return Promise.resolve({ direction, author: author.id, at, content })
  }

  opened(): void {
    this.openings += 1
  }

  lost(trouble: Fault): void {
    this.losses.push(trouble)
  }

  messages() {
    return this.events.flatMap((event) => (event.kind === 'message' ? [event.message] : []))
  }

  calls() {
    return this.events.flatMap((event) => (event.kind === 'call' ? [event.call] : []))
  }

  receipts(id: string) {
    return this.events.flatMap((event) => (event.kind === 'receipt' && event.id === id ? [event] : []))
  }

  statuses(id: string): string[] {
    return this.events.flatMap((event) => (event.kind === 'status' && event.id === id ? [event.status] : []))
  }

  count(kind: SessionEvent['kind']): number {
    return this.events.filter((event) => event.kind === kind).length
  }
}
