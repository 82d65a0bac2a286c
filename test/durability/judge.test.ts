// Truth: promises broken on purpose, one by one, in evidence that keeps them all.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Evidence } from './evidence.ts'
import { judge, judgeAtRest } from './judge.ts'

type Draft = { -readonly [Key in keyof Evidence]: Evidence[Key] }

const POLLER = { id: 1, token: 'a', messenger: 'whatsapp', phone: '79001', way: 'poll' } as const
const HOOKED = { id: 2, token: 'b', messenger: 'whatsapp', phone: '79002', way: 'webhook' } as const

const body = (typeWebhook: string, idMessage: string, status?: string) =>
  JSON.stringify({ typeWebhook, idMessage, status })
const announced = (id: string) => body('outgoingAPIMessageReceived', id)
const told = (id: string, status: string) => body('outgoingMessageStatus', id, status)

const send = (turn: number, id: string) =>
  ({ instance: 1, sender: '1', turn, text: `text ${id}`, keyed: false, answers: [id] }) as const
const atNetwork = (order: number, id: string) =>
  ({ order, from: '79001', id, text: `text ${id}`, verdict: 'sent', offered: 1, status: 'delivered' }) as const
const event = (order: number, phone: string, kind: string, detail: string, idMessage: string) =>
  ({ order, phone, kind, detail, idMessage, acknowledged: true }) as const
const stored = (instance: number, id: string, byApi: boolean) => ({ instance, id, byApi, status: 'delivered' }) as const

/** Two sends of one instance, which polls, and two messages to another, which takes webhooks. */
function kept(): Draft {
  const polled = [
    announced('A'),
    told('A', 'sent'),
    told('A', 'delivered'),
    announced('B'),
    told('B', 'sent'),
    told('B', 'delivered'),
  ]
  const hooked = ['C', 'D'].map((id) => body('incomingMessageReceived', id))
  return {
    subjects: [POLLER, HOOKED],
    sends: [send(1, 'A'), send(2, 'B')],
    deliveries: [
      ...polled.map((text, index) => ({ instance: 1, receiptId: index + 1, body: text, removed: true })),
      ...hooked.map((text) => ({ instance: 2, receiptId: null, body: text, removed: false })),
    ],
    network: {
      sends: [atNetwork(1, 'A'), atNetwork(2, 'B')],
      events: [
        ...[event(1, '79001', 'status', 'delivered', 'A'), event(2, '79001', 'status', 'delivered', 'B')],
        ...[event(3, '79002', 'message', 'in', 'C'), event(4, '79002', 'message', 'in', 'D')],
      ],
    },
    store: {
      messages: [stored(1, 'A', true), stored(1, 'B', true), stored(2, 'C', false), stored(2, 'D', false)],
      outbox: [],
      mailbox: [],
    },
  }
}

/** The items with one changed, or with nothing in its place. */
function changed<T>(items: readonly T[], index: number, ...instead: readonly Partial<T>[]): T[] {
  return items.flatMap((item, at) => (at === index ? instead.map((fields) => ({ ...item, ...fields })) : [item]))
}

function swapped<T>(items: readonly T[], index: number): T[] {
  return [...items.slice(0, index), ...items.slice(index, index + 2).reverse(), ...items.slice(index + 2)]
}

test('evidence that keeps every promise has no fault', () => {
  assert.deepEqual(judgeAtRest(kept()), [])
})

test('what a kill may leave behind is no fault', () => {
  const e = kept()
  const again = e.deliveries[7]
  assert.ok(again)
  // The last webhook came again, D's answer was lost, B is claimed and unknown, and the last receipt is still in the mailbox.
  e.deliveries = [...changed(e.deliveries, 5), again].filter((delivery) => delivery.receiptId !== 3)
  e.deliveries = e.deliveries.filter(({ body: text }) => !text.includes('"B"'))
  e.network = { sends: e.network.sends, events: changed(e.network.events, 1, { acknowledged: false }) }
  e.store = {
    messages: changed(e.store.messages, 1, { status: 'pending' }),
    outbox: [{ instance: 1, id: 'B', claimed: true }],
    mailbox: [{ instance: 1, receiptId: 3, body: told('A', 'delivered') }],
  }
  assert.deepEqual(judge(e), [])
  assert.notDeepEqual(judgeAtRest(e), [])
})

const BROKEN: readonly (readonly [name: string, break_: (e: Draft) => void, expected: RegExp])[] = [
  [
    'an acknowledged send is gone',
    (e) => (e.store = { ...e.store, messages: e.store.messages.slice(1) }),
    /^lost: text A/,
  ],
  [
    'a pending message is not queued',
    (e) => (e.store = { ...e.store, messages: changed(e.store.messages, 0, { status: 'pending' }) }),
    /but not queued/,
  ],
  [
    'a settled message is still queued',
    (e) => (e.store = { ...e.store, outbox: [{ instance: 1, id: 'A', claimed: true }] }),
    /and still queued/,
  ],
  [
    'a key made two messages',
    (e) => (e.sends = changed(e.sends, 0, { answers: ['A', 'Z'] })),
    /one key, several messages/,
  ],
  [
    'a text was sent under two ids',
    (e) => (e.network = { ...e.network, sends: [...e.network.sends, { ...atNetwork(3, 'Z'), text: 'text A' }] }),
    /sent twice: text A/,
  ],
  [
    'an id was offered twice',
    (e) => (e.network = { ...e.network, sends: changed(e.network.sends, 0, { offered: 2 }) }),
    /was offered 2 times/,
  ],
  [
    'the order at the network is another',
    (e) => (e.network = { ...e.network, sends: changed(e.network.sends, 0, { order: 9 }) }),
    /text A was sent after text B/,
  ],
  [
    'something left without a claim',
    (e) =>
      (e.store = {
        ...e.store,
        messages: changed(e.store.messages, 0, { status: 'pending' }),
        outbox: [{ instance: 1, id: 'A', claimed: false }],
      }),
    /without a claim/,
  ],
  [
    'an acknowledged event is gone',
    (e) => (e.deliveries = changed(e.deliveries, 6)),
    /^lost: incomingMessageReceived C/,
  ],
  ['webhooks came in another order', (e) => (e.deliveries = swapped(e.deliveries, 6)), /out of order at 2/],
  [
    'a webhook came again out of its turn',
    (e) => (e.deliveries = [...e.deliveries, ...e.deliveries.slice(6, 7)]),
    /again out of its turn/,
  ],
  [
    'a receipt came again after its removal',
    (e) => (e.deliveries = changed(e.deliveries, 2, {}, {})),
    /came again after its removal/,
  ],
  [
    'one notification has two receipts',
    (e) => (e.deliveries = changed(e.deliveries, 2, { removed: false }, { receiptId: 9 })),
    /two receipts, 3 and 9/,
  ],
  [
    'one notice was told in two bodies',
    (e) =>
      (e.deliveries = changed(e.deliveries, 7, {}, { body: `${e.deliveries[7]?.body.slice(0, -1) ?? ''},"x":1}` })),
    /told twice to 2/,
  ],
  ['a receipt went back', (e) => (e.deliveries = changed(e.deliveries, 1, { receiptId: 1 })), /receipt 1 came after 1/],
  [
    'sent was told before the announcement',
    (e) =>
      (e.deliveries = swapped(e.deliveries, 0).map((delivery, i) => ({
        ...delivery,
        receiptId: i < 6 ? i + 1 : null,
      }))),
    /a step back of 1/,
  ],
]

for (const [name, break_, expected] of BROKEN) {
  test(`found at any time: ${name}`, () => {
    const evidence = kept()
    break_(evidence)
    const faults = judge(evidence)
    assert.ok(
      faults.some((fault) => expected.test(fault)),
      faults.join('\n'),
    )
  })
}

const UNFINISHED: typeof BROKEN = [
  [
    'an acknowledged send never reached the network',
    (e) => (e.network = { ...e.network, sends: e.network.sends.slice(1) }),
    /never reached the network/,
  ],
  [
    'a keyed send was never answered',
    (e) => (e.sends = changed(e.sends, 0, { keyed: true, answers: [] })),
    /never answered/,
  ],
  ['sent was never told', (e) => (e.deliveries = changed(e.deliveries, 1)), /never told: outgoingMessageStatus A sent/],
  [
    'a refused message was announced',
    (e) =>
      (e.network = { ...e.network, sends: changed(e.network.sends, 0, { verdict: 'noAccount', status: 'refused' }) }),
    /announced, but not sent/,
  ],
  [
    'the journal says something else than the network',
    (e) => (e.store = { ...e.store, messages: changed(e.store.messages, 0, { status: 'sent' }) }),
    /is sent in the journal, and should be delivered/,
  ],
  [
    'an event was never acknowledged',
    (e) => (e.network = { ...e.network, events: changed(e.network.events, 3, { acknowledged: false }) }),
    /was never taken/,
  ],
]

for (const [name, break_, expected] of UNFINISHED) {
  test(`found at rest: ${name}`, () => {
    const evidence = kept()
    break_(evidence)
    const faults = judgeAtRest(evidence)
    assert.ok(
      faults.some((fault) => expected.test(fault)),
      faults.join('\n'),
    )
  })
}
