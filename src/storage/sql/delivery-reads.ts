import type { DeliveryLine, DeliveryOutcome } from '../../model/delivery.ts'
import type { DeliveryStore } from '../delivery-store.ts'
import { readAttempts } from './attempt-text.ts'
import { integer, text } from './columns.ts'
import type { Engine } from './engine.ts'
import type { Row } from './statement.ts'

/** So many lines of an instance are looked at for one page of those that fit. */
const WINDOW = 2000

const WAITS = 'exists (select 1 from mailbox m where m.instance_id = d.instance_id and m.receipt_id = d.receipt_id)'
const LINE = `select d.receipt_id, d.type, d.made_at, d.is_delivered, d.tries, d.attempts,
  case when d.is_delivered = 0 and ${WAITS} then 1 else 0 end as waits`
/** Of the index alone. */
const END_OF_WINDOW = `select min(receipt_id) as last, count(*) as count from (
    select receipt_id from delivery where instance_id = ? and receipt_id < ? order by receipt_id desc limit ${String(WINDOW)}
  ) as w`

const OF_OUTCOME: Readonly<Record<DeliveryOutcome, string>> = {
  delivered: 'and d.is_delivered = 1',
  retrying: `and d.is_delivered = 0 and ${WAITS}`,
  gone: `and d.is_delivered = 0 and not ${WAITS}`,
}

const FIND = {
  sql: `${LINE}, d.body from delivery d where d.instance_id = ? and d.receipt_id = ?`,
  columns: 'instance_id bigint, receipt_id bigint',
} as const

export function deliveryReads(engine: Engine): DeliveryStore {
  return {
    async list(instance, { outcome, type }, limit, before = Number.MAX_SAFE_INTEGER) {
      const [window = {}] = await engine.read(END_OF_WINDOW, [instance, before])
      const looked = integer(window, 'count')
      if (looked === 0) return { lines: [], next: null }
      const end = integer(window, 'last')
      const fitting = `${outcome === undefined ? '' : OF_OUTCOME[outcome]} ${type === undefined ? '' : 'and d.type = ?'}`
      const sql = `${LINE} from delivery d where d.instance_id = ? and d.receipt_id < ? and d.receipt_id >= ? ${fitting}
        order by d.receipt_id desc limit ?`
      const params = [instance, before, end, ...(type === undefined ? [] : [type]), limit + 1]
      const found = (await engine.read(sql, params)).map(line)
      const lines = found.slice(0, limit)
      if (found.length > limit) return { lines, next: lines.at(-1)?.receiptId ?? null }
      return { lines, next: looked === WINDOW ? end : null }
    },
    async find(instance, receiptId) {
      const row = await engine.lookup(FIND, [instance, receiptId])
      return row === undefined ? null : { ...line(row), body: text(row, 'body') }
    },
  }
}

function line(row: Row): DeliveryLine {
  return {
    receiptId: integer(row, 'receipt_id'),
    type: text(row, 'type'),
    madeAt: integer(row, 'made_at'),
    outcome: integer(row, 'is_delivered') === 1 ? 'delivered' : integer(row, 'waits') === 1 ? 'retrying' : 'gone',
    tries: integer(row, 'tries'),
    attempts: readAttempts(text(row, 'attempts')),
  }
}
