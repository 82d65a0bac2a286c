import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'

/** The keys and sums of the app state (`w:sync:app:state`), computed apart from the engine, so that each checks the other. */

export interface AppStateKeys {
  readonly index: Buffer
  readonly valueEncryption: Buffer
  readonly valueMac: Buffer
  readonly snapshotMac: Buffer
  readonly patchMac: Buffer
}

export type Operation = 'set' | 'remove'

const OPERATION_BYTES: Readonly<Record<Operation, number>> = { set: 1, remove: 2 }
const MAC_BYTES = 32
const IV_BYTES = 16
/** Of the running sum over all values: 64 numbers of 16 bits. */
export const SUM_BYTES = 128

export function expandKey(keyData: Uint8Array): AppStateKeys {
  const bytes = Buffer.from(hkdfSync('sha256', keyData, Buffer.alloc(0), 'WhatsApp Mutation Keys', 160))
  const part = (number: number) => bytes.subarray(number * 32, (number + 1) * 32)
  return { index: part(0), valueEncryption: part(1), valueMac: part(2), snapshotMac: part(3), patchMac: part(4) }
}

export function indexMacOf(index: Uint8Array, keys: AppStateKeys): Buffer {
  return hmac('sha256', keys.index, index)
}

/** The cipher text with its mac behind it. */
export function sealValue(operation: Operation, plain: Uint8Array, keyId: Uint8Array, keys: AppStateKeys): Buffer {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-cbc', keys.valueEncryption, iv)
  const sealed = Buffer.concat([iv, cipher.update(plain), cipher.final()])
  return Buffer.concat([sealed, valueMacOf(operation, sealed, keyId, keys)])
}

/** Throws when the mac is wrong. */
export function openValue(operation: Operation, blob: Uint8Array, keyId: Uint8Array, keys: AppStateKeys): Buffer {
  const sealed = blob.subarray(0, -MAC_BYTES)
  if (!valueMacOf(operation, sealed, keyId, keys).equals(macOf(blob))) throw new Error('the mac of a value is wrong')
  const decipher = createDecipheriv('aes-256-cbc', keys.valueEncryption, sealed.subarray(0, IV_BYTES))
  return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES)), decipher.final()])
}

/** The mac that stands at the end of a sealed value. */
export function macOf(blob: Uint8Array): Buffer {
  return Buffer.from(blob.subarray(-MAC_BYTES))
}

function valueMacOf(operation: Operation, sealed: Uint8Array, keyId: Uint8Array, keys: AppStateKeys): Buffer {
  const head = Buffer.concat([Buffer.from([OPERATION_BYTES[operation]]), keyId])
  const length = Buffer.alloc(8)
  length.writeUInt8(head.length, 7)
  return hmac('sha512', keys.valueMac, head, sealed, length).subarray(0, MAC_BYTES)
}

export function snapshotMacOf(sum: Uint8Array, version: number, collection: string, keys: AppStateKeys): Buffer {
  return hmac('sha256', keys.snapshotMac, sum, bigEndian(version), Buffer.from(collection))
}

export function patchMacOf(
  snapshotMac: Uint8Array,
  valueMacs: readonly Uint8Array[],
  version: number,
  collection: string,
  keys: AppStateKeys,
): Buffer {
  return hmac('sha256', keys.patchMac, snapshotMac, ...valueMacs, bigEndian(version), Buffer.from(collection))
}

/** The sum after values went and came. */
export function changeSum(sum: Uint8Array, gone: readonly Uint8Array[], come: readonly Uint8Array[]): Buffer {
  const next = Buffer.from(sum)
  const each = (macs: readonly Uint8Array[], sign: 1 | -1) => {
    for (const mac of macs) {
      const spread = Buffer.from(hkdfSync('sha256', mac, Buffer.alloc(0), 'WhatsApp Patch Integrity', SUM_BYTES))
      for (let at = 0; at < SUM_BYTES; at += 2)
        next.writeUInt16LE((next.readUInt16LE(at) + sign * spread.readUInt16LE(at)) & 0xffff, at)
    }
  }
  each(gone, -1)
  each(come, 1)
  return next
}

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}

function hmac(algorithm: 'sha256' | 'sha512', key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer {
  const sum = createHmac(algorithm, key)
  for (const part of parts) sum.update(part)
  return sum.digest()
}
