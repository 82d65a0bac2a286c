import type { DeliveryWrite } from '../write.ts'
import { appended, attemptText } from './attempt-text.ts'
import { rowsOf } from './statement.ts'
import type { WriteTable } from './write-table.ts'

const INTO = 'insert into delivery (instance_id, receipt_id, type, made_at, at, is_delivered, tries, attempts, body)'
/** Nearly always there is none: then the line is one more row at the end of the table. */
const AGAIN = `on conflict (instance_id, receipt_id) do update set is_delivered = excluded.is_delivered,
  tries = delivery.tries + 1, attempts = ${appended('delivery.attempts', 'excluded.attempts')}`
const COLUMNS = `type text, at bigint, is_delivered integer, attempt text, instance_id bigint, receipt_id bigint`

/** The line takes the body from the mailbox, so that a settled notification does not send it to the database once more. */
export const DELIVERY_WRITES: WriteTable<DeliveryWrite['kind']> = {
  'delivery.note': [
    {
      sql: `${INTO} select instance_id, receipt_id, cast(? as text), at, cast(? as bigint), cast(? as integer), 1,
          cast(? as text), body
        from mailbox where instance_id = ? and receipt_id = ? ${AGAIN}`,
      many: {
        sql: `${INTO} select m.instance_id, m.receipt_id, r.type, m.at, r.at, r.is_delivered, 1, r.attempt, m.body
          from ${rowsOf(COLUMNS)} join mailbox m on m.instance_id = r.instance_id and m.receipt_id = r.receipt_id
          order by r.ord ${AGAIN}`,
        // Of a notification there is one line, so its own row says what may go together; and nobody may take that away before.
        row: ['mailbox', 4, 5],
        adds: false,
      },
      put(out, { instance, receiptId, type, attempt, isDelivered }) {
        out.push(type, attempt.at, isDelivered ? 1 : 0, attemptText(attempt), instance, receiptId)
      },
    },
  ],
}
