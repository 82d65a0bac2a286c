// Truth: the host sees whole changes, in order, one transaction at a time; after a commit that failed it sees nothing any more.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, test } from 'node:test'
import { systemClock } from '../../../lib/clock.ts'
import { silentLog } from '../../../lib/log.ts'
import { systemRandom } from '../../../lib/random.ts'
import { RecordingHost } from '../../conformance/host.ts'
import type { Change } from '../../driver.ts'
import type { Engine } from '../engine/engine.ts'
import { KeyCache } from './key-cache.ts'
import { DurableStore } from './session-store.ts'

/** As much of it as writes and reads keys. */
const ENGINE = {
  json: { replacer: (_key: string, value: unknown) => value, reviver: (_key: string, value: unknown) => value },
  proto: { Message: { AppStateSyncKeyData: { fromObject: (value: object) => ({ made: value }) } } },
} as unknown as Engine

let nextInstance = 1

interface Rig {
  readonly host: RecordingHost
  readonly store: DurableStore
  readonly cache: KeyCache
  readonly changes: Change[]
  readonly failures: string[]
  readonly asked: string[]
  /** A commit fails for each of these. */
  readonly troubles: true[]
  /** What the cache held when each commit was over at the host. */
  readonly cacheBytes: number[]
  reopen(): DurableStore
}

function rig({ commitMs = 0, readMs = 0 } = {}): Rig {
  const host = new RecordingHost(nextInstance++, { clock: systemClock, random: systemRandom, log: silentLog })
  const [changes, failures, asked, troubles]: [Change[], string[], string[], true[]] = [[], [], [], []]
  const cacheBytes: number[] = []
  const cache = new KeyCache()
  const commit = host.commit.bind(host)
  host.commit = async (change) => {
    if (commitMs > 0) await sleep(commitMs)
    if (troubles.splice(0, 1).length > 0) throw new Error('the disk is full')
    await commit(change)
    cacheBytes.push(cache.bytes)
    changes.push(change)
  }
  const secret = host.secret.bind(host)
  host.secret = async (name) => {
    asked.push(name)
    const value = await secret(name)
    if (readMs > 0) await sleep(readMs)
    return value
  }
  const reopen = () => new DurableStore({ host, engine: ENGINE, cache, fail: (why) => failures.push(why) })
  return { host, store: reopen(), cache, changes, failures, asked, troubles, cacheBytes, reopen }
}

const secretsOf = (change: Change | undefined) => [...(change?.secrets?.keys() ?? [])]
const notesOf = (change: Change | undefined) => [...(change?.notes?.keys() ?? [])]
const staged = (name: string): Change => ({ secrets: new Map([[name, Buffer.from('1')]]) })

describe('the store of a session', () => {
  test('one commit for a set of keys, of whatever types', async () => {
    const { store, changes, host } = rig()
    await store.keys.set({ session: { a: { x: 1 }, b: null }, 'sender-key': { g: [1] } })
    assert.equal(changes.length, 1)
    assert.deepEqual(secretsOf(changes[0]), ['session|a', 'session|b', 'sender-key|g'])
    assert.deepEqual(await store.keys.get('session', ['a', 'b']), { a: { x: 1 } })
    assert.equal(Buffer.from(host.kept.get('session|a') ?? []).toString(), '{"x":1}')
  })

  test('what a transaction sets, stages and changes of the credentials is one commit', async () => {
    const { store, changes } = rig()
    let credentials = 'old'
    store.writeCredentialsBy(() => Buffer.from(credentials))
    await store.transaction(async () => {
      await store.keys.set({ session: { a: 1 } })
      store.stage({
        events: [{ kind: 'unlinked', at: 5 }],
        notes: new Map([['note', { value: Buffer.of(1), until: 9 }]]),
      })
      await store.saveCredentials()
      await store.keys.transaction(() => store.keys.set({ session: { a: 2, b: 3 } }), 'another')
      credentials = 'new'
      assert.deepEqual(await store.keys.get('session', ['a', 'b']), { a: 2, b: 3 })
      assert.equal(await store.read('session|a'), null, 'others see what is committed')
    })
    assert.equal(changes.length, 1)
    assert.deepEqual(secretsOf(changes[0]), ['session|a', 'session|b', 'creds'])
    assert.equal(Buffer.from(changes[0]?.secrets?.get('creds') ?? []).toString(), 'new')
    assert.equal(changes[0]?.events?.length, 1)
    assert.deepEqual(notesOf(changes[0]), ['note'])
  })

  test('a transaction that only stages commits too; one that changes nothing does not', async () => {
    const { store, changes } = rig()
    await store.transaction(() => {
      store.stage(staged('contact|a'))
      return Promise.resolve()
    })
    assert.deepEqual(changes.map(secretsOf), [['contact|a']])
    await store.transaction(() => Promise.resolve())
    assert.equal(changes.length, 1)
  })

  test('nothing is staged outside of a transaction', async () => {
    const { store } = rig()
    assert.throws(() => store.stage(staged('x')), /outside of a transaction/)
    const other = rig().store
    await other.transaction(() => {
      assert.throws(() => store.stage(staged('x')), /outside of a transaction/, 'nor in that of another session')
      return Promise.resolve()
    })
  })

  test('what a transaction that throws did is dropped', async () => {
    const { store, changes } = rig()
    const work = async () => {
      await store.keys.set({ session: { a: 1 } })
      store.stage(staged('x'))
      throw new Error('no')
    }
    await assert.rejects(store.transaction(work), /no/)
    assert.equal(changes.length, 0)
    assert.deepEqual(await store.keys.get('session', ['a']), {})
  })

  test('transactions of a session run one at a time: no step of a ratchet is lost', async () => {
    const { store } = rig({ commitMs: 2, readMs: 1 })
    const step = (key: string) =>
      store.keys.transaction(async () => {
        const { a = 0 } = (await store.keys.get('session', ['a'])) as { a?: number }
        await sleep(1)
        await store.keys.set({ session: { a: a + 1 } })
      }, key)
    await Promise.all(Array.from({ length: 20 }, (_none, index) => step(index % 2 === 0 ? 'me' : 'them')))
    assert.deepEqual(await store.keys.get('session', ['a']), { a: 20 })
  })

  test('sessions do not wait for each other', async () => {
    const [one, other] = [rig().store, rig().store]
    let release: () => void = () => undefined
    const stuck = one.transaction(() => new Promise<void>((resolve) => (release = resolve)))
    await other.transaction(() => other.keys.set({ session: { a: 1 } }))
    release()
    await stuck
  })

  test('work that outlives its transaction is no part of it, and not lost', async () => {
    const { store, changes } = rig()
    let late: Promise<void> | undefined
    await store.transaction(async () => {
      await store.keys.set({ session: { a: 1 } })
      late = sleep(5).then(() => store.keys.set({ session: { late: 1 } }))
    })
    await late
    assert.deepEqual(changes.map(secretsOf), [['session|a'], ['session|late']])
  })

  test('a commit that fails rejects, tells it once, and nothing is committed after it', async () => {
    const { store, troubles, failures, changes, cache } = rig({ commitMs: 1 })
    await store.keys.set({ session: { a: 1 } })
    troubles.push(true)
    const results = await Promise.allSettled([
      store.transaction(() => store.keys.set({ session: { a: 2 } })),
      store.transaction(() => store.keys.set({ session: { a: 3 } })),
      store.commit(staged('x')),
    ])
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'rejected', 'rejected'],
    )
    assert.equal(failures.length, 1)
    assert.match(failures[0] ?? '', /the disk is full/)
    assert.equal(changes.length, 1)
    assert.equal(cache.bytes, 0)
    await assert.rejects(store.saveCredentials(), /over/)
  })

  test('a key that could not be read ends it, although whoever asked takes it for one that is not there', async () => {
    const { store, host, failures, changes } = rig()
    const secret = host.secret.bind(host)
    host.secret = (name) => (name === 'session|a' ? Promise.reject(new Error('no connection')) : secret(name))
    const made = store.transaction(async () => {
      await store.keys.get('session', ['a']).catch(() => ({}))
      await store.keys.set({ session: { a: 'another' } })
    })
    await assert.rejects(made, /over/)
    assert.deepEqual([failures, changes], [['a key could not be read: no connection'], []])
    host.secrets = () => Promise.reject(new Error('no connection'))
    await assert.rejects(
      store.keys.get(
        'pre-key',
        Array.from({ length: 100 }, (_, id) => String(id)),
      ),
    )
    assert.equal(failures.length, 1)
  })

  test('the next life reads what was kept, not what the last one hoped for', async () => {
    const { store, troubles, ...life } = rig()
    await store.keys.set({ session: { a: 1 } })
    troubles.push(true)
    await assert.rejects(store.keys.set({ session: { a: 2 } }))
    await store.close()
    assert.deepEqual(await life.reopen().keys.get('session', ['a']), { a: 1 })
  })

  test('commits keep the order in which they were asked for', async () => {
    const { store, changes } = rig({ commitMs: 1 })
    await Promise.all(Array.from({ length: 10 }, (_none, index) => store.commit(staged(String(index)))))
    assert.deepEqual(
      changes.flatMap(secretsOf),
      Array.from({ length: 10 }, (_none, index) => String(index)),
    )
  })

  test('an empty change costs no commit', async () => {
    const { store, changes } = rig()
    await store.commit({ secrets: new Map(), events: [] })
    assert.equal(changes.length, 0)
  })
})

describe('the cache of a session', () => {
  test('is written after the commit and asked before the host', async () => {
    const { store, asked, cacheBytes } = rig()
    await store.keys.set({ session: { a: 1 } })
    assert.deepEqual(cacheBytes, [0])
    assert.deepEqual(await store.keys.get('session', ['a']), { a: 1 })
    assert.deepEqual(asked, [])
  })

  test('what is not there is not remembered, and one-time keys are never', async () => {
    const { store, asked } = rig()
    assert.deepEqual(await store.keys.get('session', ['a']), {})
    await store.keys.set({ 'pre-key': { 1: 'key' } })
    assert.deepEqual(await store.keys.get('pre-key', ['1']), { 1: 'key' })
    assert.deepEqual(await store.keys.get('session', ['a']), {})
    assert.deepEqual(asked, ['session|a', 'pre-key|1', 'session|a'])
  })

  test('a read that ran beside a commit leaves nothing old in it', async () => {
    const { store, host } = rig({ readMs: 5 })
    host.kept.set('session|a', Buffer.from('1'))
    const early = store.read('session|a')
    await store.keys.set({ session: { a: 2 } })
    await early
    assert.deepEqual(await store.keys.get('session', ['a']), { a: 2 })
  })

  test('many one-time keys are read at once, with those of the transaction itself', async () => {
    const { store, asked } = rig()
    const keys = Object.fromEntries(
      Array.from({ length: 30 }, (_none, index) => [String(index + 1), `key ${String(index + 1)}`]),
    )
    await store.keys.set({ 'pre-key': keys })
    const found = await store.transaction(async () => {
      await store.keys.set({ 'pre-key': { 31: 'new', 5: null } })
      return await store.keys.get('pre-key', [...Object.keys(keys), '31'])
    })
    const { 5: gone, ...rest } = keys
    assert.equal(gone, 'key 5')
    assert.deepEqual(found, { ...rest, 31: 'new' })
    assert.deepEqual(asked, [])
  })

  test('a key of the app state is an object of the protocol', async () => {
    const { store } = rig()
    await store.keys.set({ 'app-state-sync-key': { AAAA: { keyData: 'x' } } })
    assert.deepEqual(await store.keys.get('app-state-sync-key', ['AAAA']), { AAAA: { made: { keyData: 'x' } } })
  })
})

describe('what a frame waits for', () => {
  test('the changes so far of the transaction that sends it', async () => {
    const { store, changes } = rig()
    await store.transaction(async () => {
      assert.equal(store.settle(), undefined)
      await store.keys.set({ session: { a: 1 } })
      store.stage({ notes: new Map([['sent|1', { value: Buffer.of(1), until: 9 }]]) })
      await store.settle()
      assert.equal(changes.length, 1)
      assert.deepEqual(notesOf(changes[0]), ['sent|1'])
      assert.equal(store.settle(), undefined)
      await store.keys.set({ session: { a: 2 } })
    })
    assert.equal(changes.length, 2)
  })

  test('never those of a message that is being read: they are whole or not at all', async () => {
    const { store, changes } = rig()
    await store.atomically(async () => {
      await store.keys.set({ session: { a: 1 } })
      assert.equal(store.settle(), undefined)
      store.stage({ events: [{ kind: 'unlinked', at: 5 }] })
    })
    assert.equal(changes.length, 1)
    assert.equal(changes[0]?.events?.length, 1)
  })

  test('credentials that are on their way to the host, whoever sends', async () => {
    const { store, host } = rig({ commitMs: 5 })
    store.writeCredentialsBy(() => Buffer.from('creds'))
    const saving = store.saveCredentials({ events: [{ kind: 'unlinked', at: 5 }] })
    const settled = store.settle()
    assert.ok(settled !== undefined)
    await settled
    assert.ok(host.kept.has('creds'))
    await saving
    assert.equal(store.settle(), undefined)
  })
})

describe('the end of a life', () => {
  test('waits for the commit that runs and takes no more', async () => {
    const { store, changes } = rig({ commitMs: 10 })
    const first = store.commit(staged('first'))
    const second = store.commit(staged('second'))
    second.catch(() => undefined)
    await store.close()
    assert.deepEqual(changes.flatMap(secretsOf), ['first'])
    await first
    await assert.rejects(second, /over/)
    await assert.rejects(store.keys.set({ session: { a: 1 } }), /over/)
  })
})
