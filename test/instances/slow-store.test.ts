// Truth: the store's port, which lets a read or a commit take its time while other things happen; DECISIONS B on claims.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '../../src/storage/store.ts'
import { link, newInstance, openWorld, say, textsOf, until, type Domain, type World } from '../support/domain.ts'

/** Lets through at once until it is shut, and then when it is opened. */
class Gate {
  waiting = 0
  #open: Promise<void> = Promise.resolve()
  #release: () => void = () => undefined

  shut(): void {
    this.#open = new Promise((resolve) => (this.#release = resolve))
  }

  open(): void {
    this.#release()
  }

  async pass(): Promise<void> {
    this.waiting += 1
    await this.#open
    this.waiting -= 1
  }
}

const enqueued = new Gate()
const looked = new Gate()

/** The same store behind the gates: messages are stored, and the queue's head is told, when they are open. */
function gated(inner: Store): Store {
  return {
    ...inner,
    commit: async (batch) => {
      if (batch.writes.some((write) => write.kind === 'outbox.add')) await enqueued.pass()
      return inner.commit(batch)
    },
    outbox: {
      ...inner.outbox,
      next: async (instance) => {
        const item = await inner.outbox.next(instance)
        await looked.pass()
        return item
      },
    },
  }
}

let world: World
let domain: Domain

before(async () => {
  world = await openWorld()
  domain = await world.start({}, gated)
})
after(async () => {
  looked.open()
  enqueued.open()
  await world.close()
})

test('a message that is stored while the sender looks at an empty queue is sent without another event', async () => {
  const instance = await newInstance(domain)
  await link(world, instance, '79003000001')
  enqueued.shut()
  looked.shut()
  const saying = say(instance, '79003000002', 'just then')
  await instance.update({})
  await until(() => looked.waiting === 1)
  enqueued.open()
  await saying
  looked.open()
  await until(async () => (await textsOf(world, '79003000002')).includes('just then'), 3000)
})

test('nothing is claimed for a session that ended while the sender looked', async () => {
  const instance = await newInstance(domain)
  await link(world, instance, '79003000003')
  looked.shut()
  await say(instance, '79003000004', 'hold on')
  await until(() => looked.waiting === 1)
  await world.simulator('POST', 'faults', { kind: 'refuseConnections', durationMs: 60_000, phoneNumber: '79003000003' })
  await world.simulator('POST', 'faults', { kind: 'dropConnections', phoneNumber: '79003000003' })
  await until(() => !instance.isOnline)
  looked.open()
  await sleep(50)
  assert.deepEqual(await domain.node.store.outbox.claimed(instance.id), [])
  await world.simulator('DELETE', 'faults')
  await until(async () => (await textsOf(world, '79003000004')).includes('hold on'), 30_000)
})
