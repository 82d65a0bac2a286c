// Truth: the cluster store that these tests have in memory does as a real one: it passes the same suite.
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { systemClock } from '../../src/lib/clock.ts'
import type { EpochMs, InstanceId } from '../../src/model/ids.ts'
import type { Batch, Store } from '../../src/storage/store.ts'
import { cluster } from '../storage/conformance/cluster.ts'
import type { Harness } from '../storage/harness.ts'
import { MemoryCluster } from '../support/memory-cluster.ts'

interface Note {
  readonly instance: InstanceId
  readonly receiptId: number
  readonly at: EpochMs
}

/** As much of a store as the suite asks for beside nodes and leases. */
function openHarness(): Harness {
  const memory = new MemoryCluster(() => systemClock.now())
  let notes: readonly Note[] = []
  const sizes = (of: readonly Note[]) =>
    [...new Set(of.map(({ instance }) => instance))].map((instance) => {
      const mine = of.filter((note) => note.instance === instance).map(({ receiptId }) => receiptId)
      return { instance, count: mine.length, last: Math.max(...mine) }
    })
  const store = {
    cluster: memory,
    commit: (batch: Batch) => {
      const committed = memory.commit(batch)
      const added = batch.writes.flatMap((write) => (write.kind === 'mailbox.add' ? [write] : []))
      if (committed.ok) notes = [...notes, ...added]
      return Promise.resolve(committed)
    },
    mailbox: {
      sizes: () => Promise.resolve(sizes(notes)),
      expire: (before: EpochMs, owner: string) => {
        const isGone = ({ instance, at }: Note) => at < before && memory.leases.get(instance)?.owner === owner
        const gone = notes.filter(isGone)
        notes = notes.filter((note) => !isGone(note))
        return Promise.resolve(sizes(gone).map(({ instance, count, last }) => ({ instance, count, upTo: last })))
      },
    },
    close: () => Promise.resolve(),
  }
  return {
    // Nothing else of it is asked for by this suite.
    open: () => Promise.resolve(store as unknown as Store),
    change: (sql) => {
      const dead = /^update node set expires_at = 1 where id = '([\w-]+)'$/.exec(sql)?.[1]
      const node = memory.nodes.get(dead ?? '')
      assert.ok(node !== undefined, sql)
      node.expiresAt = 1
      return Promise.resolve()
    },
    dump: () => assert.fail('not asked for'),
    bytesAtRest: () => assert.fail('not asked for'),
    destroy: () => Promise.resolve(),
  }
}

describe('nodes and leases in memory', () => {
  cluster(() => Promise.resolve(openHarness()))
})
