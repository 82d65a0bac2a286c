import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { ChatId } from '../../../src/model/ids.ts'
import type { JournalEntry, MessageRow, Receipt, Shelf, Store, Write } from '../../../src/storage/store.ts'
import { storeTest, type Fresh } from '../harness.ts'
import * as sample from '../samples.ts'

const { FIRST, SECOND, CHAT, commit, messageId } = sample
const OTHER_CHAT = '-100200300' as ChatId

const rowOf = ({ seq, ...row }: JournalEntry): MessageRow => {
  assert.ok(Number.isSafeInteger(seq))
  return row
}
const ids = (rows: readonly MessageRow[]): string[] => rows.map(({ id }) => id)
const body = (id: string, chat: ChatId, text: string): Write => ({
  kind: 'message.body',
  instance: FIRST,
  id: messageId(id),
  chat,
  body: text,
})
const mark = (id: string, what: 'edited' | 'deleted', chat = CHAT): Write => ({
  kind: 'message.mark',
  instance: FIRST,
  id: messageId(id),
  chat,
  mark: what,
})

export function journal(fresh: Fresh): void {
  marks(fresh)
  lists(fresh)
  receiptsAndFiles(fresh)
  storeTest(fresh, 'random journals are listed as a plain sort lists them', journalProperty)
}

function marks(fresh: Fresh): void {
  storeTest(fresh, 'a message is found in its chat, whatever its shelf and marks', async (store) => {
    const call = sample.message(FIRST, 'a', { shelf: 'call', direction: 'in', isEdited: true, isDeleted: true })
    const other = sample.message(FIRST, 'a', { chat: OTHER_CHAT, shelf: 'status', isDeleted: true })
    await commit(store, { kind: 'message.add', row: call }, { kind: 'message.add', row: other })
    await commit(store, sample.addMessage(SECOND, 'a'))
    assert.deepEqual(await store.journal.inChat(FIRST, CHAT, call.id), call)
    assert.deepEqual(await store.journal.inChat(FIRST, OTHER_CHAT, call.id), other)
    assert.deepEqual(await store.journal.find(FIRST, call.id), other, 'the newest')
    assert.equal(await store.journal.inChat(SECOND, OTHER_CHAT, call.id), null)
    assert.equal(await store.journal.inChat(FIRST, CHAT, messageId('b')), null)
  })

  storeTest(fresh, 'a body and a mark change that message alone, and of it nothing else', async (store) => {
    const strangers = [sample.addMessage(SECOND, 'a'), sample.addMessage(FIRST, 'a', { chat: OTHER_CHAT })]
    await commit(store, sample.addMessage(FIRST, 'a', { status: 'read' }), sample.addMessage(FIRST, 'b'), ...strangers)
    const expected = sample.message(FIRST, 'a', { status: 'read' })
    const check = async (changes: Partial<MessageRow>): Promise<void> => {
      assert.deepEqual(await store.journal.inChat(FIRST, CHAT, messageId('a')), { ...expected, ...changes })
    }
    await commit(store, mark('a', 'edited'))
    await check({ isEdited: true })
    await commit(store, body('a', CHAT, '{"new":1}'))
    await check({ isEdited: true, body: '{"new":1}' })
    await commit(store, mark('a', 'deleted'), mark('a', 'deleted'))
    await check({ isEdited: true, isDeleted: true, body: '{"new":1}' })
    await commit(store, mark('nobody', 'deleted'), body('nobody', CHAT, '{}'), mark('b', 'edited', OTHER_CHAT))
    assert.deepEqual(await store.journal.find(FIRST, messageId('b')), sample.message(FIRST, 'b'))
    assert.deepEqual(await store.journal.find(SECOND, messageId('a')), sample.message(SECOND, 'a'))
    const other = sample.message(FIRST, 'a', { chat: OTHER_CHAT })
    assert.deepEqual(await store.journal.inChat(FIRST, OTHER_CHAT, messageId('a')), other)
  })
}

function lists(fresh: Fresh): void {
  storeTest(fresh, 'a list has each resolved commit at once, with its changes', async (store) => {
    for (let n = 1; n <= 30; n++) {
      await commit(store, sample.addMessage(FIRST, `m${n}`, { at: n }))
      const [newest] = await store.journal.ofChat(FIRST, CHAT, 1)
      const [ofShelf] = await store.journal.since({ ...OUT, since: 0 }, 1)
      assert.deepEqual([newest?.id, ofShelf?.id], [`m${n}`, `m${n}`])
    }
    await commit(store, mark('m30', 'edited'), body('m30', CHAT, '{}'))
    const [changed] = await store.journal.ofChat(FIRST, CHAT, 1)
    assert.ok(changed?.isEdited)
    assert.equal(changed.body, '{}')
    assert.deepEqual(await store.journal.ofChat(FIRST, CHAT, 0), [])
    assert.deepEqual(await store.journal.ofChat(SECOND, CHAT, 9), [])
  })

  storeTest(
    fresh,
    '10,000 messages are listed whole, also those that were taken in as others were listed',
    async (store) => {
      const half = 5_000
      await addMany(store, 1, half)
      const [early] = await Promise.all([store.journal.ofChat(FIRST, CHAT, 20_000), addMany(store, half + 1, 2 * half)])
      assert.equal(ids(early)[early.length - half], `m${half}`)
      const all = await store.journal.ofChat(FIRST, CHAT, 20_000)
      assert.deepEqual(
        ids(all),
        Array.from({ length: 2 * half }, (_, n) => `m${2 * half - n}`),
      )
      const ofShelf = await store.journal.since({ ...OUT, since: half + 1 }, 20_000)
      assert.deepEqual(ofShelf, all.slice(0, half))
    },
  )

  storeTest(fresh, 'a message that is gone is in no list, and its place is given to the next one', async (store) => {
    const list = async (chat: ChatId): Promise<string[]> => ids(await store.journal.ofChat(FIRST, chat, 100))
    const shelf = async (): Promise<string[]> => ids(await store.journal.since({ ...OUT, since: 0 }, 100))
    for (let n = 1; n <= 6; n++) await commit(store, sample.addMessage(FIRST, `m${n}`, { at: 10 * (7 - n) }))
    assert.deepEqual(await list(CHAT), ['m1', 'm2', 'm3', 'm4', 'm5', 'm6'])
    // The last ones taken in are the oldest by their own time, so that the journal's end goes.
    assert.equal(await store.sweep('messages', 25, 2), 2)
    assert.deepEqual([await list(CHAT), await shelf()], [['m1', 'm2', 'm3', 'm4'], ['m1', 'm2', 'm3', 'm4']]) // prettier-ignore
    await commit(store, sample.addMessage(FIRST, 'new', { chat: OTHER_CHAT, at: 99 }))
    assert.deepEqual([await list(CHAT), await list(OTHER_CHAT)], [['m1', 'm2', 'm3', 'm4'], ['new']])
    assert.deepEqual(await shelf(), ['new', 'm1', 'm2', 'm3', 'm4'])
    assert.equal(await store.sweep('messages', 1000, 100), 5)
    await commit(store, sample.addMessage(SECOND, 'last', { chat: OTHER_CHAT }))
    assert.deepEqual([await list(CHAT), await list(OTHER_CHAT), await shelf()], [[], [], []])
    assert.deepEqual(ids(await store.journal.ofChat(SECOND, OTHER_CHAT, 9)), ['last'])
  })

  storeTest(fresh, 'the lists are there after a reopening, listed before it or not', async (store, harness) => {
    await commit(store, sample.addMessage(FIRST, 'a', { at: 1 }))
    await store.journal.ofChat(FIRST, CHAT, 1)
    await commit(store, sample.addMessage(FIRST, 'b', { at: 2 }))
    await store.close()
    const again = await harness.open()
    try {
      assert.deepEqual(ids(await again.journal.ofChat(FIRST, CHAT, 9)), ['b', 'a'])
      assert.deepEqual(ids(await again.journal.since({ ...OUT, since: 0 }, 9)), ['b', 'a'])
    } finally {
      await again.close()
    }
  })
}

function receiptsAndFiles(fresh: Fresh): void {
  storeTest(fresh, 'a receipt only goes on, each participant by himself', async (store) => {
    const put = (participant: string, status: Receipt['status'], at: number, on = FIRST, id = 'a'): Write => {
      const receipt = { participant: participant as ChatId, status, at }
      return { kind: 'receipt.put', instance: on, id: messageId(id), receipt }
    }
    await commit(store, put('1@c.us', 'delivered', 5), put('2@c.us', 'read', 4), put('3@c.us', 'delivered', 3))
    await commit(store, put('1@c.us', 'delivered', 6), put('2@c.us', 'delivered', 7), put('3@c.us', 'read', 9))
    await commit(
      store,
      put('2@c.us', 'read', 8),
      put('9@c.us', 'read', 1, SECOND),
      put('9@c.us', 'read', 1, FIRST, 'b'),
    )
    assert.deepEqual(await store.journal.receipts(FIRST, messageId('a')), [
      { participant: '2@c.us', status: 'read', at: 4 },
      { participant: '1@c.us', status: 'delivered', at: 5 },
      { participant: '3@c.us', status: 'read', at: 9 },
    ])
    assert.equal((await store.journal.receipts(SECOND, messageId('a'))).length, 1)
    assert.deepEqual(await store.journal.receipts(SECOND, messageId('b')), [])
  })

  storeTest(
    fresh,
    'a file is found by its instance and hash; a way to it is replaced and not forgotten',
    async (store) => {
      const file = { at: 'here', sha256: 'ab', size: 100_000_000 } as const
      const put = (more: object, at: number): Write => ({
        kind: 'file.put',
        instance: FIRST,
        file: { ...file, ...more },
        at,
      })
      assert.equal(await store.files.find(FIRST, 'ab'), null)
      await commit(store, put({}, 1))
      assert.deepEqual(await store.files.find(FIRST, 'ab'), file)
      await commit(store, put({ remote: '{"k":1}' }, 2))
      assert.deepEqual(await store.files.find(FIRST, 'ab'), { ...file, remote: '{"k":1}' })
      await commit(store, put({ remote: 'way 2' }, 3), put({}, 9), put({}, 4))
      assert.deepEqual(await store.files.find(FIRST, 'ab'), { ...file, remote: 'way 2' })
      assert.equal(await store.files.find(SECOND, 'ab'), null)
      assert.equal(await store.sweep('files', 9, 10), 0, 'it counts from the last time')
      assert.equal(await store.sweep('files', 10, 10), 1)
      assert.equal(await store.files.find(FIRST, 'ab'), null)
    },
  )
}

const OUT = { instance: FIRST, shelf: 'message', direction: 'out' } as const

async function addMany(store: Store, from: number, to: number): Promise<void> {
  const batches: Promise<void>[] = []
  for (let n = from; n <= to; n += 250) {
    const writes = Array.from({ length: Math.min(250, to - n + 1) }, (_, more) =>
      sample.addMessage(FIRST, `m${n + more}`, { at: n + more }),
    )
    batches.push(commit(store, ...writes))
  }
  await Promise.all(batches)
}

/** Few chats and times, so that most are shared. */
const some = fc.record({
  instance: fc.constantFrom(FIRST, SECOND),
  chat: fc.constantFrom(CHAT, OTHER_CHAT),
  shelf: fc.constantFrom<Shelf>('message', 'message', 'call', 'status'),
  direction: fc.constantFrom<MessageRow['direction']>('in', 'out'),
  at: fc.integer({ min: 0, max: 6 }),
})
/** What happens between two lists: messages come, or the oldest go. */
const step = fc.oneof(
  { weight: 3, arbitrary: fc.array(some, { minLength: 1, maxLength: 8 }) },
  {
    weight: 1,
    arbitrary: fc.record({ before: fc.integer({ min: 0, max: 7 }), limit: fc.integer({ min: 1, max: 9 }) }),
  },
)

async function journalProperty(store: Store): Promise<void> {
  let number = 0
  const property = fc.asyncProperty(
    fc.array(step, { maxLength: 6 }),
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 0, max: 6 }),
    async (steps, page, since) => {
      await store.sweep('messages', Number.MAX_SAFE_INTEGER, 1000)
      let rows: MessageRow[] = []
      for (const one of steps) {
        if (Array.isArray(one)) {
          const added = one.map((rest) => sample.message(rest.instance, `p${++number}`, rest))
          await commit(store, ...added.map((row): Write => ({ kind: 'message.add', row })))
          rows.push(...added)
        } else {
          rows = await swept(store, rows, one.before, one.limit)
        }
        await compare(store, rows, page, since)
      }
    },
  )
  await fc.assert(property, { numRuns: 40 })
}

/** Which of several equally old ones go first is the store's affair. */
async function swept(store: Store, rows: MessageRow[], before: number, limit: number): Promise<MessageRow[]> {
  const old = rows.filter(({ at }) => at < before)
  const count = await store.sweep('messages', before, limit)
  assert.equal(count, Math.min(limit, old.length))
  const left: MessageRow[] = []
  for (const row of rows) if ((await store.journal.inChat(row.instance, row.chat, row.id)) !== null) left.push(row)
  assert.equal(left.length, rows.length - count)
  return left
}

async function compare(store: Store, rows: readonly MessageRow[], page: number, since: number): Promise<void> {
  for (const instance of [FIRST, SECOND]) {
    for (const chat of [CHAT, OTHER_CHAT]) {
      const listed = await paged(page, (after) => store.journal.ofChat(instance, chat, page, after))
      const expected = rows.filter((row) => row.instance === instance && row.chat === chat)
      assert.deepEqual(listed.map(rowOf), newestFirst(expected))
    }
    for (const shelf of ['message', 'call', 'status'] as const) {
      for (const direction of ['in', 'out'] as const) {
        const query = { instance, shelf, direction, since }
        const listed = await paged(page, (after) => store.journal.since(query, page, after))
        const expected = rows.filter(
          (row) => row.instance === instance && row.shelf === shelf && row.direction === direction && row.at >= since,
        )
        assert.deepEqual(listed.map(rowOf), newestFirst(expected))
      }
    }
  }
}

/** The rows stand in the order of their insertion. */
function newestFirst(rows: readonly MessageRow[]): MessageRow[] {
  return rows.toReversed().toSorted((a, b) => b.at - a.at)
}

async function paged(
  size: number,
  read: (after?: JournalEntry) => Promise<readonly JournalEntry[]>,
): Promise<JournalEntry[]> {
  const all: JournalEntry[] = []
  let page: readonly JournalEntry[]
  do {
    page = await read(all.at(-1))
    assert.ok(page.length <= size)
    all.push(...page)
  } while (page.length === size)
  return all
}
