import assert from 'node:assert/strict'
import type { ChatId } from '../../../src/model/ids.ts'
import type { Committed, Guard, Store } from '../../../src/storage/store.ts'
import { storeTest, type Fresh } from '../harness.ts'
import * as sample from '../samples.ts'

const { FIRST, SECOND, batch, commit, notify } = sample

const quota = (limit: number, rest: Partial<Extract<Guard, { kind: 'quota' }>> = {}): Guard => ({
  kind: 'quota',
  instance: FIRST,
  month: '2026-11',
  what: 'checkwhatsapp',
  limit,
  ...rest,
})
const correspondent = (chat: string, limit: number, rest: { instance?: typeof FIRST; month?: string } = {}): Guard => ({
  kind: 'correspondent',
  instance: FIRST,
  month: '2026-11',
  chat: chat as ChatId,
  limit,
  ...rest,
})
const ask = (store: Store, guard: Guard): Promise<Committed> => store.commit(batch([], [guard]))

export function usage(fresh: Fresh): void {
  counting(fresh)
  corresponding(fresh)
  sweeping(fresh)
}

function counting(fresh: Fresh): void {
  storeTest(fresh, 'a quota counts up to its limit, each instance, month and method by itself', async (store) => {
    for (let n = 1; n <= 3; n++) assert.equal((await ask(store, quota(3))).ok, true)
    assert.deepEqual(await ask(store, quota(3)), { ok: false, refusedBy: quota(3) })
    assert.equal((await ask(store, quota(2))).ok, false)
    for (const other of [{ instance: SECOND }, { month: '2026-12' }, { what: 'getavatar' }])
      assert.equal((await ask(store, quota(1, other))).ok, true)
    assert.deepEqual(await store.usage.ofMonth(FIRST, '2026-11'), new Map([['checkwhatsapp', 3], ['getavatar', 1]])) // prettier-ignore
    assert.deepEqual(await store.usage.ofMonth(FIRST, '2026-12'), new Map([['checkwhatsapp', 1]]))
    assert.equal((await ask(store, quota(4))).ok, true, 'a higher limit gives room again')
    assert.equal((await store.usage.ofMonth(FIRST, '2026-11')).get('checkwhatsapp'), 4)
  })

  storeTest(fresh, 'a limit of none allows none', async (store) => {
    assert.equal((await ask(store, quota(0))).ok, false)
    assert.equal((await ask(store, correspondent('1@c.us', 0))).ok, false)
    assert.equal((await store.usage.ofMonth(FIRST, '2026-11')).size, 0)
    assert.deepEqual(await store.usage.correspondents(FIRST, '2026-11'), [])
  })

  storeTest(fresh, 'of calls at once as many pass as there is room for', async (store) => {
    const calls = Array.from({ length: 20 }, (_, n) => store.commit(batch([notify(FIRST, n + 1)], [quota(7)])))
    assert.equal((await Promise.all(calls)).filter(({ ok }) => ok).length, 7)
    assert.equal((await store.usage.ofMonth(FIRST, '2026-11')).get('checkwhatsapp'), 7)
    assert.equal((await store.mailbox.sizes())[0]?.count, 7)
  })

  storeTest(fresh, 'what is refused by another guard is not counted', async (store, harness) => {
    await commit(store, sample.addInstance(FIRST))
    const before = await harness.dump()
    const stale = sample.owns(SECOND)
    const refused = await store.commit(batch([], [quota(5), correspondent('1@c.us', 5), stale]))
    assert.deepEqual(refused, { ok: false, refusedBy: stale })
    assert.deepEqual(await harness.dump(), before)
  })
}

function corresponding(fresh: Fresh): void {
  storeTest(fresh, 'the first chats of a month have room, and keep it', async (store) => {
    const order = ['3@c.us', '1@c.us', '2@c.us']
    for (const chat of order) assert.equal((await ask(store, correspondent(chat, 3))).ok, true)
    const late = correspondent('4@c.us', 3)
    assert.deepEqual(await ask(store, late), { ok: false, refusedBy: late })
    for (const chat of order) assert.equal((await ask(store, correspondent(chat, 3))).ok, true)
    assert.deepEqual(await store.usage.correspondents(FIRST, '2026-11'), order)
    assert.equal((await ask(store, correspondent('4@c.us', 3, { month: '2026-12' }))).ok, true)
    assert.equal((await ask(store, correspondent('4@c.us', 3, { instance: SECOND }))).ok, true)
    assert.equal((await ask(store, correspondent('4@c.us', 4))).ok, true)
    assert.deepEqual(await store.usage.correspondents(FIRST, '2026-11'), [...order, '4@c.us'])
    assert.deepEqual(await store.usage.correspondents(FIRST, '2026-12'), ['4@c.us'])
  })

  storeTest(fresh, 'a lower limit keeps the first ones', async (store) => {
    for (const chat of ['a', 'b', 'c']) await ask(store, correspondent(chat, 3))
    const held = await Promise.all(['a', 'b', 'c', 'd'].map((chat) => ask(store, correspondent(chat, 2))))
    assert.deepEqual(
      held.map(({ ok }) => ok),
      [true, true, false, false],
    )
    assert.deepEqual(await store.usage.correspondents(FIRST, '2026-11'), ['a', 'b', 'c'])
  })

  storeTest(fresh, 'of new chats at once as many get in as there is room for', async (store) => {
    const chats = Array.from({ length: 12 }, (_, n) => `${n}@c.us`)
    const held = await Promise.all(chats.map((chat) => ask(store, correspondent(chat, 5))))
    assert.deepEqual(
      chats.filter((_, n) => held[n]?.ok),
      await store.usage.correspondents(FIRST, '2026-11'),
    )
    assert.equal(held.filter(({ ok }) => ok).length, 5)
  })
}

function sweeping(fresh: Fresh): void {
  storeTest(fresh, 'usage of months that are over is swept, at most so many', async (store) => {
    for (const month of ['2026-09', '2026-10', '2026-11']) {
      for (const what of ['a', 'b']) await ask(store, quota(9, { month, what }))
      for (const chat of ['1@c.us', '2@c.us']) await ask(store, correspondent(chat, 9, { month }))
    }
    assert.equal(await store.sweep('usage', Date.UTC(2026, 9, 1) - 1, 100), 0, 'September is not over')
    assert.equal(await store.sweep('usage', Date.UTC(2026, 10, 30), 3), 3)
    assert.equal(await store.sweep('usage', Date.UTC(2026, 10, 30), 100), 5)
    for (const month of ['2026-09', '2026-10']) {
      assert.equal((await store.usage.ofMonth(FIRST, month)).size, 0)
      assert.deepEqual(await store.usage.correspondents(FIRST, month), [])
    }
    assert.equal((await store.usage.ofMonth(FIRST, '2026-11')).size, 2)
    assert.equal((await store.usage.correspondents(FIRST, '2026-11')).length, 2)
    assert.equal(await store.sweep('usage', Number.MAX_SAFE_INTEGER, 100), 4)
  })
}
