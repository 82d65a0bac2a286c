// Truth: OpenCluster.sync: when it has resolved, what was changed before it is in force here.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RegisterListener } from '../cluster/register-watch.ts'
import { followRegister } from './follow-register.ts'

/** How often what has changed was enforced; `sync` says that the register is at this number. */
function follower(failures = 0) {
  const register = {
    known: 3,
    follow: ({ accounts }: { accounts: number }) =>
      Promise.resolve(void (register.known = Math.max(register.known, accounts))),
  }
  const enforcements: number[] = []
  let left = failures
  let listener: RegisterListener = () => Promise.reject(new Error('nobody listens'))
  followRegister(
    { onSync: (its) => void (listener = its) },
    {
      register,
      accounts: { recover: () => (left-- > 0 ? Promise.reject(new Error('no database')) : Promise.resolve()) },
      instances: {
        residency: { catchUp: () => Promise.resolve() },
        refreshHolds: () => Promise.resolve(void enforcements.push(register.known)),
      },
    },
  )
  return { register, enforcements, sync: (accounts: number) => listener({ accounts, instances: 1 }) }
}

test('what has changed is enforced once, and nothing where nothing has changed', async () => {
  const { sync, enforcements } = follower()
  await sync(3)
  assert.deepEqual(enforcements, [])
  await sync(5)
  await sync(5)
  assert.deepEqual(enforcements, [5])
})

test('it is enforced, too, where a change of this node that was overtaken has read it before', async () => {
  const { sync, enforcements, register } = follower()
  await register.follow({ accounts: 4 })
  await sync(4)
  assert.deepEqual(enforcements, [4])
})

test('what could not be enforced is so by the next look', async () => {
  const { sync, enforcements } = follower(1)
  await assert.rejects(sync(4), /no database/)
  await sync(4)
  assert.deepEqual(enforcements, [4])
})
