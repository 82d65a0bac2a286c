// Truth: issue "a message that cannot be sent is settled and never blocks the next", where sending it breaks the connection.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Session, Verdict } from '../../src/drivers/driver.ts'
import { InstanceRecord } from '../../src/instances/record.ts'
import { Sender } from '../../src/instances/sender.ts'
import { fault } from '../../src/model/fault.ts'
import type { MessageId } from '../../src/model/ids.ts'
import { newInstance, openWorld, say, until, type Domain, type World } from '../support/domain.ts'

let world: World
let domain: Domain
before(async () => {
  world = await openWorld()
  domain = await world.start()
})
after(() => world.close())

test('a message that the network never gets, however often it is sent, is given up, and the next one leaves', async () => {
  const instance = await newInstance(domain)
  const bad = await say(instance, '79001234567', 'breaks the connection')
  const good = await say(instance, '79001234567', 'does not')
  const { node } = domain
  const stored = (await node.store.instances.all()).find((row) => row.id === instance.id)
  assert.ok(stored !== undefined)
  const settings = { ...stored.settings, delaySendMessagesMilliseconds: 0 }
  const queue = { outbox: { instance: instance.id, count: 2, last: 2 } }
  const record = new InstanceRecord(
    node,
    { ...stored, state: 'authorized', settings },
    node.ownership.epochOf(instance.id) ?? node.ownership.firstEpoch,
    queue,
  )
  const offered: MessageId[] = []
  const session = {
    send: (id: MessageId): Promise<Verdict> => {
      offered.push(id)
      return Promise.resolve(
        id === bad ? { ok: false, fault: fault('unconfirmed', 'broken') } : { ok: true, at: node.clock.now() },
      )
    },
    lookup: () => Promise.resolve('absent'),
  } as Partial<Session> as Session
  const sender = new Sender(record)
  sender.open(session)
  await until(() => record.outbox.count === 0)
  assert.deepEqual(offered, [bad, bad, bad, bad, bad, good])
  const end = await node.store.journal.find(instance.id, bad)
  assert.deepEqual([end?.status, end?.description], ['failed', 'the connection broke at each attempt'])
  assert.equal((await node.store.journal.find(instance.id, good))?.status, 'sent')
  sender.stop()
})
