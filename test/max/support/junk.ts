import type { Dice } from '../../durability/dice.ts'
import { ASKS, decodeFrame, encodeFrame } from '../../fakes/max/frame.ts'
import { Float, Id, isList, type Fields, type Value } from '../../fakes/max/msgpack.ts'

/** Deeper than anything of the network's, and not as deep as what is taken for no frame. */
const DEEP = 12
const TOO_DEEP = 60
const TEXT = 20_000
/** What no schema would have there; now and then it fits. */
const JUNK: readonly ((dice: Dice) => Value)[] = [
  () => null,
  () => '',
  () => 'x'.repeat(TEXT),
  (dice) => dice.below(2 ** 31) - 2 ** 30,
  () => -(2n ** 63n),
  () => 2n ** 63n - 1n,
  () => new Float(Number.NaN),
  () => new Float(1e308),
  (dice) => new Id(BigInt(dice.below(2 ** 31)) << 31n),
  () => [],
  () => ({}),
  () => Array.from({ length: 500 }, () => ({ id: 1 })),
  () => new Uint8Array(1_000),
  () => true,
  () => nested(DEEP),
  () => ({ __proto__: null, constructor: 'x', toString: 1, length: -1 }),
]

function nested(levels: number): Value {
  let value: Value = 1
  for (let level = 0; level < levels; level += 1) value = [value]
  return value
}

/** The same with some of its parts replaced, left out or doubled. */
export function spoiltValue(value: Value, dice: Dice, share = 0.15): Value {
  if (dice.chance(share)) return dice.pick(JUNK)(dice)
  if (isList(value)) {
    const list = value.filter(() => !dice.chance(share)).map((one) => spoiltValue(one, dice, share))
    return dice.chance(share) ? [...list, ...list] : list
  }
  if (isFields(value)) {
    const entries = Object.entries(value).filter(() => !dice.chance(share))
    return Object.fromEntries(entries.map(([name, one]) => [name, spoiltValue(one ?? null, dice, share)]))
  }
  return value
}

function isFields(value: Value): value is Fields {
  return value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype
}

/** A frame that can be read, whose payload is not what it was. */
export function spoiltPayload(frame: Buffer, dice: Dice, share?: number): Buffer {
  const { payload = {}, ...facts } = decodeFrame(frame)
  return Buffer.from(encodeFrame({ ...facts, payload: spoiltValue(payload, dice, share) }))
}

/** A push of some kind that nobody has asked for. */
export function strangePush(opcode: number, dice: Dice): Buffer {
  const payload = dice.pick(JUNK)(dice)
  return Buffer.from(encodeFrame({ cmd: ASKS, seq: dice.below(65_536), opcode, payload }))
}

/** Bytes that were a frame: cut, longer, with bits turned over, or promising much more than there is. */
export function spoiltBytes(frame: Buffer, dice: Dice): Buffer {
  const bytes = Buffer.from(frame)
  switch (dice.below(6)) {
    case 0:
      return bytes.subarray(0, dice.below(bytes.length))
    case 1:
      return Buffer.concat([bytes, Buffer.alloc(1 + dice.below(100), 0xc1)])
    case 2:
      return promising(bytes, dice)
    case 3:
      return Buffer.from(encodeFrame({ cmd: ASKS, seq: 1, opcode: 128, payload: nested(TOO_DEEP) }))
    default:
      for (let turns = 1 + dice.below(8); turns > 0; turns -= 1) {
        const at = dice.below(bytes.length)
        bytes[at] = (bytes[at] ?? 0) ^ (1 << dice.below(8))
      }
      return bytes
  }
}

/** A small body that says it is 127 times as large when unpacked, and does become as large as it can. */
function promising(bytes: Buffer, dice: Dice): Buffer {
  const body = Buffer.alloc(200_000, 0xff)
  body[0] = 0x1f
  body[1] = dice.below(256)
  const header = Buffer.from(bytes.subarray(0, 10))
  header[6] = 127
  header.writeUIntBE(body.length, 7, 3)
  return Buffer.concat([header, body])
}
