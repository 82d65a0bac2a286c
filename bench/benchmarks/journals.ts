import { setImmediate as turn } from 'node:timers/promises'
import BetterSqlite from 'better-sqlite3'
import { silentLog } from '../../src/lib/log.ts'
import type { ChatId, InstanceId, MessageId } from '../../src/model/ids.ts'
import { openSqliteStore } from '../../src/storage/sql/sqlite-store.ts'
import type { MessageRow, Store, Write } from '../../src/storage/store.ts'
import type { Bench, Benchmark } from '../harness/bench.ts'
import type { Compared } from '../harness/rounds.ts'
import { median } from '../harness/statistics.ts'

const FULL_MESSAGES = 1_000_000
const QUICK_MESSAGES = 100_000
const BATCH = 500
const DAY_MS = 86_400_000
const DAYS = 30
const START = Date.UTC(2026, 9, 1)
const FIRST = 1_101_000_001
const BUSY = 1_102_000_000 as InstanceId
const CHATS = 10
const HISTORY = 100
const HITS = 10_000
const TEXT = 'Your order 1048213 is ready: you can pick it up at 12 Harbour Street every day from 9 to 21.'

/** One query, given the number of the turn; the seqs that it found, so that the other side reads the same rows. */
interface Question {
  readonly name: string
  readonly turns: number
  /** Of the speed of a read by primary key, which needs no index at all. */
  readonly target: number
  readonly ask: (turn: number) => Promise<readonly { readonly id: MessageId }[]>
}

/** The store is asked directly: what a journal query costs below HTTP, in this process, against the file's own rows. */
export const journals: Benchmark = async (bench) => {
  const count = bench.effort.manyInstances >= 10_000 ? FULL_MESSAGES : QUICK_MESSAGES
  console.log(`\njournals: ${count} stored messages in one data folder`)
  console.log('  denominator: the same rows read by primary key, in one query of a bare better-sqlite3 connection')
  console.log('  both in this process, in turn; product: the store on SQLite, as the methods ask it')
  const file = bench.file('jadegate.db')
  const store = await openSqliteStore({ file, sealingKey: new Uint8Array(32), log: silentLog })
  bench.own({ stop: () => store.close() })
  await fill(store, count)
  const bare = new BetterSqlite(file, { readonly: true })
  try {
    const compared: Compared[] = []
    for (const question of questions(store, count)) compared.push(await measure(bench, question, bare))
    return compared
  } finally {
    bare.close()
  }
}

/** In the last day every third message comes in to one busy instance; all others are spread over chats that each have 200. */
function messageOf(number: number, count: number): MessageRow {
  const at = START + Math.floor((number * DAYS * DAY_MS) / count)
  const isBusy = number >= count - 3 * HITS && number % 3 === 0
  const chat = number % Math.ceil(count / 200)
  return {
    instance: isBusy ? BUSY : ((FIRST + Math.floor(chat / CHATS)) as InstanceId),
    id: `3EB0${number.toString(16).padStart(16, '0')}` as MessageId,
    chat: `${79_000_000_000 + (chat % CHATS)}@c.us` as ChatId,
    direction: isBusy || number % 2 === 0 ? 'in' : 'out',
    shelf: 'message',
    byApi: false,
    status: 'delivered',
    description: '',
    at,
    body: JSON.stringify({ content: { kind: 'text', text: TEXT } }),
    isEdited: false,
    isDeleted: false,
  }
}

async function fill(store: Store, count: number): Promise<void> {
  const startedAt = performance.now()
  for (let from = 0; from < count;) {
    const batches: Promise<unknown>[] = []
    for (let some = 0; some < 20 && from < count; some++, from += BATCH) {
      const writes = Array.from({ length: Math.min(BATCH, count - from) }, (_, more): Write => {
        return { kind: 'message.add', row: messageOf(from + more, count) }
      })
      batches.push(store.commit({ guards: [], writes }))
    }
    await Promise.all(batches)
  }
  // What is left to index is indexed by the first query, which is not measured.
  const last = messageOf(count - 1, count)
  await store.journal.ofChat(last.instance, last.chat, 1)
  await store.journal.since({ instance: BUSY, shelf: 'message', direction: 'in', since: last.at }, 1)
  console.log(`  stored and indexed in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
}

function questions(store: Store, count: number): readonly Question[] {
  // Far apart, so that each turn reads other pages.
  const some = (turn: number): MessageRow => messageOf((turn * 7919 * 31) % (count - 3 * HITS), count)
  const since = START + DAYS * DAY_MS - Math.ceil((3 * HITS * DAYS * DAY_MS) / count)
  return [
    {
      name: `getChatHistory, count ${HISTORY}`,
      turns: 300,
      target: 0.5,
      ask: async (turn) => store.journal.ofChat(some(turn).instance, some(turn).chat, HISTORY),
    },
    {
      name: `lastIncomingMessages with ${HITS} hits`,
      turns: 8,
      target: 0.5,
      ask: async () => store.journal.since({ instance: BUSY, shelf: 'message', direction: 'in', since }, HITS),
    },
    {
      name: 'getMessage',
      turns: 2000,
      // Some microseconds on either side, of which a promise is a good part.
      target: 0.25,
      async ask(turn) {
        const { instance, chat, id } = some(turn)
        const found = await store.journal.inChat(instance, chat, id)
        return found === null ? [] : [found]
      },
    },
  ]
}

async function measure(
  { effort }: Bench,
  { name, turns, target, ask }: Question,
  bare: BetterSqlite.Database,
): Promise<Compared> {
  const bareMs: number[] = []
  const productMs: number[] = []
  const ratios: number[] = []
  const read = bareReader(bare)
  let rows = 0
  for (let round = 0; round <= effort.rounds; round++) {
    const askOf = (number: number) => ask(round * turns + number)
    const found = await asked(turns, askOf)
    const seqs = found.map((one) => seqsOf(bare, one))
    rows = seqs[0]?.length ?? 0
    if (seqs.some((one) => one.length === 0)) throw new Error(`${name}: a query found nothing`)
    await turn()
    const product = await timed(turns, askOf)
    const plain = await timed(turns, (number) => Promise.resolve(read(seqs[number] ?? [])))
    // The first round warms both up.
    if (round === 0) continue
    productMs.push(product)
    bareMs.push(plain)
    ratios.push(plain / product)
  }
  const ratio = median(ratios)
  const shown = `bare ${median(bareMs).toFixed(3)} ms, product ${median(productMs).toFixed(3)} ms a query`
  console.log(`  ${name} (${rows} rows): ${shown}, ratio ${ratio.toFixed(2)}`)
  const reached = ratio >= target
  const measured = `${ratio.toFixed(2)} (${shown})`
  return { name: `journals: ${name}`, target: `≥ ${target.toFixed(2)}`, measured, reached }
}

async function asked(turns: number, ask: Question['ask']): Promise<(readonly { readonly id: MessageId }[])[]> {
  const found: (readonly { readonly id: MessageId }[])[] = []
  for (let number = 0; number < turns; number++) found.push(await ask(number))
  return found
}

/** Milliseconds for each turn. */
async function timed(turns: number, work: (turn: number) => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  for (let number = 0; number < turns; number++) await work(number)
  return (performance.now() - startedAt) / turns
}

function seqsOf(bare: BetterSqlite.Database, found: readonly { readonly id: MessageId }[]): number[] {
  const read = bare.prepare<[string], number>('select seq from message where id = ?').pluck()
  return found.flatMap(({ id }) => read.get(id) ?? [])
}

/** Reads rows by primary key in one query, prepared once for each number of rows. */
function bareReader(bare: BetterSqlite.Database): (seqs: readonly number[]) => unknown[] {
  const statements = new Map<number, BetterSqlite.Statement>()
  return (seqs) => {
    let statement = statements.get(seqs.length)
    if (statement === undefined) {
      statement = bare.prepare(`select * from message where seq in (${seqs.map(() => '?').join(', ')})`)
      statements.set(seqs.length, statement)
    }
    return statement.all(seqs)
  }
}
