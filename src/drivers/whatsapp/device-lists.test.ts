// Truth: which devices the network told of, and when, and which changes it announced; over lives of a session.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { until } from '../../lib/until.ts'
import { KeyCache } from './keys/key-cache.ts'
import { openSessionStore, type DurableStore } from './keys/session-store.ts'
import { DeviceLists } from './device-lists.ts'
import type { BinaryNode } from './engine/engine.ts'
import { NO_ENGINE } from '../../../test/whatsapp/support/no-engine.ts'
import { openRig, OWN, PEER, type Rig } from '../../../test/whatsapp/support/inbound-rig.ts'
import { newDraft } from './life.ts'

const DAY_MS = 86_400_000
const USER = PEER.pn.split('@')[0] ?? ''
const LID = PEER.lid.split('@')[0] ?? ''
const told = (...numbers: number[]) => numbers.map((device) => ({ user: USER, server: 's.whatsapp.net', device }))

describe('lists of devices', () => {
  const open = () => openRig({ engine: NO_ENGINE })
  const storeOf = ({ host }: Rig): DurableStore =>
    openSessionStore({ host, engine: NO_ENGINE, cache: new KeyCache(), fail: () => undefined })

  test('are those that were told, in a later life too, for a day', async () => {
    const rig = await open()
    const lists = new DeviceLists(storeOf(rig), rig.clock)
    assert.equal(await lists.get(USER), undefined)
    await lists.mset([{ key: USER, value: told(0, 7) }])
    assert.deepEqual(await lists.get(USER), told(0, 7))
    const later = new DeviceLists(storeOf(rig), rig.clock)
    assert.deepEqual(await later.mget(['1', USER]), { [USER]: told(0, 7) })
    rig.clock.skip(DAY_MS + 1)
    assert.equal(await later.get(USER), undefined)
    await later.set(USER, 'nonsense')
    assert.equal(await later.get(USER), undefined)
  })

  test('those of a transaction that fails are not kept, and it reads its own', async () => {
    const rig = await open()
    const store = storeOf(rig)
    const lists = new DeviceLists(store, rig.clock)
    await lists.set(USER, told(0))
    const failing = store.transaction(async () => {
      await lists.set(USER, told(0, 1))
      assert.deepEqual(await lists.get(USER), told(0, 1))
      throw new Error('given up')
    })
    await assert.rejects(failing)
    assert.deepEqual(await lists.get(USER), told(0))
  })

  test('one that is set outside of a transaction waits for none that runs', async () => {
    const rig = await open()
    const store = storeOf(rig)
    const lists = new DeviceLists(store, rig.clock)
    let goOn: () => void = () => undefined
    const running = store.transaction(() => new Promise<void>((resolve) => (goOn = resolve)))
    await lists.set(USER, told(0))
    goOn()
    await running
    assert.deepEqual(await lists.get(USER), told(0))
  })

  const news = (attrs: Record<string, string>, child = 'add'): BinaryNode => ({
    ...{ tag: 'notification', attrs: { id: 'N', ...attrs } },
    content: [{ tag: child, attrs: {} }],
  })

  for (const [what, stanza, gone] of [
    ['a device of a person', news({ type: 'devices', from: PEER.pn }), true],
    ['a device, by the other name', news({ type: 'devices', from: PEER.lid }, 'update'), true],
    ['something else of that person', news({ type: 'picture', from: PEER.pn }), false],
    ['a device of somebody else', news({ type: 'devices', from: '79001000009@s.whatsapp.net' }), false],
    ['nobody', news({ type: 'devices' }), false],
  ] as const)
    test(`news of ${what}: ${gone ? 'forgotten under both names, durably' : 'kept'}`, async () => {
      const rig = await open()
      const draft = newDraft()
      await rig.people.learn(PEER.lid, PEER.pn, draft)
      await rig.store.commit(draft)
      const lists = new DeviceLists(storeOf(rig), rig.clock)
      for (const user of [USER, LID]) await lists.set(user, told(0))
      await lists.announced(rig)(stanza)
      const kept = [USER, LID].map((user) => rig.host.kept.has(`devices|${user}`))
      assert.deepEqual(kept, [!gone, !gone])
      // What was on its way is from before it.
      await lists.set(USER, told(0, 1))
      assert.equal(rig.host.kept.has(`devices|${USER}`), !gone)
      rig.clock.skip(6_000)
      await lists.set(USER, told(0, 1))
      assert.deepEqual(await lists.get(USER), told(0, 1))
    })

  test('the account hears of its own devices in another way', async () => {
    const rig = await open()
    const lists = new DeviceLists(storeOf(rig), rig.clock)
    const own = OWN.pn.split('@')[0] ?? ''
    await lists.set(own, told(0))
    await lists.announced(rig)(news({ type: 'account_sync', from: OWN.pn }, 'disappearing_mode'))
    assert.ok(rig.host.kept.has(`devices|${own}`))
    await lists.announced(rig)(news({ type: 'account_sync', from: OWN.pn }, 'devices'))
    assert.ok(!rig.host.kept.has(`devices|${own}`))
  })

  test('what a transaction was told before the news is not kept after it', async () => {
    const rig = await open()
    const store = storeOf(rig)
    const lists = new DeviceLists(store, rig.clock)
    let goOn: () => void = () => undefined
    let isTold = false
    const sending = store.transaction(async () => {
      await lists.set(USER, told(0))
      isTold = true
      await new Promise<void>((resolve) => (goOn = resolve))
    })
    await until(() => isTold, 'the answer')
    const heard = lists.announced(rig)(news({ type: 'devices', from: PEER.pn }))
    goOn()
    await Promise.all([sending, heard])
    assert.equal(await lists.get(USER), undefined)
  })
})
