import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { sha256 } from './media-crypto.ts'

/** Votes are encrypted under the secret that came with the poll, and bound to it, its creator and the voter by their jids. */

export interface VoteNames {
  readonly poll: string
  readonly creator: string
  readonly voter: string
}

export interface SealedVote {
  readonly encPayload: Uint8Array
  readonly encIv: Uint8Array
}

const TAG_BYTES = 16
/** In the message of the protocol: field 1, bytes. */
const OPTION_FIELD = 0x0a

/** A vote names options by the hashes of their texts. */
export function sealVote(choices: readonly string[], secret: Uint8Array, names: VoteNames): SealedVote {
  const plain = choices.map((name) => Buffer.concat([Buffer.from([OPTION_FIELD, 32]), sha256(Buffer.from(name))]))
  const encIv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret, names), encIv).setAAD(aadOf(names))
  const sealed = [cipher.update(Buffer.concat(plain)), cipher.final()]
  return { encPayload: Buffer.concat([...sealed, cipher.getAuthTag()]), encIv }
}

/** The chosen ones of the options; undefined when it is not under these names. */
export function openVote(
  { encPayload, encIv }: SealedVote,
  secret: Uint8Array,
  names: VoteNames,
  options: readonly string[],
): readonly string[] | undefined {
  const decipher = createDecipheriv('aes-256-gcm', keyOf(secret, names), encIv).setAAD(aadOf(names))
  decipher.setAuthTag(encPayload.subarray(-TAG_BYTES))
  try {
    const plain = Buffer.concat([decipher.update(encPayload.subarray(0, -TAG_BYTES)), decipher.final()])
    const hashes = new Set<string>()
    for (let at = 0; plain[at] === OPTION_FIELD; at += 34) hashes.add(plain.toString('hex', at + 2, at + 34))
    return options.filter((name) => hashes.has(sha256(Buffer.from(name)).toString('hex')))
  } catch {
    return undefined
  }
}

function keyOf(secret: Uint8Array, { poll, creator, voter }: VoteNames): Buffer {
  const extracted = createHmac('sha256', Buffer.alloc(32)).update(secret).digest()
  const info = Buffer.concat([Buffer.from(poll + creator + voter), Buffer.from('Poll Vote'), Buffer.from([1])])
  return createHmac('sha256', extracted).update(info).digest()
}

function aadOf({ poll, voter }: VoteNames): Buffer {
  return Buffer.from(`${poll}\0${voter}`)
}
