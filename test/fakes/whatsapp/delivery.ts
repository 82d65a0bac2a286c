import type { Faults, Node } from './network.ts'
import type { LinkedDevice } from './linked-device.ts'

/** Stanzas that are kept until the device has acknowledged them; all others are lost when it is away. */
const kept = new Set(['message', 'receipt', 'notification', 'call'])
/** What is held back for another order goes out after this at the latest. */
const holdMs = 250

/** Brings stanzas to linked devices and keeps them until they are acknowledged. */
export class Delivery {
  readonly #faults: Faults
  readonly #held = new Map<LinkedDevice, { readonly stanzas: Node[]; readonly timer: NodeJS.Timeout }>()

  constructor(faults: Faults) {
    this.#faults = faults
  }

  deliver(device: LinkedDevice, stanza: Node): void {
    const key = mailKey(stanza)
    if (key !== null) {
      // A receipt that is said again is the same one; a message under the same id is another.
      if (stanza.tag !== 'message') device.mail.acknowledged(key)
      device.mail.add(key, stanza)
    }
    if (device.connection?.isActive !== true) return
    if (this.#faults.reorder > 0 && stanza.tag === 'message') this.#hold(device, stanza)
    else this.#bring(device, stanza)
  }

  /** All that the device has not acknowledged, oldest first, as what came while it was away. */
  bringWaiting(device: LinkedDevice): number {
    let count = 0
    for (const stanza of device.mail.stanzas) {
      this.#bring(device, { ...stanza, attrs: { ...stanza.attrs, offline: String(count) } })
      count += 1
    }
    return count
  }

  #bring(device: LinkedDevice, stanza: Node): void {
    const { connection } = device
    if (connection === null) return
    const sent = this.#faults.corrupt > 0 && stanza.tag === 'message' ? this.#spoilt(stanza) : stanza
    connection.send(sent)
    if (this.#faults.duplicate) connection.send(sent)
  }

  #hold(device: LinkedDevice, stanza: Node): void {
    let held = this.#held.get(device)
    if (held === undefined) {
      held = { stanzas: [], timer: setTimeout(() => this.#release(device), holdMs) }
      this.#held.set(device, held)
    }
    held.stanzas.push(stanza)
    if (held.stanzas.length >= this.#faults.reorder) this.#release(device)
  }

  #release(device: LinkedDevice): void {
    const held = this.#held.get(device)
    if (held === undefined) return
    clearTimeout(held.timer)
    this.#held.delete(device)
    for (const stanza of held.stanzas.reverse()) this.#bring(device, stanza)
  }

  #spoilt(stanza: Node): Node {
    if (!Array.isArray(stanza.content)) return stanza
    this.#faults.corrupt -= 1
    const content = stanza.content.map((child) => (child.tag === 'enc' ? spoiltCiphertext(child) : child))
    return { ...stanza, content }
  }
}

/** A byte in the middle is changed. */
function spoiltCiphertext(enc: Node): Node {
  if (!(enc.content instanceof Uint8Array)) return enc
  const bytes = Buffer.from(enc.content)
  const middle = bytes.length >> 1
  bytes[middle] = (bytes[middle] ?? 0) ^ 0xff
  return { ...enc, content: bytes }
}

/** The device says that it has these messages. */
export function acknowledgeMessages(device: LinkedDevice, ids: readonly string[]): void {
  for (const id of ids) device.mail.acknowledged(`message|${id}`)
}

/** The device's `ack`, which names the stanza by its class, id and sender. */
export function acknowledge(device: LinkedDevice, ack: Node): void {
  const { class: tag = '', id = '', to = '', participant, type } = ack.attrs
  device.mail.acknowledged(tag === 'receipt' ? receiptKey(id, to, participant, type) : `${tag}|${id}`)
}

function mailKey({ tag, attrs }: Node): string | null {
  if (!kept.has(tag)) return null
  const { id = '', from = '', participant, type } = attrs
  return tag === 'receipt' ? receiptKey(id, from, participant, type) : `${tag}|${id}`
}

/** Many receipts carry the id of the same message. */
function receiptKey(id: string, from: string, participant = '', type = ''): string {
  return `receipt|${id}|${from}|${participant}|${type}`
}
