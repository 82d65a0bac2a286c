// Truth: an instance lives on exactly one node, whichever comes or goes; what was answered 200 is sent once; every node answers every call.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, describe, test, type TestContext } from 'node:test'
import type { InstanceId } from '../../src/model/ids.ts'
import { eventually, linked, listIn, messagesOn, newPhone, objectIn, send, stateOf } from '../support/road.ts'
import { startPostgres } from '../support/postgres.ts'
import type { Made } from '../support/server.ts'
import { LEASE_MS, openRoom, type Room, type TestNode } from './nodes.ts'

describe('nodes that share a database', () => {
  let postgres: Awaited<ReturnType<typeof startPostgres>>
  before(async () => {
    postgres = await startPostgres({ isDurable: false })
  })
  after(() => postgres.stop())

  async function roomOf(t: TestContext): Promise<Room> {
    const room = await openRoom(await postgres.newDatabase())
    t.after(() => room.close())
    return room
  }

  test('a new one gets its share, and whoever is asked answers', async (t) => {
    const room = await roomOf(t)
    const one = await room.start()
    const made: Made[] = []
    for (let n = 0; n < 9; n++) made.push(await one.make())
    const { made: alive } = await linked(one, {})
    const two = await room.start()
    const counts = await eventually(async () => {
      const loads = [...(await one.leases.loads()).values()]
      return loads.length === 2 && Math.max(...loads) <= 6 && loads
    }, 'both have their share')
    // The jobs are one lease of eleven.
    assert.equal(
      counts.reduce((sum, count) => sum + count),
      11,
    )
    for (const node of [one, two]) {
      for (const each of made) assert.equal(await stateOf(node, each), 'notAuthorized')
      assert.equal(await stateOf(node, alive), 'authorized')
    }
    const fresh = await two.make()
    assert.equal(await stateOf(one, fresh), 'notAuthorized')
    assert.equal((await one.partner('POST', 'deleteInstanceAccount', { idInstance: fresh.idInstance })).status, 200)
    assert.equal((await two.on(fresh, 'GET', 'getStateInstance')).status, 400)
  })

  test('three that start at one time on an empty database share, and two of them take over from the third', async (t) => {
    const room = await roomOf(t)
    const nodes = await Promise.all([room.start(), room.start(), room.start()])
    const [one, two] = nodes
    const made: Made[] = []
    for (const node of [...nodes, ...nodes, ...nodes, ...nodes]) made.push(await node.make())
    const even = (count: number, most: number) =>
      eventually(
        async () => {
          const loads = [...(await one.leases.loads()).values()]
          return loads.length === count && Math.max(...loads) <= most
        },
        `${String(count)} nodes have all`,
      )
    await even(3, 5)
    for (const node of nodes) {
      for (const each of made) assert.equal(await stateOf(node, each), 'notAuthorized')
      assert.equal(listIn(await node.partner('GET', 'getInstances')).length, made.length)
    }
    one.cut()
    await even(2, 7)
    for (const each of made) assert.equal(await stateOf(two, each), 'notAuthorized')
  })

  test('what one had that is cut off lives on with the other, and is sent once', async (t) => {
    const room = await roomOf(t)
    const one = await room.start()
    const { made } = await linked(one, { delaySendMessagesMilliseconds: 3000 })
    const friend = newPhone()
    for (const text of ['a', 'b', 'c']) await send(one, made, friend, text)
    const two = await room.start()
    await eventually(async () => (await textsOf(two, friend)).length === 1, 'the first is sent')
    const owner = await ownerOf(one, made)
    // Whoever has it is cut off in the middle of the queue.
    const isOne = (await one.leases.ownerOf(made.idInstance as InstanceId))?.url === one.url
    const [gone, left] = isOne ? [one, two] : [two, one]
    gone.cut()
    const cutAt = performance.now()
    await eventually(async () => (await ownerOf(left, made)) !== owner, 'another node has it')
    assert.ok(performance.now() - cutAt < 2 * LEASE_MS + 2000, 'within two leases')
    await eventually(async () => (await stateOf(left, made).catch(() => undefined)) === 'authorized', 'it is back')
    const refused = await gone.on(made, 'POST', 'sendMessage', { chatId: `${friend}@c.us`, message: 'x' })
    assert.notEqual(refused.status, 200, 'one that is cut off takes nothing')
    await eventually(async () => (await textsOf(left, friend)).length >= 3, 'all are sent')
    gone.heal()
    await eventually(
      async () => (await stateOf(gone, made).catch(() => undefined)) === 'authorized',
      'it answers again',
    )
    await send(gone, made, friend, 'd')
    await eventually(async () => (await textsOf(left, friend)).length >= 4, 'the last is sent')
    await sleep(500)
    assert.deepEqual(await textsOf(left, friend), ['a', 'b', 'c', 'd'])
  })

  test('one that leaves hands over everything: nothing is lost, doubled or kept waiting', async (t) => {
    const room = await roomOf(t)
    const one = await room.start()
    const all = []
    for (let n = 0; n < 4; n++)
      all.push(await linked(one, { delaySendMessagesMilliseconds: 500, incomingWebhook: 'yes' }))
    const two = await room.start()
    const friend = newPhone()
    const sent: string[] = []
    let isOver = false
    let longestMs = 0
    const talk = async ({ made }: { made: Made }, n: number): Promise<void> => {
      for (let at = 0; !isOver; at++) {
        const text = `${String(n)}-${String(at)}`
        const began = performance.now()
        const answer = await two.on(made, 'POST', 'sendMessage', { chatId: `${friend}@c.us`, message: text })
        longestMs = Math.max(longestMs, performance.now() - began)
        assert.equal(answer.status, 200, answer.text)
        sent.push(text)
        await sleep(150)
      }
    }
    const talks = all.map(talk)
    await sleep(1000)
    const polls = all.map(({ made }) => two.on(made, 'GET', 'receiveNotification?receiveTimeout=5'))
    const leaving = (await one.leases.loads()).size
    assert.equal(leaving, 2, 'the other has something, and so has this one')
    const began = performance.now()
    await one.stop()
    const tookMs = performance.now() - began
    const heirs = [...(await two.leases.loads()).keys()]
    assert.equal(heirs.length, 1, 'handed over, not left behind')
    await sleep(500)
    isOver = true
    await Promise.all(talks)
    const got = await eventually(async () => {
      const texts = await textsOf(two, friend)
      return texts.length >= sent.length && texts
    }, 'everything is sent')
    assert.deepEqual(got.toSorted(), sent.toSorted())
    for (const n of all.keys()) {
      const mine = got.filter((text) => text.startsWith(`${String(n)}-`)).map((text) => Number(text.split('-')[1]))
      assert.deepEqual(
        mine,
        mine.toSorted((a, b) => a - b),
        'in order',
      )
    }
    t.diagnostic(`the longest call took ${longestMs.toFixed(0)} ms, leaving ${tookMs.toFixed(0)} ms`)
    assert.ok(longestMs < 2500, `a call took ${String(longestMs)} ms`)
    assert.ok(tookMs < 8000, `leaving took ${String(tookMs)} ms`)
    for (const poll of polls) assert.equal((await poll).status, 200)
    const owners = await Promise.all(all.map(({ made }) => ownerOf(two, made)))
    assert.equal(new Set(owners).size, 1)
  })

  test('the only one waits for nobody, and takes over what one that died had', async (t) => {
    const room = await roomOf(t)
    const one = await room.start()
    const made = await one.make()
    await one.stop()
    const two = await room.start()
    assert.equal(await stateOf(two, made), 'notAuthorized')
    two.cut()
    await two.stop()
    const began = performance.now()
    const three = await room.start()
    await eventually(async () => (await stateOf(three, made).catch(() => undefined)) === 'notAuthorized', 'it is there')
    assert.ok(performance.now() - began < 2 * LEASE_MS + 2000)
    assert.equal(objectIn(await three.on(made, 'GET', 'getSettings'))['wid'], '')
  })
})

async function textsOf(node: TestNode, phone: string): Promise<string[]> {
  return (await messagesOn(node, phone)).map(({ text }) => String(text))
}

async function ownerOf(node: TestNode, { idInstance }: Made): Promise<string | undefined> {
  return (await node.leases.ownerOf(idInstance as InstanceId))?.node
}
