import { createHash } from 'node:crypto'
import { Recent } from '../../../lib/recent.ts'
import type { EpochMs, MessageId } from '../../../model/ids.ts'
import { maskedTrouble } from '../engine/log.ts'
import { isPerson } from '../jids.ts'
import type { Life } from '../life.ts'
import { devicesOf } from './recipients.ts'
import { sentMessage } from './sent-messages.ts'

/** A person's devices are not asked for again so soon for what acks say: each question takes one of their one-time keys. */
const AGAIN_MS = 60 * 60_000
const HELD = 128

/**
 * Brings a message to devices that it was not written for, because nobody had told that they were added. The ack says that there are such.
 * Best effort, once: its person has the message on the phone in any case. (In groups a device that misses the key asks for it.)
 */
export class MissedDevices {
  readonly #life: Life
  /** Of those that were sent last. A list that is kept may be another by the time of the ack. */
  readonly #written = new Recent<MessageId, readonly string[]>(HELD)
  /** When the devices of a person were asked for. */
  readonly #asked = new Recent<string, EpochMs>(HELD)

  constructor(life: Life) {
    this.#life = life
  }

  /** For which devices a message is about to be written, without this one. */
  writtenFor(id: MessageId, devices: readonly string[]): void {
    this.#written.set(id, devices)
  }

  /** `hash`: of the devices that there are. */
  look(id: MessageId, jid: string, hash: string): void {
    if (!isPerson(jid)) return
    const { host } = this.#life
    this.#bring(id, jid, hash).catch((error: unknown) => {
      host.log.info(
        { idInstance: host.instance, idMessage: id, error: maskedTrouble(error) },
        'a message could not be brought to devices that were added',
      )
    })
  }

  async #bring(id: MessageId, jid: string, hash: string): Promise<void> {
    const { engine, store, socket, ended, host } = this.#life
    const known = this.#written.get(id)
    const now = host.clock.now()
    if (known === undefined || hashOf(known) === hash) return
    if (now - (this.#asked.get(jid) ?? Number.NEGATIVE_INFINITY) < AGAIN_MS) return
    this.#asked.set(jid, now)
    const there = (await devicesOf(this.#life, jid, false)).map((device) => device.jid)
    const message = await sentMessage(engine, store, id)
    if (message === undefined) return
    for (const device of there.filter((one) => !known.includes(one))) {
      if (ended.aborted) return
      await socket.assertSessions([device], false)
      await socket.relayMessage(jid, message, { messageId: id, participant: { jid: device, count: 1 } })
    }
  }
}

function hashOf(jids: readonly string[]): string {
  const digest = createHash('sha256')
    .update([...jids].sort().join(''))
    .digest('base64')
  return `2:${digest.slice(0, 6)}`
}
