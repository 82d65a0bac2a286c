import { jidOf, statusChat, type Form } from './jid.ts'
import type { Device, Node } from './network.ts'
import type { ProtoMessage, SenderKeyDistribution } from './proto-message.ts'
import type { Cipher, PhoneSignal } from './signal.ts'

/** Groups, and the statuses: one ciphertext for all, under a key that each device is brought once. */

export function isForMany(to: string): boolean {
  return to.endsWith('@g.us') || to === statusChat
}

type EncryptFor = (device: Device, message: ProtoMessage) => Promise<Node | undefined>

export class GroupKeys {
  readonly #signal: PhoneSignal
  readonly #encryptFor: EncryptFor
  /** Who has the phone's key, by group. */
  readonly #holders = new Map<string, Set<Device>>()

  constructor(signal: PhoneSignal, encryptFor: EncryptFor) {
    this.#signal = signal
    this.#encryptFor = encryptFor
  }

  /** The ciphertext for all, and for each device its part: empty where it has the key. */
  async encrypt(
    group: string,
    plain: Buffer,
    devices: readonly Device[],
    form: Form,
  ): Promise<{ cipher: Cipher; participants: Node[] }> {
    const holders = this.#holdersOf(group, devices)
    const { cipher, senderKey } = await this.#signal.encryptToGroup(group, plain)
    const participants: Node[] = []
    for (const device of devices) {
      const attrs = { jid: jidOf(device.account, form, device.id) }
      if (holders.has(device)) {
        participants.push({ tag: 'to', attrs })
        continue
      }
      const enc = await this.#encryptFor(device, { senderKeyDistributionMessage: distribution(group, senderKey) })
      if (enc === undefined) continue
      holders.add(device)
      participants.push({ tag: 'to', attrs, content: [enc] })
    }
    return { cipher, participants }
  }

  /** As it is now, for a device that is brought a message again. */
  async keyOf(group: string): Promise<SenderKeyDistribution> {
    return distribution(group, await this.#signal.senderKey(group))
  }

  /** After somebody went, a new key: who is out reads no more. */
  #holdersOf(group: string, devices: readonly Device[]): Set<Device> {
    const known = this.#holders.get(group)
    const now = new Set(devices)
    if (known !== undefined && (group === statusChat || [...known].every((device) => now.has(device)))) return known
    if (known !== undefined) this.#signal.forgetSenderKey(group)
    const fresh = new Set<Device>()
    this.#holders.set(group, fresh)
    return fresh
  }
}

function distribution(groupId: string, axolotlSenderKeyDistributionMessage: Uint8Array): SenderKeyDistribution {
  return { groupId, axolotlSenderKeyDistributionMessage }
}
