import { randomBytes } from 'node:crypto'

import type { Codec } from './codec.ts'
import type { Account, KeyBundle, Node, Phone } from './network.ts'

const signedId = 1

/** It tells what it got. */
export interface PlainPhone extends Phone {
  readonly received: Node[]
}

/** A phone that has keys and can link devices, and takes what it gets without a word: enough for tests of the server itself. */
export function plainPhone({ curve }: Codec, account: Account): PlainPhone {
  const identity = curve.generateKeyPair()
  const signed = curve.generateKeyPair()
  const signature = curve.sign(identity.private, Buffer.concat([Buffer.from([5]), signed.public]))
  const bundle: KeyBundle = {
    registrationId: randomBytes(2).readUInt16BE() & 0x3fff,
    identity: identity.public,
    signed: { id: signedId, key: signed.public, signature },
    oneTime: new Map(),
  }
  const received: Node[] = []
  return {
    account,
    identity,
    received,
    bundle: () => bundle,
    receive: (stanza) => received.push(stanza),
    deviceLinked: () => undefined,
  }
}
