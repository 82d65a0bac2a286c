import type { Readable } from 'node:stream'
import type { KeptFile } from '../../model/content.ts'
import type { Fault } from '../../model/fault.ts'
import type { ChatId, MessageId } from '../../model/ids.ts'
import type { Change, JournalMessage, PagePreview, SessionHost } from '../driver.ts'

/** A session's host as one life of it has it: whoever ends that life waits for its commits, and none begins afterwards. */
export class FollowedHost implements SessionHost {
  readonly #host: SessionHost
  readonly #underWay = new Set<Promise<void>>()
  #isOver = false

  constructor(host: SessionHost) {
    this.#host = host
  }

  get instance() {
    return this.#host.instance
  }

  get clock() {
    return this.#host.clock
  }

  get random() {
    return this.#host.random
  }

  get log() {
    return this.#host.log
  }

  get hidesNumbers() {
    return this.#host.hidesNumbers
  }

  get proxy() {
    return this.#host.proxy
  }

  /** Rejects after the end. */
  commit(change: Change): Promise<void> {
    if (this.#isOver) return Promise.reject(new Error('the life of this session is over'))
    const commit = this.#host.commit(change)
    this.#underWay.add(commit)
    const done = () => this.#underWay.delete(commit)
    commit.then(done, done)
    return commit
  }

  /** Resolves when the commits under way have ended. */
  async end(): Promise<void> {
    this.#isOver = true
    await Promise.allSettled(this.#underWay)
  }

  secret(name: string): Promise<Uint8Array | null> {
    return this.#host.secret(name)
  }

  secrets(prefix: string): Promise<ReadonlyMap<string, Uint8Array>> {
    return this.#host.secrets(prefix)
  }

  message(chat: ChatId, id: MessageId): Promise<JournalMessage | null> {
    return this.#host.message(chat, id)
  }

  file(file: KeptFile): Promise<Readable> {
    return this.#host.file(file)
  }

  preview(url: string, signal: AbortSignal): Promise<PagePreview | null> {
    return this.#host.preview(url, signal)
  }

  isSure(): boolean {
    return this.#host.isSure()
  }

  opened(): void {
    this.#host.opened()
  }

  lost(trouble: Fault, atLeastMs?: number): void {
    this.#host.lost(trouble, atLeastMs)
  }
}
