// Truth: a message that cannot be sent is settled and never blocks the next; the contract's delays, and what holds the queue.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Session, Verdict } from '../../src/drivers/driver.ts'
import type { Node } from '../../src/instances/node.ts'
import { InstanceRecord } from '../../src/instances/record.ts'
import { Sender } from '../../src/instances/sender.ts'
import { systemClock, type Clock } from '../../src/lib/clock.ts'
import { recordNetwork } from '../../src/journal/record.ts'
import { fault } from '../../src/model/fault.ts'
import type { ChatId, InstanceId, MessageId } from '../../src/model/ids.ts'
import type { NetworkMessage } from '../../src/model/message.ts'
import { newInstance, openWorld, say, sendTo, until, type Domain, type World } from '../support/domain.ts'

let world: World
let domain: Domain
before(async () => {
  world = await openWorld()
  domain = await world.start()
})
after(() => world.close())

/** The durable half of an instance with so much in its queue, as if a phone were linked. */
async function asLinked(id: InstanceId, node: Node, count: number, delayMs = 0): Promise<InstanceRecord> {
  const stored = (await node.store.instances.all()).find((row) => row.id === id)
  assert.ok(stored !== undefined)
  const settings = { ...stored.settings, delaySendMessagesMilliseconds: delayMs }
  const row = { ...stored, state: 'authorized', settings } as const
  const epoch = node.ownership.epochOf(id) ?? node.ownership.firstEpoch
  return new InstanceRecord(node, row, epoch, { outbox: { instance: id, count, last: count } })
}

test('a message that the network never gets, however often it is sent, is given up, and the next one leaves', async () => {
  const instance = await newInstance(domain)
  const bad = await say(instance, '79001234567', 'breaks the connection')
  const good = await say(instance, '79001234567', 'does not')
  const record = await asLinked(instance.id, domain.node, 2)
  const offered: MessageId[] = []
  const session = {
    send: (id: MessageId): Promise<Verdict> => {
      offered.push(id)
      return Promise.resolve(
        id === bad ? { ok: false, fault: fault('unconfirmed', 'broken') } : { ok: true, at: Date.now() },
      )
    },
    lookup: () => Promise.resolve('absent'),
    facets: {},
  } as Partial<Session> as Session
  const sender = new Sender(record, () => Promise.resolve(undefined))
  sender.open(session)
  await until(() => record.outbox.count === 0)
  assert.deepEqual(offered, [bad, bad, bad, bad, bad, good])
  const end = await domain.node.store.journal.find(instance.id, bad)
  assert.deepEqual([end?.status, end?.description], ['failed', 'the connection broke at each attempt'])
  assert.equal((await domain.node.store.journal.find(instance.id, good))?.status, 'sent')
  await sender.stop()
})

test('a clock that is set back holds up no message until it has caught up', async () => {
  const instance = await newInstance(domain)
  const ids: MessageId[] = []
  for (const text of ['sent', 'unsure', 'after the delay', 'and the last']) {
    ids.push(await say(instance, '79001234567', text))
  }
  let setBackMs = 0
  const clock: Clock = { ...systemClock, now: () => Date.now() - setBackMs }
  const limits = { ...domain.node.limits, unsureHoldMs: 300 }
  const record = await asLinked(instance.id, { ...domain.node, clock, limits }, 4, 100)
  const offered: MessageId[] = []
  const session = {
    send: (id: MessageId): Promise<Verdict> => {
      offered.push(id)
      if (offered.length < 3) setBackMs += 3_600_000
      return Promise.resolve(
        id === ids[1] ? { ok: false, fault: fault('unconfirmed', 'lost') } : { ok: true, at: clock.now() },
      )
    },
    lookup: () => Promise.resolve('unknown'),
    facets: {},
  } as Partial<Session> as Session
  const sender = new Sender(record, () => Promise.resolve(undefined))
  sender.open(session)
  await until(() => offered.length === 4)
  assert.deepEqual(offered, ids)
  await sender.stop()
})

test('a clock that is set forward gives up nothing that the network can still be asked about, and turns no order around', async () => {
  const instance = await newInstance(domain)
  const [first, second] = [
    await say(instance, '79001234567', 'lost on its way'),
    await say(instance, '79001234567', 'next'),
  ]
  let setForwardMs = 0
  const clock: Clock = { ...systemClock, now: () => Date.now() + setForwardMs }
  const record = await asLinked(instance.id, { ...domain.node, clock }, 2)
  const offered: MessageId[] = []
  let canTell = false
  const session = {
    send: (id: MessageId): Promise<Verdict> => {
      offered.push(id)
      if (offered.length > 1) return Promise.resolve({ ok: true, at: clock.now() })
      setForwardMs = 3_600_000
      return Promise.resolve({ ok: false, fault: fault('unconfirmed', 'the connection broke') })
    },
    lookup: () => Promise.resolve(canTell ? 'absent' : 'unknown'),
    facets: {},
  } as Partial<Session> as Session
  const sender = new Sender(record, () => Promise.resolve(undefined))
  sender.open(session)
  await until(() => offered.length === 1)
  sender.shut()
  for (let turn = 0; turn < 3; turn += 1) {
    sender.wake()
    await sleep(20)
  }
  assert.equal((await domain.node.store.journal.find(instance.id, first))?.status, 'pending')
  canTell = true
  sender.open(session)
  await until(() => record.outbox.count === 0)
  assert.deepEqual(offered, [first, first, second])
  await sender.stop()
})

test('what is edited and taken back is marked in its chat, whichever of its names the API used; the chat has its name', async () => {
  const instance = await newInstance(domain, { outgoingAPIMessageWebhook: 'yes' })
  const { journal } = domain.node.store
  const [number, lid, friends] = ['79001234567@c.us', '1234567890123@lid', '120363000000000001@g.us'] as ChatId[]
  assert.ok(number !== undefined && lid !== undefined && friends !== undefined)
  const aliasesOf = (chat: ChatId) => (chat === number ? [lid] : chat === lid ? [number] : [])
  const edited = await say(instance, number, 'Tuesday')
  const gone = await say(instance, lid, 'too much')
  const elsewhere = await say(instance, friends, 'to all')
  const theirs = 'AC0123456789' as MessageId
  const party = { id: lid, name: 'Dana', contactName: '' }
  const content = { kind: 'text', text: 'from her' } as const
  const incoming: NetworkMessage = { id: theirs, direction: 'in', chat: party, author: party, at: 1, content }
  await domain.node.store.commit({ guards: [], writes: [recordNetwork(instance.id, incoming, 'sent')] })
  await sendTo(instance, lid, { kind: 'edit', target: edited, text: 'Friday', isCaption: false })
  await sendTo(instance, number, { kind: 'deletion', target: gone, forEveryone: true })
  await sendTo(instance, number, { kind: 'deletion', target: theirs, forEveryone: false })
  await sendTo(instance, number, { kind: 'deletion', target: elsewhere, forEveryone: true })
  const record = await asLinked(instance.id, domain.node, 7)
  const send: Session['send'] = (_id, { chat }) => {
    const names = { name: 'Dana', contactName: 'Dana Workshop', aliases: aliasesOf(chat) }
    return Promise.resolve({ ok: true, at: Date.now(), chat: names })
  }
  const sender = new Sender(record, () => Promise.resolve(undefined))
  sender.open({ send, lookup: () => Promise.resolve('absent'), facets: {} } as Partial<Session> as Session)
  await until(() => record.outbox.count === 0)
  const marks = async (chat: ChatId, id: MessageId) => {
    const row = await journal.inChat(instance.id, chat, id)
    return [row?.isEdited, row?.isDeleted]
  }
  assert.deepEqual(await marks(number, edited), [true, false])
  assert.deepEqual(await marks(lid, gone), [false, true])
  assert.deepEqual(await marks(lid, theirs), [false, true])
  assert.deepEqual(await marks(friends, elsewhere), [false, false])
  const told = (await record.mailbox.peek())?.body ?? ''
  assert.match(told, /"typeWebhook":"outgoingAPIMessageReceived"/)
  assert.match(told, /"chatName":"Dana Workshop"/)
  await sender.stop()
})
