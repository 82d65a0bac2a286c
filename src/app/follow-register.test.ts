// Truth: RegisterFollower: what was changed before is known here when `follow` has resolved, and in force when `enforce` has.
import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import { silentLog } from '../lib/log.ts'
import { followRegister } from './follow-register.ts'

/** How often what has changed was enforced; `sync` says that the register is at this number. */
function following({ fails = 0, deleting = Promise.resolve() } = {}) {
  const register = {
    known: 3,
    follow: ({ accounts }: { accounts: number }) =>
      Promise.resolve(void (register.known = Math.max(register.known, accounts))),
  }
  let failuresLeft = fails
  const held: number[] = []
  const deleted: number[] = []
  const signals: AbortSignal[] = []
  const follower = followRegister({
    log: silentLog,
    register,
    accounts: {
      recover: async (signal) => {
        if (signal !== undefined) signals.push(signal)
        if (failuresLeft-- > 0) throw new Error('no database')
        await deleting
        deleted.push(register.known)
      },
    },
    instances: {
      residency: { catchUp: () => Promise.resolve() },
      refreshHolds: () => Promise.resolve(void held.push(register.known)),
    },
  })
  const sync = async (accounts: number): Promise<void> => {
    await follower.follow({ accounts, instances: 1 })
    await follower.enforce()
  }
  return { follower, register, held, deleted, signals, sync }
}

test('what has changed is enforced once, and nothing where nothing has changed', async () => {
  const { sync, held, deleted } = following()
  await sync(3)
  assert.deepEqual(held, [])
  await sync(5)
  await sync(5)
  assert.deepEqual([held, deleted], [[5], [5]])
})

test('it is enforced, too, where a change of this node that was overtaken has read it before', async () => {
  const { sync, held, register } = following()
  await register.follow({ accounts: 4 })
  await sync(4)
  assert.deepEqual(held, [4])
})

test('what could not be enforced is so by the next look', async () => {
  const { sync, deleted } = following({ fails: 2 })
  await assert.rejects(sync(4), /no database/)
  await sync(4)
  assert.deepEqual(deleted, [4])
})

test('nobody who asks what is known waits for thousands of instances to go, nor does another account’s suspension', async () => {
  let end = (): void => undefined
  const { follower, held, deleted } = following({ deleting: new Promise((resolve) => (end = resolve)) })
  await follower.follow({ accounts: 4, instances: 1 })
  await follower.follow({ accounts: 5, instances: 1 })
  await turn()
  assert.deepEqual([held.at(-1), deleted], [5, []])
  const inForce = follower.enforce()
  end()
  await inForce
  assert.equal(deleted.at(-1), 5)
})

test('it begins by itself, and again where it failed', async () => {
  const { follower, deleted } = following({ fails: 1 })
  await follower.follow({ accounts: 4, instances: 1 })
  await turn()
  assert.deepEqual(deleted, [])
  await follower.follow({ accounts: 4, instances: 1 })
  await turn()
  assert.deepEqual(deleted, [4])
})

test('a stop tells what is under way to end, and waits for it', async () => {
  let end = (): void => undefined
  const { follower, signals, deleted, sync } = following({ deleting: new Promise((resolve) => (end = resolve)) })
  await follower.follow({ accounts: 4, instances: 1 })
  const stopped = follower.stop()
  assert.equal(signals[0]?.aborted, true)
  end()
  await stopped
  assert.deepEqual(deleted, [4])
  await sync(9)
  assert.deepEqual(deleted, [4])
})
