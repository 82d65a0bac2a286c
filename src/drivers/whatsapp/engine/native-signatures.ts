import { createPublicKey, verify, type KeyObject } from 'node:crypto'

/** What the signal library's module of curves has of them. */
type VerifySignature = (key: Uint8Array, message: Uint8Array, signature: Uint8Array, isInit?: boolean) => boolean

const METHOD = 'verifySignature'
/** Of an Ed25519 public key, before its 32 bytes. */
const DER_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
const KEY_BYTES = 32
const SIGNATURE_BYTES = 64
/** The byte that the library puts before a public key. */
const KEY_TYPE = 5
const SIGN_BIT = 0x80
/** The field of the curve. */
const P = 2n ** 255n - 19n

/**
 * Has the signal library check signatures by Node's Ed25519. Its own way, in JavaScript, leaves 1.7 MB of garbage in the heap for each, and
 * thousands of small buffers outside of it, on which a heap of hundreds of megabytes then stays; there are two in every login.
 * It answers what the library would. Who asks must look at the answer: the engine, up to now, only looks whether it throws.
 * @throws TypeError when the module is not as expected
 */
export function checkSignaturesNatively(curve: unknown): void {
  if (typeof curve !== 'object' || curve === null || typeof Reflect.get(curve, METHOD) !== 'function')
    throw new TypeError(`the curves have no ${METHOD}`)
  Reflect.set(curve, METHOD, verifySignature)
}

/** @throws Error for what can be no key, message or signature */
const verifySignature: VerifySignature = (key, message, signature, isInit) => {
  const bare = key.length === KEY_BYTES + 1 && key[0] === KEY_TYPE ? key.subarray(1) : key
  if (bare.length !== KEY_BYTES) throw new Error('Invalid public key')
  if (!(message instanceof Uint8Array)) throw new Error('Invalid message')
  if (!(signature instanceof Uint8Array) || signature.length !== SIGNATURE_BYTES) throw new Error('Invalid signature')
  return isInit === true || isSignedBy(bare, message, signature)
}

/** XEdDSA: the sign of the Edwards point, which a Curve25519 key does not have, is the highest bit of the signature. */
function isSignedBy(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const bare = Buffer.from(signature)
  const last = SIGNATURE_BYTES - 1
  const sign = (signature[last] ?? 0) & SIGN_BIT
  bare.writeUInt8((signature[last] ?? 0) & ~SIGN_BIT, last)
  return verify(null, message, edwardsKey(key, sign), bare)
}

/** y = (u - 1) / (u + 1), little-endian, as all numbers here. */
function edwardsKey(key: Uint8Array, sign: number): KeyObject {
  const u = BigInt.asUintN(255, BigInt(`0x${Buffer.from(key).reverse().toString('hex')}`))
  const y = ((u + P - 1n) * inverse(u + 1n)) % P
  const point = Buffer.from(y.toString(16).padStart(2 * KEY_BYTES, '0'), 'hex').reverse()
  point.writeUInt8((point[KEY_BYTES - 1] ?? 0) | sign, KEY_BYTES - 1)
  return createPublicKey({ key: Buffer.concat([DER_PREFIX, point]), format: 'der', type: 'spki' })
}

/** By Euclid; of what has none, 0. */
function inverse(value: bigint): bigint {
  let [a, b] = [value % P, P]
  let [x, y] = [1n, 0n]
  while (a > 1n) {
    const times = b / a
    ;[a, b] = [b - times * a, a]
    ;[x, y] = [y - times * x, x]
  }
  return a === 0n ? 0n : ((x % P) + P) % P
}
