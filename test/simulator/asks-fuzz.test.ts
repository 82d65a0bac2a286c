// Truth: whatever a linked device asks, the network answers that question, as its name promises or with a fault, and goes on.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { ASK_NAMES, ASKS, isAnswer, type AskName } from '../../src/simulator/asks.ts'
import { ask, NetworkBench, type RawProcess } from '../support/simulated-network.ts'

const OWN = '79005557001'
const PEER = '79005557002'

const bench = new NetworkBench()
let server: RawProcess
const channels: number[] = []
let group: string
before(async () => {
  await bench.setUp()
  server = await bench.connect()
  for (const messenger of ['whatsapp', 'v3', 'telegram'] as const)
    channels.push((await server.link(bench.url, OWN, messenger, messenger === 'whatsapp')).channel)
  await ask(bench.url, 'POST', 'messages', { from: PEER, to: OWN, text: 'hello' })
  const made = await ask(bench.url, 'POST', 'groups', { by: OWN, name: 'Us', members: [PEER], messenger: 'whatsapp' })
  group = String(made.body['group'])
})
after(() => bench.tearDown())

async function check(name: AskName, value: object, index: number): Promise<void> {
  const found = await server.ask(channels[index] ?? 0, name, value)
  if (found.t === 'answer') assert.ok(isAnswer(name, found.value), `${name}: ${JSON.stringify(found.value)}`)
  assert.ok(!server.closed)
}

test('questions of the right form about odd persons, groups and files', async () => {
  const address = fc.oneof(
    fc.constantFrom(PEER, OWN, `+${PEER}`, '10000001', '79005550000', 'status@broadcast', '1@lid', '-', '__proto__'),
    fc.string({ minLength: 1, maxLength: 64 }),
  )
  const fields = {
    ...{ chat: address, group: fc.oneof(address, fc.constant('GROUP')), member: address },
    ...{ phone: fc.oneof(fc.constant(PEER), fc.string({ maxLength: 20 })), username: fc.string({ maxLength: 20 }) },
    ...{ firstName: fc.string(), lastName: fc.string(), saveInAddressbook: fc.boolean(), upTo: fc.constant('none') },
    ...{ isArchived: fc.boolean(), isAdmin: fc.boolean(), isOnline: fc.boolean(), isSupergroup: fc.boolean() },
    ...{
      seconds: fc.nat(),
      autoDeleteDays: fc.nat(365),
      name: fc.string(),
      members: fc.array(address, { maxLength: 4 }),
    },
    rights: fc.dictionary(fc.constantFrom('allowParticipantsAddMembers', 'toString'), fc.boolean()),
    file: fc.constant({ sha256: 'c'.repeat(64), size: 3 }),
  }
  const question = fc.constantFrom(...ASK_NAMES).chain((name) => {
    const wanted = Object.keys(ASKS[name].ask.properties) as (keyof typeof fields)[]
    const value = Object.fromEntries(wanted.map((field) => [field, fields[field]]))
    return fc.tuple(fc.constant(name), fc.record(value), fc.nat(2))
  })
  await fc.assert(
    fc.asyncProperty(question, ([name, value, index]) =>
      check(name, value['group'] === 'GROUP' ? { ...value, group } : value, index),
    ),
    { numRuns: 300 },
  )
})

test('questions of no form at all', async () => {
  const value = fc.oneof(fc.object(), fc.array(fc.jsonValue()))
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...ASK_NAMES), value, (name, odd) => check(name, odd, 0)),
    { numRuns: 100 },
  )
})
