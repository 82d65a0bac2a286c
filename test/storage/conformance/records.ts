import assert from 'node:assert/strict'
import type { ChatId, Epoch, InstanceId } from '../../../src/model/ids.ts'
import { MESSAGE_STATUSES, statusRank, type MessageStatus } from '../../../src/model/message.ts'
import { DEFAULT_SETTINGS, type Settings } from '../../../src/model/settings.ts'
import type { StateChange } from '../../../src/model/state.ts'
import { JOBS } from '../../../src/storage/cluster-store.ts'
import { storeTest, type Fresh } from '../harness.ts'
import * as sample from '../samples.ts'

const { FIRST, SECOND, commit } = sample

const SETTINGS: Settings = {
  ...DEFAULT_SETTINGS,
  webhookUrl: 'https://example.com/hook?a=1',
  webhookUrlToken: 'Bearer zażółć',
  delaySendMessagesMilliseconds: 500,
  autoTyping: 7,
  incomingWebhook: 'yes',
  linkPreview: 'no',
}
const LINKED = { wid: '79001234567@c.us', pushName: 'Имя "x"', phone: '79001234567', deviceId: 'device:1' }

export function records(fresh: Fresh): void {
  storeTest(fresh, 'an empty store gives empty answers', async (store) => {
    assert.deepEqual(await store.accounts.all(), [])
    assert.deepEqual(await store.accounts.tokens(), [])
    assert.deepEqual(await store.accounts.hooks(), [])
    assert.deepEqual(await store.instances.all(), [])
    assert.equal(await store.instances.lastId('whatsapp'), 0)
    assert.deepEqual(await store.instances.states(FIRST, 10), [])
    assert.deepEqual(await store.leases.takeAll('node-1'), new Map([[JOBS, 1]]))
    assert.equal(await store.journal.find(FIRST, sample.messageId('a')), null)
    assert.deepEqual(await store.outbox.sizes(), [])
    assert.equal(await store.outbox.next(FIRST), null)
    assert.deepEqual(await store.mailbox.sizes(), [])
    assert.equal(await store.mailbox.head(FIRST), null)
    assert.equal(await store.secrets.get(FIRST, 'x'), null)
    assert.equal(await store.answers.find('s', 'k'), null)
    assert.deepEqual(await store.commit({ guards: [], writes: [] }), { ok: true })
    await store.ping()
  })

  storeTest(fresh, 'instances come back with all their fields, by id, deleted ones too', async (store) => {
    const full = sample.instance(SECOND, {
      messenger: 'v3',
      settings: SETTINGS,
      state: 'authorized',
      linked: LINKED,
      deletedAt: 9,
      receiptsUpTo: 100,
      lastSentAt: 1_700_000_000_123,
      tariff: 'BUSINESS',
      paidUntil: 1_700_000_000_456,
    })
    await commit(store, sample.addInstance(SECOND, full), sample.addInstance(FIRST))
    assert.deepEqual(await store.instances.all(), [sample.instance(FIRST), full])
  })

  storeTest(fresh, 'each write changes its own field and no other instance', async (store) => {
    await commit(store, sample.addInstance(FIRST), sample.addInstance(SECOND))
    await commit(
      store,
      { kind: 'instance.name', instance: FIRST, name: "o'name" },
      { kind: 'instance.settings', instance: FIRST, settings: SETTINGS },
      { kind: 'instance.token', instance: FIRST, token: 'new token' },
      { kind: 'instance.state', instance: FIRST, state: 'authorized', linked: LINKED },
      { kind: 'instance.receipts', instance: FIRST, upTo: 200 },
      { kind: 'instance.sent', instance: FIRST, at: 77 },
      { kind: 'instance.delete', instance: FIRST, at: 88 },
      { kind: 'instance.tariff', instance: FIRST, tariff: 'BUSINESS', paidUntil: 99 },
    )
    const changed = {
      name: "o'name",
      settings: SETTINGS,
      token: 'new token',
      state: 'authorized',
      linked: LINKED,
      tariff: 'BUSINESS',
      paidUntil: 99,
    } as const
    assert.deepEqual(await store.instances.all(), [
      sample.instance(FIRST, { ...changed, receiptsUpTo: 200, lastSentAt: 77, deletedAt: 88 }),
      sample.instance(SECOND),
    ])
    await commit(store, { kind: 'instance.state', instance: FIRST, state: 'blocked', linked: null })
    assert.deepEqual((await store.instances.all())[0]?.linked, null)
  })

  storeTest(fresh, 'the state history is given newest first', async (store) => {
    const changes: StateChange[] = [
      { state: 'notAuthorized', wid: '', at: 1 },
      { state: 'authorized', wid: 'w', at: 2 },
      { state: 'suspended', wid: 'w', at: 2 },
    ]
    for (const change of changes) await commit(store, { kind: 'state.add', instance: FIRST, change })
    await commit(store, { kind: 'state.add', instance: SECOND, change: { state: 'blocked', wid: 'z', at: 3 } })
    assert.deepEqual(await store.instances.states(FIRST, 10), changes.toReversed())
    assert.deepEqual(await store.instances.states(FIRST, 2), changes.toReversed().slice(0, 2))
  })

  storeTest(fresh, 'taking all leases raises every epoch, and only the new one owns', async (store) => {
    await commit(store, sample.addInstance(FIRST), sample.addInstance(SECOND))
    assert.deepEqual(await store.leases.takeAll('node-2'), new Map([[JOBS, 1], [FIRST, 2], [SECOND, 2]])) // prettier-ignore
    assert.deepEqual(await store.leases.takeAll('node-2'), new Map([[JOBS, 2], [FIRST, 3], [SECOND, 3]])) // prettier-ignore
    const stale = sample.owns(FIRST, 2 as Epoch)
    assert.deepEqual(await store.commit(sample.batch([], [stale])), { ok: false, refusedBy: stale })
    assert.deepEqual(await store.commit(sample.batch([], [sample.owns(FIRST, 3 as Epoch)])), { ok: true })
  })

  storeTest(fresh, 'the journal finds the newest message with an id', async (store) => {
    const old = sample.message(FIRST, 'a', { byApi: false, direction: 'in', status: 'delivered', body: '"ü\\u0000"' })
    const newer = sample.message(FIRST, 'a', { chat: '1@c.us' as typeof sample.CHAT })
    await commit(store, { kind: 'message.add', row: old }, sample.addMessage(SECOND, 'a'))
    assert.deepEqual(await store.journal.find(FIRST, old.id), old)
    await commit(store, { kind: 'message.add', row: newer })
    assert.deepEqual(await store.journal.find(FIRST, old.id), newer)
  })

  storeTest(fresh, 'a status only replaces one of lower rank', async (store) => {
    const ways = MESSAGE_STATUSES.flatMap((from) => MESSAGE_STATUSES.map((to) => ({ from, to, id: `${from}-${to}` })))
    await commit(
      store,
      ...ways.map(({ from, id }) => sample.addMessage(FIRST, id, { status: from, description: 'old' })),
    )
    await commit(store, ...ways.map(({ to, id }) => status(id, to)))
    for (const { from, to, id } of ways) {
      const row = await store.journal.find(FIRST, sample.messageId(id))
      const rises = statusRank(to) > statusRank(from)
      assert.deepEqual([row?.status, row?.description], rises ? [to, 'new'] : [from, 'old'], id)
    }
  })

  storeTest(fresh, 'a status is about the message of its chat, and about no other with the same id', async (store) => {
    const [here, there] = ['1@c.us', '2@c.us'].map((chat) => chat as ChatId) as [ChatId, ChatId]
    await commit(store, sample.addMessage(FIRST, 'a', { chat: here }), sample.addMessage(FIRST, 'a', { chat: there }))
    await commit(store, sample.addMessage(SECOND, 'a', { chat: here }))
    await commit(store, status('a', 'read', here), status('a', 'read', '3@c.us' as ChatId))
    const statusOf = async (on: InstanceId, chat: ChatId) =>
      (await store.journal.inChat(on, chat, sample.messageId('a')))?.status
    assert.deepEqual(await Promise.all([statusOf(FIRST, here), statusOf(FIRST, there)]), ['read', 'pending'])
    assert.equal(await statusOf(SECOND, here), 'pending')
  })

  storeTest(fresh, 'secrets are kept by instance and name, replaced and forgotten', async (store) => {
    const bytes = Uint8Array.from({ length: 300 }, (_, at) => at % 256)
    await commit(store, put('a', bytes), put('b', new Uint8Array()))
    await commit(store, { kind: 'secret.put', instance: SECOND, name: 'a', value: Uint8Array.of(9) })
    assert.deepEqual(await secret('a'), [...bytes])
    assert.deepEqual(await secret('b'), [])
    await commit(store, put('a', Uint8Array.of(1)), put('b', null))
    assert.deepEqual([await secret('a'), await secret('b')], [[1], null])
    await commit(store, put('c', bytes), { kind: 'secret.clear', instance: FIRST })
    assert.deepEqual([await secret('a'), await secret('c')], [null, null])
    await commit(store, put('a', bytes), put('k|a', Uint8Array.of(2)), put('K|a', bytes))
    await commit(store, { kind: 'secret.clear', instance: FIRST, keeping: 'k|' })
    assert.deepEqual([await secret('a'), await secret('k|a'), await secret('K|a')], [null, [2], null])
    assert.deepEqual([...((await store.secrets.get(SECOND, 'a')) ?? [])], [9])

    function put(name: string, value: Uint8Array | null) {
      return { kind: 'secret.put', instance: FIRST, name, value } as const
    }
    async function secret(name: string) {
      const value = await store.secrets.get(FIRST, name)
      return value === null ? null : [...value]
    }
  })

  storeTest(fresh, 'secrets are listed by the beginning of their names, whatever stands in it', async (store) => {
    const names = ['a|1', 'a|2', 'A|1', 'a%|1', 'a_|1', 'ab', 'ä|1', '']
    await commit(store, ...names.map((name) => put(FIRST, name)), put(SECOND, 'a|1'))
    const listed = async (prefix: string) => [...(await store.secrets.list(FIRST, prefix)).keys()].sort()
    assert.deepEqual(await listed(''), [...names].sort())
    assert.deepEqual(await listed('a|'), ['a|1', 'a|2'])
    assert.deepEqual(await listed('a%'), ['a%|1'])
    assert.deepEqual(await listed('ä'), ['ä|1'])
    assert.deepEqual(await listed('none'), [])
    assert.deepEqual([...((await store.secrets.list(FIRST, 'ab')).get('ab') ?? [])], [7])
  })

  storeTest(fresh, 'all secrets of an instance are told with the end of their time', async (store) => {
    await commit(store, put(FIRST, 'stays'), put(FIRST, 'note', 20), put(SECOND, 'other', 10))
    await commit(store, put(FIRST, 'kept', 10), put(FIRST, 'kept'), put(FIRST, 'noted'), put(FIRST, 'noted', 30))
    const all = (await store.secrets.all(FIRST)).map(({ name, value, until }) => [name, [...value], until] as const)
    assert.deepEqual(
      all.toSorted(([one], [other]) => (one < other ? -1 : 1)),
      [
        ['kept', [7], null],
        ['note', [7], 20],
        ['noted', [7], 30],
        ['stays', [7], null],
      ],
    )
  })

  storeTest(
    fresh,
    'a note goes when its time is over, a secret never; the last write of a name counts',
    async (store) => {
      await commit(
        store,
        put(FIRST, 'stays'),
        put(FIRST, 'early', 10),
        put(FIRST, 'late', 20),
        put(SECOND, 'early', 10),
      )
      await commit(store, put(FIRST, 'prolonged', 10), put(FIRST, 'prolonged', 30))
      await commit(store, put(FIRST, 'kept', 10), put(FIRST, 'kept'))
      assert.equal(await store.sweep('notes', 10, 100), 0, 'its time is not over yet')
      assert.equal(await store.sweep('notes', 11, 1), 1)
      assert.equal(await store.sweep('notes', 11, 100), 1)
      const left = async (instance: InstanceId) => [...(await store.secrets.list(instance, '')).keys()].sort()
      assert.deepEqual(await left(FIRST), ['kept', 'late', 'prolonged', 'stays'])
      assert.deepEqual(await left(SECOND), [])
    },
  )
}

function put(instance: InstanceId, name: string, until?: number) {
  return { kind: 'secret.put', instance, name, value: Uint8Array.of(7), ...(until !== undefined && { until }) } as const
}

function status(id: string, to: MessageStatus, chat = sample.CHAT) {
  return {
    kind: 'message.status',
    instance: FIRST,
    id: sample.messageId(id),
    chat,
    status: to,
    description: 'new',
    at: 5,
  } as const
}
