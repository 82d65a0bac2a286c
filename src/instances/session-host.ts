import type { Readable } from 'node:stream'
import type { Change, JournalMessage, PagePreview, SessionHost } from '../drivers/driver.ts'
import { readRecord } from '../journal/record.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Random } from '../lib/random.ts'
import type { KeptFile } from '../model/content.ts'
import type { Fault } from '../model/fault.ts'
import type { ChatId, InstanceId, MessageId } from '../model/ids.ts'
import type { Store } from '../storage/store.ts'
import type { InstanceRecord } from './record.ts'

/** What a session tells, to whoever runs it. */
export interface SessionListener extends Pick<SessionHost, 'commit' | 'opened' | 'lost' | 'file' | 'hidesNumbers'> {
  /** See `patiently`. */
  patiently<T>(work: () => Promise<T>): Promise<T>
}

/** What a session may ask: what is stored is answered from the record, what happens goes to the runner. */
export class InstanceHost implements SessionHost {
  readonly instance: InstanceId
  readonly #record: InstanceRecord
  readonly #runner: SessionListener

  constructor(record: InstanceRecord, runner: SessionListener) {
    this.instance = record.id
    this.#record = record
    this.#runner = runner
  }

  get clock(): Clock {
    return this.#record.node.clock
  }

  get random(): Random {
    return this.#record.node.random
  }

  get log(): Log {
    return this.#record.node.log
  }

  get proxy(): string {
    return this.#record.row.settings.proxyUrl
  }

  get hidesNumbers(): boolean {
    return this.#runner.hidesNumbers
  }

  isSure(): boolean {
    return this.#record.node.ownership.isSure()
  }

  secret(name: string): Promise<Uint8Array | null> {
    return this.#ask((store) => store.secrets.get(this.instance, name))
  }

  secrets(prefix: string): Promise<ReadonlyMap<string, Uint8Array>> {
    return this.#ask((store) => store.secrets.list(this.instance, prefix))
  }

  async message(chat: ChatId, id: MessageId): Promise<JournalMessage | null> {
    const row = await this.#ask((store) => store.journal.inChat(this.instance, chat, id))
    if (row === null || row.shelf === 'call') return null
    const { content, author } = readRecord(row)
    return { direction: row.direction, author, at: row.at, content }
  }

  file(file: KeptFile): Promise<Readable> {
    return this.#runner.file(file)
  }

  preview(url: string, signal: AbortSignal): Promise<PagePreview | null> {
    return this.#record.node.previewPage(url, signal)
  }

  commit(change: Change): Promise<void> {
    return this.#runner.commit(change)
  }

  opened(): void {
    this.#runner.opened()
  }

  lost(trouble: Fault, atLeastMs?: number): void {
    this.#runner.lost(trouble, atLeastMs)
  }

  #ask<T>(question: (store: Store) => Promise<T>): Promise<T> {
    return this.#runner.patiently(() => question(this.#record.node.store))
  }
}
