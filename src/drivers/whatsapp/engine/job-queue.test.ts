// Truth: jobs on an address run one after the other for each owner, owners do not wait for each other, and a job runs in its caller's context.
import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, test } from 'node:test'
import { makeJobQueue } from './job-queue.ts'

interface Caller {
  readonly owner: object
  readonly name: string
}

describe('the queue of jobs', () => {
  const callers = new AsyncLocalStorage<Caller>()
  const queue = makeJobQueue(() => callers.getStore()?.owner)

  test('one after the other on an address, in order, whatever fails', async () => {
    const trace: string[] = []
    const job = (name: string) => async () => {
      trace.push(`${name} begins`)
      await sleep(2)
      trace.push(`${name} ends`)
      if (name === 'b') throw new Error('no')
      return name
    }
    const results = await Promise.allSettled([queue('x', job('a')), queue('x', job('b')), queue('x', job('c'))])
    assert.deepEqual(
      trace,
      ['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]),
    )
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
  })

  test('a job that waited runs in the context of its caller', async () => {
    const owner = {}
    const seen: (string | undefined)[] = []
    const look = async () => {
      seen.push(callers.getStore()?.name)
      await sleep(1)
      seen.push(callers.getStore()?.name)
    }
    await Promise.all(['a', 'b', 'c'].map((name) => callers.run({ owner, name }, () => queue('x', look))))
    assert.deepEqual(seen, ['a', 'a', 'b', 'b', 'c', 'c'])
  })

  test('owners do not wait for each other', async () => {
    let release: () => void = () => undefined
    const stuck = callers.run({ owner: {}, name: 'one' }, () =>
      queue('x', () => new Promise<void>((resolve) => (release = resolve))),
    )
    assert.equal(
      await callers.run({ owner: {}, name: 'other' }, () => queue('x', () => Promise.resolve('done'))),
      'done',
    )
    release()
    await stuck
  })

  test('a job that throws at once rejects', async () => {
    await assert.rejects(
      queue('x', () => {
        throw new Error('no')
      }),
      /no/,
    )
  })
})
