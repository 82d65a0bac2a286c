import type { Batch, Guard, Write } from '../store.ts'
import type { LaneKey } from './lanes.ts'

/** No account is called so: ids of accounts have no spaces. */
const CHARGED_UP_TO = 'charged up to'

/** What a batch is about: instances, accounts, and how far the daily charge has come. Batches that share one of them run in the order of the calls. */
export function lanesOf(batch: Batch): ReadonlySet<LaneKey> {
  const lanes = new Set<LaneKey>()
  for (const part of batch.guards) add(lanes, part)
  for (const part of batch.writes) add(lanes, part)
  return lanes
}

function add(lanes: Set<LaneKey>, part: Guard | Write): void {
  if ('instance' in part) lanes.add(part.instance)
  if ('account' in part) lanes.add(part.account)
  switch (part.kind) {
    case 'message.add':
      lanes.add(part.row.instance)
      break
    case 'instance.add':
      lanes.add(part.row.id).add(part.row.account)
      break
    case 'account.put':
      lanes.add(part.row.id)
      break
    case 'token.put':
      lanes.add(part.row.account)
      break
    case 'ledger.add':
      lanes.add(part.line.account)
      break
    case 'event.add':
      lanes.add(part.event.account)
      break
    case 'chargedUpTo':
    case 'charge.done':
    case 'charge.reopen':
    case 'month.close':
      lanes.add(CHARGED_UP_TO)
      break
    default:
  }
}
