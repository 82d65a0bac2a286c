import { DELIVERY_OUTCOMES, type DeliveryLine, type DeliveryOutcome } from '../../model/delivery.ts'
import type { InstanceId } from '../../model/ids.ts'
import type { DeliveryQuery, DeliveryStore } from '../delivery-store.ts'
import { readAttempts } from './attempt-text.ts'
import { integer, text, word } from './columns.ts'
import type { Engine } from './engine.ts'
import type { LaterIndexes } from './later-indexes.ts'
import type { Param, Row } from './statement.ts'

/** So many lines of an instance are looked at for one page of those that fit. */
const WINDOW = 2000

const WAITS = 'exists (select 1 from mailbox m where m.instance_id = d.instance_id and m.receipt_id = d.receipt_id)'
const COLUMNS = 'd.receipt_id, d.type, d.made_at, d.tries, d.attempts'
const DONE = `select ${COLUMNS}, 'delivered' as outcome`
const FAILING = `select ${COLUMNS}, case when ${WAITS} then 'retrying' else 'gone' end as outcome`
const INDEXED = 'from delivery_index j join delivery d on d.seq = j.seq'
const NEWEST = 'order by d.receipt_id desc limit ?'
/** Of the index alone. */
const END_OF_WINDOW = `select min(receipt_id) as last, count(*) as count from (
    select receipt_id from delivery_index where instance_id = ? and receipt_id < ?
    order by receipt_id desc limit ${String(WINDOW)}
  ) as w`

const KEY = 'instance_id bigint, receipt_id bigint'
const FIND_DONE = {
  sql: `${DONE}, d.body ${INDEXED} where j.instance_id = ? and j.receipt_id = ?`,
  columns: KEY,
} as const
const FIND_FAILING = {
  sql: `${FAILING}, d.body from delivery_failing d where d.instance_id = ? and d.receipt_id = ?`,
  columns: KEY,
} as const

const OF_OUTCOME: Readonly<Record<DeliveryOutcome, string>> = {
  delivered: '',
  retrying: `and ${WAITS}`,
  gone: `and not ${WAITS}`,
}

interface Wanted extends DeliveryQuery {
  readonly instance: InstanceId
  readonly before: number
  /** Lines at most. */
  readonly most: number
}

/** Some of the newest; where `end` is not 0 no line below it was looked at. */
interface Found {
  readonly lines: readonly DeliveryLine[]
  readonly end: number
}

const NOTHING: Found = { lines: [], end: 0 }

export function deliveryReads(engine: Engine, index: LaterIndexes): DeliveryStore {
  return {
    async list(instance, query, limit, before = Number.MAX_SAFE_INTEGER) {
      const wanted = { ...query, instance, before, most: limit + 1 }
      await index.catchUp('delivery_index')
      const isOfDone = query.outcome === undefined || query.outcome === 'delivered'
      const done = isOfDone ? await findDone(engine, wanted) : NOTHING
      const failing = query.outcome === 'delivered' ? NOTHING : await findFailing(engine, wanted)
      const all = [...done.lines, ...failing.lines]
        .filter(({ receiptId }) => receiptId >= done.end)
        .toSorted((a, b) => b.receiptId - a.receiptId)
      const lines = all.slice(0, limit)
      const next = all.length > limit ? lines.at(-1)?.receiptId : done.end
      return { lines, next: next === undefined || next === 0 ? null : next }
    },
    async find(instance, receiptId) {
      await index.catchUp('delivery_index')
      const key = [instance, receiptId]
      const row = (await engine.lookup(FIND_DONE, key)) ?? (await engine.lookup(FIND_FAILING, key))
      return row === undefined ? null : { ...line(row), body: text(row, 'body') }
    },
  }
}

async function findDone(engine: Engine, { instance, before, type, most }: Wanted): Promise<Found> {
  const [window = {}] = await engine.read(END_OF_WINDOW, [instance, before])
  const looked = integer(window, 'count')
  if (looked === 0) return NOTHING
  const end = integer(window, 'last')
  const sql = `${DONE} ${INDEXED} where j.instance_id = ? and j.receipt_id < ? and j.receipt_id >= ? ${ofType(type)}
    order by j.receipt_id desc limit ?`
  const rows = await engine.read(sql, [instance, before, end, ...typeParam(type), most])
  return { lines: rows.map(line), end: looked === WINDOW ? end : 0 }
}

async function findFailing(engine: Engine, { instance, before, outcome, type, most }: Wanted): Promise<Found> {
  const fitting = `${outcome === undefined ? '' : OF_OUTCOME[outcome]} ${ofType(type)}`
  const sql = `${FAILING} from delivery_failing d where d.instance_id = ? and d.receipt_id < ? ${fitting} ${NEWEST}`
  const rows = await engine.read(sql, [instance, before, ...typeParam(type), most])
  return { lines: rows.map(line), end: 0 }
}

function ofType(type: string | undefined): string {
  return type === undefined ? '' : 'and d.type = ?'
}

function typeParam(type: string | undefined): readonly Param[] {
  return type === undefined ? [] : [type]
}

function line(row: Row): DeliveryLine {
  return {
    receiptId: integer(row, 'receipt_id'),
    type: text(row, 'type'),
    madeAt: integer(row, 'made_at'),
    outcome: word(row, 'outcome', DELIVERY_OUTCOMES),
    tries: integer(row, 'tries'),
    attempts: readAttempts(text(row, 'attempts')),
  }
}
