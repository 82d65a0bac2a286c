import type { DeliveryWrite } from '../write.ts'
import { attemptText, withRoom } from './attempt-text.ts'
import { rowsOf, type Param } from './statement.ts'
import type { WriteTable } from './write-table.ts'

const COLUMNS = 'instance_id, receipt_id, type, made_at, at, tries, attempts, body'
const GIVEN = 'type text, at bigint, attempt text, instance_id bigint, receipt_id bigint'
const OF_MAILBOX = 'm.instance_id = r.instance_id and m.receipt_id = r.receipt_id'
const OF_FAILING = 'f.instance_id = m.instance_id and f.receipt_id = m.receipt_id'

const INTO_FAILING = `insert into delivery_failing (${COLUMNS})`
const AGAIN = `on conflict (instance_id, receipt_id) do update set at = excluded.at, tries = delivery_failing.tries + 1,
  attempts = (${withRoom('delivery_failing.attempts')}) || excluded.attempts`

const INTO = `insert into delivery (${COLUMNS})`
const TRIES = 'coalesce(f.tries, 0) + 1'
/** What was tried before, if it was. */
const EARLIER = `coalesce(${withRoom('f.attempts')}, '')`

function put(out: Param[], { instance, receiptId, type, attempt }: DeliveryWrite): void {
  out.push(type, attempt.at, attemptText(attempt), instance, receiptId)
}

/**
 * A line takes the body from the mailbox, so that a settled notification does not send it to the database once more. The mailbox's row also says
 * what may go together: of a notification there is one line, and nobody may take that row away before.
 */
export const DELIVERY_WRITES: WriteTable<DeliveryWrite['kind']> = {
  'delivery.failed': [
    {
      sql: `${INTO_FAILING} select instance_id, receipt_id, cast(? as text), at, cast(? as bigint), 1, cast(? as text), body
        from mailbox where instance_id = ? and receipt_id = ? ${AGAIN}`,
      many: {
        sql: `${INTO_FAILING} select m.instance_id, m.receipt_id, r.type, m.at, r.at, 1, r.attempt, m.body
          from ${rowsOf(GIVEN)} join mailbox m on ${OF_MAILBOX} order by r.ord ${AGAIN}`,
        row: ['mailbox', 3, 4],
        adds: false,
      },
      put,
    },
  ],
  'delivery.done': [
    {
      sql: `${INTO} select m.instance_id, m.receipt_id, cast(? as text), m.at, cast(? as bigint), ${TRIES},
          ${EARLIER} || cast(? as text), m.body
        from mailbox m left join delivery_failing f on ${OF_FAILING} where m.instance_id = ? and m.receipt_id = ?`,
      many: {
        sql: `${INTO} select m.instance_id, m.receipt_id, r.type, m.at, r.at, ${TRIES}, ${EARLIER} || r.attempt, m.body
          from ${rowsOf(GIVEN)} join mailbox m on ${OF_MAILBOX} left join delivery_failing f on ${OF_FAILING}
          order by r.ord`,
        row: ['mailbox', 3, 4],
        adds: false,
      },
      put,
    },
    {
      sql: 'delete from delivery_failing where instance_id = ? and receipt_id = ?',
      many: {
        sql: `delete from delivery_failing f using ${rowsOf('instance_id bigint, receipt_id bigint')}
          where f.instance_id = r.instance_id and f.receipt_id = r.receipt_id`,
        row: ['delivery_failing', 0, 1],
        adds: false,
      },
      put(out, { instance, receiptId }) {
        out.push(instance, receiptId)
      },
    },
  ],
}
