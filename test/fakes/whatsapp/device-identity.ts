import { createHmac } from 'node:crypto'

import type { Codec } from './codec.ts'
import { child, bytesOf } from './nodes.ts'
import type { KeyPair, Node } from './network.ts'

const accountSignaturePrefix = Buffer.from([6, 0])
const deviceSignaturePrefix = Buffer.from([6, 1])

/** How a phone vouches for a device that is linked to it, and what the device must answer. */
export class DeviceIdentity {
  readonly #codec: Codec
  readonly #details: Uint8Array
  readonly #account: KeyPair
  readonly #device: Uint8Array

  constructor(
    codec: Codec,
    phone: KeyPair,
    device: { readonly id: number; readonly identity: Uint8Array; atS: number },
  ) {
    const { ADVDeviceIdentity } = codec.proto
    const facts = { rawId: device.id, timestamp: device.atS, keyIndex: device.id, accountType: 0, deviceType: 0 }
    this.#codec = codec
    this.#details = ADVDeviceIdentity.encode(ADVDeviceIdentity.fromObject(facts)).finish()
    this.#account = phone
    this.#device = device.identity
  }

  /** The signed identity, as it goes to the device: only who knows the secret of the QR code can have made it. */
  sealed(secret: Uint8Array): Uint8Array {
    const { ADVSignedDeviceIdentity, ADVSignedDeviceIdentityHMAC } = this.#codec.proto
    const signed = Buffer.concat([accountSignaturePrefix, this.#details, this.#device])
    const details = ADVSignedDeviceIdentity.encode(
      ADVSignedDeviceIdentity.fromObject({
        details: this.#details,
        accountSignatureKey: this.#account.public,
        accountSignature: this.#codec.curve.sign(this.#account.private, signed),
      }),
    ).finish()
    const hmac = createHmac('sha256', secret).update(details).digest()
    return ADVSignedDeviceIdentityHMAC.encode(ADVSignedDeviceIdentityHMAC.fromObject({ details, hmac })).finish()
  }

  /** Whether the device answered with a signature of its own. */
  isSignedBack(answer: Node): boolean {
    const bytes = bytesOf(child(child(answer, 'pair-device-sign'), 'device-identity'))
    const { deviceSignature } = this.#codec.proto.ADVSignedDeviceIdentity.decode(bytes) as {
      deviceSignature?: Uint8Array
    }
    const signed = Buffer.concat([deviceSignaturePrefix, this.#details, this.#device, this.#account.public])
    return deviceSignature !== undefined && this.#codec.curve.verify(this.#device, signed, deviceSignature)
  }
}
