// Truth: promises broken on purpose, one by one, in evidence that keeps them all.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge, judgeAtRest } from './judge.ts'
import { atNetwork, HOOKED, kept, stored, told, type Draft } from './kept-evidence.ts'
import { linksIn } from './links.ts'
import { listFaults } from './readers.ts'

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
  const again = e.deliveries[9]
  assert.ok(again)
  // The last webhook came again, D's answer was lost, B is claimed and unknown, and the last receipt is still in the mailbox.
  e.deliveries = [...changed(e.deliveries, 5), again].filter((delivery) => delivery.receiptId !== 3)
  e.deliveries = e.deliveries.filter(({ body: text }) => !text.includes('"B"'))
  e.network = { sends: e.network.sends, events: changed(e.network.events, 1, { acknowledged: false }) }
  e.store = {
    ...e.store,
    messages: changed(e.store.messages, 1, { status: 'pending' }),
    outbox: [{ instance: 1, id: 'B', claimed: true }],
    mailbox: [{ instance: 1, receiptId: 3, body: told('A', 'delivered') }],
  }
  assert.deepEqual(judge(e), [])
  assert.notDeepEqual(judgeAtRest(e), [])
})

test('where a call may linger, one that was never answered is sent when it was taken in, and any other in its turn', () => {
  const isTurned = (acknowledged: boolean, mayLinger: boolean, isTakenLate: boolean): boolean => {
    const e = kept()
    e.mayLinger = mayLinger
    e.sends = changed(e.sends, 0, { acknowledged, answers: acknowledged ? ['A'] : [] })
    e.network = { ...e.network, sends: changed(e.network.sends, 0, { order: 2.5 }) }
    if (isTakenLate) e.store = { ...e.store, messages: swapped(e.store.messages, 0) }
    return judge(e).some((fault) => fault.includes('text A was sent after text B'))
  }
  assert.ok(!isTurned(false, true, true))
  assert.ok(isTurned(false, true, false))
  assert.ok(isTurned(false, false, true))
  assert.ok(isTurned(true, true, true))
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
    (e) => {
      e.network = { ...e.network, sends: [...e.network.sends, { ...atNetwork(9, 'Z'), text: 'text A' }] }
      e.store = { ...e.store, messages: [...e.store.messages, { ...stored(1, 'Z', true), mark: 'text A' }] }
    },
    /sent twice: text A/,
  ],
  [
    'an id was offered twice',
    (e) => (e.network = { ...e.network, sends: changed(e.network.sends, 0, { offered: 2 }) }),
    /was offered 2 times/,
  ],
  [
    'the order at the network is another',
    (e) => (e.network = { ...e.network, sends: changed(e.network.sends, 0, { order: 2.5 }) }),
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
    (e) => (e.deliveries = changed(e.deliveries, 8)),
    /^lost: incomingMessageReceived C/,
  ],
  ['webhooks came in another order', (e) => (e.deliveries = swapped(e.deliveries, 8)), /out of order at 2/],
  [
    'a webhook came again out of its turn',
    (e) => (e.deliveries = [...e.deliveries, ...e.deliveries.slice(8, 9)]),
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
      (e.deliveries = changed(e.deliveries, 9, {}, { body: `${e.deliveries[9]?.body.slice(0, -1) ?? ''},"x":1}` })),
    /told twice to 2/,
  ],
  ['a receipt went back', (e) => (e.deliveries = changed(e.deliveries, 1, { receiptId: 1 })), /receipt 1 came after 1/],
  [
    'sent was told before the announcement',
    (e) =>
      (e.deliveries = swapped(e.deliveries, 0).map((delivery, i) => ({
        ...delivery,
        receiptId: i < 8 ? i + 1 : null,
      }))),
    /a step back of 1/,
  ],
  [
    'something left that the journal does not know',
    (e) => (e.network = { ...e.network, sends: [...e.network.sends, atNetwork(9, 'Z')] }),
    /at the network and not in the journal/,
  ],
  [
    'an acknowledged edit is gone',
    (e) => (e.store = { ...e.store, messages: changed(e.store.messages, 4) }),
    /^lost: edit of A/,
  ],
  [
    'a deletion was stored twice',
    (e) => (e.store = { ...e.store, messages: changed(e.store.messages, 5, {}, { id: 'G' }) }),
    /one call, several messages: deletion of B/,
  ],
  [
    'an edited message is not marked',
    (e) => (e.store = { ...e.store, messages: changed(e.store.messages, 0, { isEdited: false }) }),
    /A was edited and is not marked/,
  ],
  [
    'a message is marked, and its deletion failed',
    (e) => (e.store = { ...e.store, messages: changed(e.store.messages, 5, { status: 'failed' }) }),
    /B is marked deleted, and nothing did so/,
  ],
  [
    'an index of the journal lost rows',
    (e) => (e.store = { ...e.store, indexFaults: ['journal_chat misses 1 rows'] }),
    /journal_chat misses 1/,
  ],
  [
    'an acknowledged message is told and not in the journal',
    (e) => (e.store = { ...e.store, messages: changed(e.store.messages, 2) }),
    /^lost: message C is not in the journal of 2/,
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
    (e) => (e.sends = changed(e.sends, 0, { keyed: true, acknowledged: false, answers: [] })),
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
  [
    'an edit was never announced',
    (e) => (e.deliveries = changed(e.deliveries, 6)),
    /never told: outgoingAPIMessageReceived E/,
  ],
  [
    'an edit was told as a message',
    (e) => (e.deliveries = changed(e.deliveries, 6, {}, { receiptId: 7.5, body: told('E', 'sent') })),
    /told as a message of its own: edit of A/,
  ],
  [
    'an edit ended as nothing',
    (e) => (e.network = { ...e.network, sends: changed(e.network.sends, 2) }),
    /E ended as sent/,
  ],
  [
    'a failure has no reason',
    (e) => {
      e.network = { ...e.network, sends: changed(e.network.sends, 2) }
      e.store = { ...e.store, messages: changed(e.store.messages, 4, { status: 'failed' }) }
    },
    /E ended as failed/,
  ],
  [
    'another file was sent',
    (e) => (e.sends = changed(e.sends, 0, { sha256: 'a'.repeat(64) })),
    /text A \(A\) has the file null/,
  ],
  [
    'a file that cannot be had was sent',
    (e) => (e.sends = changed(e.sends, 0, { mustFail: true })),
    /though its file can't be had/,
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

const TOLD_LINK = 'http://localhost/media/1/x/HASH.txt'

test('links are taken from notifications and answers', () => {
  const hash = 'b'.repeat(64)
  const url = TOLD_LINK.replace('HASH', hash)
  const told = JSON.stringify({ typeWebhook: 'incomingMessageReceived', messageData: { downloadUrl: url } })
  const deliveries = [{ instance: 1, receiptId: null, body: told, removed: false }]
  assert.deepEqual(
    [...linksIn(deliveries, new Map([['other', 'c']]))],
    [
      ['other', 'c'],
      [url, hash],
    ],
  )
})

const LISTS: readonly (readonly [name: string, ids: readonly string[], isRight: boolean])[] = [
  ['newest first', ['D', 'C'], true],
  ['in another order', ['C', 'D'], false],
  ['with one missing', ['D'], false],
  ['with one twice', ['D', 'D', 'C'], false],
  ['with one too many', ['D', 'C', 'A'], false],
]

for (const [name, ids, isRight] of LISTS) {
  test(`a list ${name} is ${isRight ? 'right' : 'found'}`, () => {
    const list = { name: 'list', subject: HOOKED, isMeant: () => true, ids }
    assert.equal(listFaults([list], kept().store.messages).length, isRight ? 0 : 1)
  })
}
