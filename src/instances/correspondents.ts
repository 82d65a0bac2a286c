import type { ChatId } from '../model/ids.ts'
import type { QuotaEvent } from '../notifications/event.ts'
import type { CorrespondentGuard } from './quotas.ts'
import type { InstanceRecord } from './record.ts'

/** With whom an instance of a limited tariff may write this month, as it will be when the change that asks is stored. */
export class Correspondents {
  readonly #record: InstanceRecord
  readonly #limit: number
  readonly #chats: Set<ChatId>

  private constructor(record: InstanceRecord, limit: number, chats: readonly ChatId[]) {
    this.#record = record
    this.#limit = limit
    this.#chats = new Set(chats.slice(0, limit))
  }

  static async ofMonth(record: InstanceRecord, { month, limit }: CorrespondentGuard): Promise<Correspondents> {
    return new Correspondents(record, limit, await record.node.store.usage.correspondents(record.id, month))
  }

  /** `new`: the batch needs the guard, which refuses it when the place was taken meanwhile. */
  admit({ chat }: CorrespondentGuard): 'known' | 'new' | 'withheld' {
    if (this.#chats.has(chat)) return 'known'
    if (this.#chats.size >= this.#limit) return 'withheld'
    this.#chats.add(chat)
    return 'new'
  }

  /** What is told in the place of a message that was withheld. */
  event(): QuotaEvent {
    const correspondents = [...this.#chats]
    const at = this.#record.node.clock.now()
    return { kind: 'quota', used: correspondents.length, total: this.#limit, correspondents, at }
  }
}
