import { scrypt, timingSafeEqual } from 'node:crypto'
import type { Random } from '../lib/random.ts'
import { Slots } from '../lib/slots.ts'
import { fault, UNAVAILABLE, type Fault } from '../model/fault.ts'

const BLOCK = 8
const PARALLEL = 1
const SALT_BYTES = 16
const HASH_BYTES = 32
/** Each takes 128 MB at the default cost, and a thread of four that files need too. */
const AT_ONCE = 2
/** So many more may wait; a flood beyond is refused before it costs memory. */
const MOST_WAITING = 30
const SHORTEST = 10
const LONGEST = 200

interface Kept {
  readonly cost: number
  readonly salt: Buffer
  readonly hash: Buffer
}

/** Why a password is not taken; undefined where it is. */
export function passwordFault(password: string, email: string): Fault | undefined {
  const signs = Array.from(plain(password))
  if (signs.length < SHORTEST || signs.length > LONGEST) {
    return fault('invalid', `'password' must have ${String(SHORTEST)} to ${String(LONGEST)} characters`)
  }
  const isGuessable = new Set(signs).size < 4 || plain(password).toLowerCase() === email
  return isGuessable ? fault('invalid', "'password' is too easy to guess") : undefined
}

/** Hashes passwords by scrypt: `s1$cost$salt$hash`, so that the cost can rise while old hashes go on. */
export class Passwords {
  readonly #cost: number
  readonly #random: Pick<Random, 'bytes'>
  readonly #slots = new Slots(AT_ONCE)
  #inside = 0

  /** `cost`: the logarithm to base 2 of scrypt's N. */
  constructor(cost: number, random: Pick<Random, 'bytes'>) {
    this.#cost = cost
    this.#random = random
  }

  /** `unavailable` while too many wait. */
  async hash(password: string): Promise<string | Fault> {
    const salt = Buffer.from(this.#random.bytes(SALT_BYTES))
    const hash = await this.#derive(password, salt, this.#cost)
    if (!Buffer.isBuffer(hash)) return hash
    return ['s1', String(this.#cost), salt.toString('base64url'), hash.toString('base64url')].join('$')
  }

  /** Without a hash to compare with it costs the same, and is wrong. */
  async isRight(password: string, kept: string | undefined): Promise<boolean | Fault> {
    const wanted = kept === undefined ? undefined : parse(kept)
    const { salt, cost } = wanted ?? { salt: Buffer.alloc(SALT_BYTES), cost: this.#cost }
    const hash = await this.#derive(password, salt, cost)
    if (!Buffer.isBuffer(hash)) return hash
    return wanted !== undefined && timingSafeEqual(hash, wanted.hash)
  }

  /** It was made at another cost than hashes are made at now. */
  isOutdated(kept: string): boolean {
    return parse(kept)?.cost !== this.#cost
  }

  async #derive(password: string, salt: Buffer, cost: number): Promise<Buffer | Fault> {
    if (this.#inside >= AT_ONCE + MOST_WAITING) return UNAVAILABLE
    this.#inside += 1
    try {
      return await this.#slots.run(() => derive(plain(password), salt, cost))
    } finally {
      this.#inside -= 1
    }
  }
}

/** However the keyboard writes a sign, it is the same password. */
function plain(password: string): string {
  return password.normalize('NFKC')
}

function derive(password: string, salt: Buffer, cost: number): Promise<Buffer> {
  const N = 2 ** cost
  const options = { N, r: BLOCK, p: PARALLEL, maxmem: 256 * N * BLOCK }
  return new Promise((resolve, reject) => {
    scrypt(password, salt, HASH_BYTES, options, (error, hash) => {
      if (error === null) resolve(hash)
      else reject(error)
    })
  })
}

function parse(kept: string): Kept | undefined {
  const found = /^s1\$(\d{1,2})\$([\w-]+)\$([\w-]+)$/.exec(kept)
  if (found === null) return undefined
  const [, cost = '', salt = '', hash = ''] = found
  const bytes = Buffer.from(hash, 'base64url')
  if (bytes.length !== HASH_BYTES) return undefined
  return { cost: Number(cost), salt: Buffer.from(salt, 'base64url'), hash: bytes }
}
