import type { Chats } from '../drivers/facets.ts'
import type { Log } from '../lib/log.ts'
import type { ChatId, InstanceId, MessageId } from '../model/ids.ts'

/** Chats that wait at most; beyond that the one that waits longest stays unread. */
const MOST_WAITING = 1000

/**
 * Marks what came in as read, chat after chat in the order of what came, one question at a time; what comes meanwhile in a chat that
 * waits goes with it. Best effort: a session that ends takes with it what waits.
 */
export class Reading {
  readonly #instance: InstanceId
  readonly #log: Log
  readonly #waiting = new Map<ChatId, MessageId>()
  #chats: Chats | undefined
  #running = false

  constructor(instance: InstanceId, log: Log) {
    this.#instance = instance
    this.#log = log
  }

  /** Returns at once. */
  add(received: ReadonlyMap<ChatId, MessageId>, chats: Chats): void {
    this.#chats = chats
    for (const [chat, upTo] of received) this.#waiting.set(chat, upTo)
    for (const chat of this.#waiting.keys()) {
      if (this.#waiting.size <= MOST_WAITING) break
      this.#waiting.delete(chat)
    }
    if (!this.#running) void this.#run()
  }

  /** The session is gone. */
  clear(): void {
    this.#waiting.clear()
    this.#chats = undefined
  }

  async #run(): Promise<void> {
    this.#running = true
    try {
      for (const [chat, upTo] of this.#waiting) {
        this.#waiting.delete(chat)
        await this.#chats?.read(chat, upTo)
      }
    } catch (error) {
      this.#log.error({ idInstance: this.#instance, error }, 'a chat could not be marked as read')
    } finally {
      this.#running = false
    }
  }
}
