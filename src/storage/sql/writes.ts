import type { Write } from '../store.ts'
import { ACCOUNT_WRITES } from './account-writes.ts'
import { CHARGE_WRITES } from './charge-writes.ts'
import { DELIVERY_WRITES } from './delivery-writes.ts'
import { INSTANCE_WRITES } from './instance-writes.ts'
import { LEDGER_WRITES } from './ledger-writes.ts'
import { MESSAGE_WRITES } from './message-writes.ts'
import { QUEUE_WRITES } from './queue-writes.ts'
import { PEOPLE_WRITES } from './people-writes.ts'
import type { WriteTable } from './write-table.ts'

/** What each write does. The one place that turns writes into SQL, for every database. */
export const WRITES: WriteTable<Write['kind']> = {
  ...ACCOUNT_WRITES,
  ...PEOPLE_WRITES,
  ...LEDGER_WRITES,
  ...CHARGE_WRITES,
  ...INSTANCE_WRITES,
  ...MESSAGE_WRITES,
  // Before what takes notifications away: statements for many batches run in this order, and a line takes the body from the mailbox.
  ...DELIVERY_WRITES,
  ...QUEUE_WRITES,
}
