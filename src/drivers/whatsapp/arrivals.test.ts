// Truth: what the engine hands to the ratchets, each stanza by its id, and no others.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SkippingClock } from '../../lib/skipping-clock.ts'
import { Arrivals } from './arrivals.ts'
import type { BinaryNode } from './engine/engine.ts'

const FROM = '79001112233@s.whatsapp.net'

function rig() {
  const clock = new SkippingClock(1_700_000_000_000)
  return { clock, arrivals: new Arrivals(clock), begin: clock.now() }
}

function stanza(id: string, ...types: readonly string[]): BinaryNode {
  const content = types.map((type) => ({ tag: 'enc', attrs: { type }, content: Uint8Array.of(1) }))
  return { tag: 'message', attrs: { id, from: FROM }, content }
}

test('only what the ratchets open is waited for', () => {
  const { arrivals } = rig()
  arrivals.arrived(stanza('a', 'msmsg'))
  arrivals.arrived(stanza('b', 'msmsg', 'msg'))
  arrivals.arrived(stanza('c'))
  arrivals.arrived({ ...stanza('d', 'msg'), attrs: { id: 'd', from: '123@bot' } })
  assert.equal(arrivals.waitingSince, null)
})

test('one that hangs is not forgotten for another that is dealt with', () => {
  const { arrivals, clock, begin } = rig()
  arrivals.arrived(stanza('hangs', 'msg'))
  clock.skip(1_000)
  arrivals.arrived(stanza('other', 'pkmsg'))
  arrivals.dealtWith(stanza('other'))
  arrivals.dealtWith(stanza('unknown'))
  assert.equal(arrivals.waitingSince, begin)
})

test('of many that came at once each has its own time', () => {
  const { arrivals, clock, begin } = rig()
  for (const id of ['a', 'b', 'c']) arrivals.arrived(stanza(id, 'msg'))
  clock.skip(50_000)
  arrivals.dealtWith(stanza('a'))
  assert.equal(arrivals.waitingSince, begin + 50_000)
})

test('a stanza with two ciphertexts is dealt with when both are, and then nothing waits', async () => {
  const { arrivals } = rig()
  await arrivals.over()
  arrivals.arrived(stanza('a', 'pkmsg', 'skmsg'))
  let isOver = false
  const over = arrivals.over().then(() => (isOver = true))
  arrivals.dealtWith(stanza('a'))
  await Promise.resolve()
  assert.equal(isOver, false)
  arrivals.dealtWith(stanza('a'))
  await over
  assert.equal(arrivals.waitingSince, null)
})

test('a flood is counted up to a bound, and the first is still watched', () => {
  const { arrivals, begin, clock } = rig()
  for (let count = 0; count < 5_000; count += 1) arrivals.arrived(stanza(String(count), 'msg'))
  clock.skip(1_000)
  for (let count = 1; count < 5_000; count += 1) arrivals.dealtWith(stanza(String(count)))
  assert.equal(arrivals.waitingSince, begin)
  arrivals.dealtWith(stanza('0'))
  assert.equal(arrivals.waitingSince, null)
})
