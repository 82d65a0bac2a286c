// Truth: message ids rise and never come twice, at whatever times they are made: 18 decimal digits on MAX and Telegram, 20 hex digits on WhatsApp.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { systemRandom, type Random } from '../lib/random.ts'
import { DecimalIds, HexIds } from './identifiers.ts'

const times = fc.array(fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2054, 0) }), { minLength: 2, maxLength: 50 })
const highest: Random = { ...systemRandom, bytes: (count) => Buffer.alloc(count, 0xff) }
const forms = [
  ['decimal', () => new DecimalIds(), /^[1-9]\d{17}$/, ''],
  ['hex', () => new HexIds(systemRandom), /^3EB0[0-9A-F]{16}$/, '0x'],
  ['hex with the worst of luck', () => new HexIds(highest), /^3EB0[0-9A-F]{16}$/, '0x'],
] as const

for (const [form, make, digits, prefix] of forms) {
  test(`ids in ${form} have their digits and rise, whatever the clock does`, () => {
    fc.assert(
      fc.property(times, (moments) => {
        const ids = make()
        let last = 0n
        for (const now of moments.flatMap((moment) => [moment, moment])) {
          const id = ids.next(now)
          assert.match(id, digits)
          assert.ok(BigInt(prefix + id) > last)
          last = BigInt(prefix + id)
        }
      }),
    )
  })
}

test('a decimal id tells when it was made, and is none that a network makes of its own clock', () => {
  const now = Date.UTC(2026, 10, 20)
  assert.equal(new DecimalIds().next(now).slice(1, 14), String(now))
  const networks = (BigInt(Date.UTC(2080, 0)) << 16n) | 0xffffn
  assert.ok(BigInt(new DecimalIds().next(now)) > networks, 'MAX makes them of milliseconds times 65,536')
})

test('two processes at one moment make different hex ids', () => {
  const now = Date.UTC(2026, 10, 20)
  const made = Array.from({ length: 4 }, () => new HexIds(systemRandom).next(now))
  assert.ok(new Set(made).size > 1)
})
