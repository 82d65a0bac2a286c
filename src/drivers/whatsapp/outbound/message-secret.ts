import { createHmac } from 'node:crypto'
import type { MessageId } from '../../../model/ids.ts'
import { newDraft, type Life } from '../life.ts'

const NAME = 'message-secret-key'
const KEY_BYTES = 32

/**
 * The secret that goes into a message, by which votes on it are opened. It is made from the message's id under a key of this link, so that
 * every attempt has the same and it is never lost.
 */
export class MessageSecrets {
  readonly #life: Life
  #key: Uint8Array | undefined

  constructor(life: Life) {
    this.#life = life
  }

  async of(id: MessageId): Promise<Uint8Array> {
    this.#key ??= (await this.#life.store.read(NAME)) ?? (await this.#newKey())
    return createHmac('sha256', this.#key).update(id).digest()
  }

  async #newKey(): Promise<Uint8Array> {
    const key = Buffer.from(this.#life.host.random.bytes(KEY_BYTES))
    const draft = newDraft()
    draft.secrets.set(NAME, key)
    await this.#life.store.commit(draft)
    return key
  }
}
