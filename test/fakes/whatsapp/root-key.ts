import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'

import type { KeyPair } from './network.ts'

const privateKeyPrefix = Buffer.from('302e020100300506032b656e04220420', 'hex')
const publicKeyLength = 32

/** The key pair that signs the fake's certificates: always the same, so that other processes can trust it without asking. */
export const rootKey: KeyPair = keyPairFrom('the root of the fake WhatsApp')
/** Signed by the root; signs the key of the server. */
export const intermediateKey: KeyPair = keyPairFrom('the intermediate of the fake WhatsApp')
/** The server's static key. */
export const serverKey: KeyPair = keyPairFrom('the server of the fake WhatsApp')

/** An X25519 key pair that only depends on the text. */
export function keyPairFrom(seed: string): KeyPair {
  const secret = createHash('sha256').update(seed).digest()
  secret[0] = (secret[0] ?? 0) & 248
  secret[31] = ((secret[31] ?? 0) & 127) | 64
  const key = createPrivateKey({ key: Buffer.concat([privateKeyPrefix, secret]), format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return { private: secret, public: spki.subarray(spki.length - publicKeyLength) }
}
