// Truth: a node comes to the network with so many logins a second and no more, whoever asks.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SkippingClock } from './skipping-clock.ts'
import { LoginGate } from './login-gate.ts'

function gateOf(perSecond: number, fraction = 0.5) {
  const clock = new SkippingClock()
  const gate = new LoginGate({
    perSecond,
    clock,
    random: { bytes: (count) => Buffer.alloc(count), fraction: () => fraction },
  })
  const entered: number[] = []
  const come = (who: number) => {
    const ticket = gate.enter()
    void ticket.entered.then(() => entered.push(who))
    return ticket
  }
  const skip = async (ms: number) => {
    clock.skip(ms)
    await new Promise(setImmediate)
  }
  return { come, entered, skip }
}

test('the first enters at once, the others one after the other in the order they came', async () => {
  const { come, entered, skip } = gateOf(2)
  for (const who of [1, 2, 3, 4]) come(who)
  await skip(0)
  assert.deepEqual(entered, [1])
  await skip(450)
  assert.deepEqual(entered, [1])
  await skip(100)
  assert.deepEqual(entered, [1, 2])
  await skip(1_000)
  assert.deepEqual(entered, [1, 2, 3, 4])
})

test('the intervals are uneven, half to one and a half times the even one', async () => {
  const short = gateOf(1, 0)
  short.come(1)
  short.come(2)
  await short.skip(510)
  assert.deepEqual(short.entered, [1, 2])
  const long = gateOf(1, 0.99)
  long.come(1)
  long.come(2)
  await long.skip(1_400)
  assert.deepEqual(long.entered, [1])
  await long.skip(100)
  assert.deepEqual(long.entered, [1, 2])
})

test("who gives up takes nobody's turn", async () => {
  const { come, entered, skip } = gateOf(2)
  come(1)
  const second = come(2)
  come(3)
  second.cancel()
  await skip(510)
  assert.deepEqual(entered, [1, 3])
})

test('after everybody gave up the next one waits no longer than the interval', async () => {
  const { come, entered, skip } = gateOf(2)
  come(1)
  come(2).cancel()
  come(3)
  await skip(510)
  assert.deepEqual(entered, [1, 3])
})

test('thirty at ten a second take about three seconds, never less than two thirds of it in any order of chance', async () => {
  const clock = new SkippingClock()
  let seed = 7
  const fraction = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647
  const gate = new LoginGate({ perSecond: 10, clock, random: { bytes: (count) => Buffer.alloc(count), fraction } })
  const started = clock.now()
  const at: number[] = []
  for (let who = 0; who < 30; who += 1) void gate.enter().entered.then(() => at.push(clock.now() - started))
  for (let step = 0; step < 500; step += 1) {
    clock.skip(10)
    await new Promise(setImmediate)
  }
  assert.equal(at.length, 30)
  const last = at.at(-1) ?? 0
  assert.ok(last > 2_000 && last < 4_000, String(last))
})
