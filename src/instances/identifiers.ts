import type { EpochMs, MessageId } from '../model/ids.ts'
import type { Random } from '../lib/random.ts'

const MESSAGE_ID_PREFIX = '3EB0'
/** 2020-01-01 UTC; ten hex digits of milliseconds since then last until 2054. */
const MESSAGE_ID_EPOCH_MS = 1_577_836_800_000
const MESSAGE_ID_TIME_DIGITS = 10
const MESSAGE_ID_RANDOM_BYTES = 3
const UUID_BYTES = 16
const TOKEN_BYTES = UUID_BYTES + 9

const LARGEST_REST = 2 ** (8 * MESSAGE_ID_RANDOM_BYTES) - 1

/** Makes ids of one form; each is higher than the last, at whatever times they are made, so that none comes twice in a process. */
export interface IdSource {
  next(now: EpochMs): MessageId
}

/**
 * `idMessage` as WhatsApp has it: 20 upper-case hex digits, the form that the vendor's newest samples have: the time, and behind it a random
 * start from which those of one moment are counted. They rise, so that the journal's index of ids grows at its end: with ids in no order
 * every send would write a page of its own, a third of all its work.
 */
export class HexIds implements IdSource {
  readonly #random: Random
  #time = -1
  /** What those of one moment begin with. */
  #start = ''
  #rest = 0

  constructor(random: Random) {
    this.#random = random
  }

  next(now: EpochMs): MessageId {
    const time = Math.max(0, now - MESSAGE_ID_EPOCH_MS)
    if (time > this.#time) {
      this.#begin(time)
      this.#rest = this.#random.bytes(MESSAGE_ID_RANDOM_BYTES).readUIntBE(0, MESSAGE_ID_RANDOM_BYTES)
    } else if (this.#rest < LARGEST_REST) {
      this.#rest += 1
    } else {
      this.#begin(this.#time + 1)
      this.#rest = 0
    }
    const rest = this.#rest
    return (this.#start + byteDigits(rest >> 16) + byteDigits(rest >> 8) + byteDigits(rest)) as MessageId
  }

  #begin(time: number): void {
    this.#time = time
    this.#start = MESSAGE_ID_PREFIX + hexDigits(time, MESSAGE_ID_TIME_DIGITS)
  }
}

function hexDigits(value: number, length: number): string {
  return value.toString(16).padStart(length, '0').slice(-length).toUpperCase()
}

/** Of each byte: made once, as every id needs three. */
const BYTES: readonly string[] = Array.from({ length: 256 }, (_, byte) => hexDigits(byte, 2))

function byteDigits(value: number): string {
  return BYTES[value & 0xff] ?? ''
}

/** Ids of each millisecond. */
const DECIMAL_IDS = 10_000n
/** Before the milliseconds since 1970, which have 13 digits until 2286. */
const DECIMAL_START = 8n * 10n ** 17n

/**
 * Message ids of 18 decimal digits, for messengers whose ids are numbers: an 8, the milliseconds since 1970 and a counter behind them. MAX makes its
 * own of the milliseconds as well, times 65,536: those begin with 1 for decades, so that no message of the network's has the id of one of ours in its chat.
 */
export class DecimalIds implements IdSource {
  #last = 0n

  next(now: EpochMs): MessageId {
    const first = DECIMAL_START + BigInt(now) * DECIMAL_IDS
    this.#last = first > this.#last ? first : this.#last + 1n
    return this.#last.toString() as MessageId
  }
}

/** A new `apiTokenInstance`: 50 hex digits, 32 of one version-4 UUID and the first 18 of another. */
export function newInstanceToken(random: Random): string {
  const bytes = Buffer.from(random.bytes(TOKEN_BYTES))
  markUuid(bytes, 0)
  markUuid(bytes, UUID_BYTES)
  return bytes.toString('hex')
}

/** Version 4, variant 1. */
function markUuid(bytes: Buffer, start: number): void {
  bytes.writeUInt8((bytes.readUInt8(start + 6) & 0x0f) | 0x40, start + 6)
  bytes.writeUInt8((bytes.readUInt8(start + 8) & 0x3f) | 0x80, start + 8)
}
