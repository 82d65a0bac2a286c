import type { EpochMs, MessageId } from '../model/ids.ts'
import type { Random } from '../lib/random.ts'

const MESSAGE_ID_PREFIX = '3EB0'
/** 2020-01-01 UTC; ten hex digits of milliseconds since then last until 2054. */
const MESSAGE_ID_EPOCH_MS = 1_577_836_800_000
const MESSAGE_ID_TIME_DIGITS = 10
const MESSAGE_ID_RANDOM_BYTES = 3
const UUID_BYTES = 16
const TOKEN_BYTES = UUID_BYTES + 9

/**
 * A new `idMessage`: 20 upper-case hex digits, the form that the vendor's newest samples have. They rise with time, so that the
 * journal's index of ids grows at its end: with ids in no order every send would write a page of its own, a third of all its work.
 */
export function newMessageId(random: Random, now: EpochMs): MessageId {
  const time = Math.max(0, now - MESSAGE_ID_EPOCH_MS)
  const digits = time.toString(16).padStart(MESSAGE_ID_TIME_DIGITS, '0').slice(-MESSAGE_ID_TIME_DIGITS)
  const rest = random.bytes(MESSAGE_ID_RANDOM_BYTES).toString('hex')
  return (MESSAGE_ID_PREFIX + (digits + rest).toUpperCase()) as MessageId
}

const DECIMAL_COUNTER_BITS = 16n

/**
 * Message ids of 18 decimal digits, for messengers whose ids are numbers: the milliseconds since 1970 and a counter behind them. They rise, and
 * none comes twice in a process, however many are made at one moment or wherever its clock is set.
 */
export class DecimalIds {
  #last = 0n

  next(now: EpochMs): MessageId {
    const first = BigInt(now) << DECIMAL_COUNTER_BITS
    this.#last = first > this.#last ? first : this.#last + 1n
    return this.#last.toString().padStart(18, '0') as MessageId
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
