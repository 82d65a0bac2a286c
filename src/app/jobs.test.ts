// Truth: Jobs and JobChanges: one node does them, and what it stores is refused from the moment on in which another one does.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Epoch, InstanceId } from '../model/ids.ts'
import { JOBS } from '../storage/cluster-store.ts'
import type { Batch, Store } from '../storage/store.ts'
import { SharedJobs } from './jobs.ts'

const EVENT_GONE: Batch = { guards: [], writes: [{ kind: 'event.remove', seq: 1, id: 'e' }] }

/** Jobs over a store whose lease of them has this epoch. */
function jobsOf({ isShared = true, epochOfLease = 5, retiring = Promise.resolve() } = {}) {
  const stored: Batch[] = []
  const refused: [InstanceId, Epoch][] = []
  const calls: string[] = []
  const commit: Store['commit'] = (batch) => {
    const refusedBy = batch.guards.find((guard) => guard.kind === 'owns' && guard.epoch !== epochOfLease)
    if (refusedBy !== undefined) return Promise.resolve({ ok: false, refusedBy: { ...refusedBy } })
    stored.push(batch)
    return Promise.resolve({ ok: true })
  }
  const part = (name: string, ended = Promise.resolve()) => ({
    start: () => void calls.push(`${name} starts`),
    stop: (atOnce?: boolean) => {
      calls.push(atOnce === true ? `${name} is cut off` : `${name} stops`)
      return ended
    },
  })
  const parts = { retention: part('retention', retiring), hooks: part('hooks'), dailyCharge: part('charge') }
  const jobs = new SharedJobs(
    { store: { commit } as unknown as Store, decide: async (work) => work() },
    { isShared, refused: (instance, epoch) => void refused.push([instance, epoch]) },
    () => parts,
  )
  return { jobs, stored, refused, calls }
}

describe('the jobs of all', () => {
  test('what they store goes by their lease', async () => {
    const { jobs, stored } = jobsOf()
    jobs.start(5 as Epoch)
    await jobs.store.commit(EVENT_GONE)
    assert.deepEqual(stored, [{ ...EVENT_GONE, guards: [{ kind: 'owns', instance: JOBS, epoch: 5 }] }])
  })

  test('nothing is stored once another node does them, and this one is told to look who does', async () => {
    const { jobs, stored, refused } = jobsOf({ epochOfLease: 6 })
    jobs.start(5 as Epoch)
    await assert.rejects(jobs.store.commit(EVENT_GONE), { name: 'LostOwnership' })
    assert.deepEqual([stored, refused], [[], [[JOBS, 5]]])
  })

  test('a node that never had them stores nothing as if it had', async () => {
    const { jobs, stored } = jobsOf()
    await assert.rejects(jobs.store.commit(EVENT_GONE), { name: 'LostOwnership' })
    assert.deepEqual(stored, [])
  })

  test('where nobody else could do them nothing needs a lease', async () => {
    const { jobs, stored } = jobsOf({ isShared: false })
    jobs.start(undefined)
    await jobs.store.commit(EVENT_GONE)
    assert.deepEqual(stored, [EVENT_GONE])
  })

  test('retention is one of them: it begins and ends with them, and nobody waits for its end', async () => {
    const { jobs, calls } = jobsOf({ retiring: new Promise(() => undefined) })
    jobs.start(5 as Epoch)
    assert.deepEqual(calls.splice(0), ['retention starts', 'hooks starts', 'charge starts'])
    await jobs.stop(false)
    assert.deepEqual(calls.toSorted(), ['charge stops', 'hooks stops', 'retention stops'])
  })

  test('where another node does them already a delivery under way is cut off', async () => {
    const { jobs, calls } = jobsOf()
    jobs.start(5 as Epoch)
    await jobs.stop(true)
    assert.ok(calls.includes('hooks is cut off'), calls.join())
  })
})
