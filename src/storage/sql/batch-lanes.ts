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
  // Of every send; to look for what else a part may have takes longer than all the rest.
  if (part.kind === 'owns' || part.kind === 'outbox.add') {
    lanes.add(part.instance)
    return
  }
  if ('instance' in part) lanes.add(part.instance)
  if ('account' in part) lanes.add(part.account)
  if ('row' in part) addRow(lanes, part)
  if ('person' in part) lanes.add(personLane(part.person))
  if (part.kind === 'ledger.add') lanes.add(part.line.account)
  if (part.kind === 'event.add') lanes.add(part.event.account)
  if (ABOUT_THE_MARK.has(part.kind)) lanes.add(CHARGED_UP_TO)
}

const ABOUT_THE_MARK: ReadonlySet<(Guard | Write)['kind']> = new Set([
  'chargedUpTo',
  'charge.done',
  'charge.reopen',
  'month.close',
])

function addRow(lanes: Set<LaneKey>, part: Extract<Guard | Write, { row: unknown }>): void {
  switch (part.kind) {
    case 'newMessage':
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
    case 'tariff.put':
    case 'price.put':
      break
    default:
      addRowOfPeople(lanes, part)
  }
}

type OfPeople = 'person.put' | 'newPerson' | 'membership.put' | 'session.put' | 'link.put'

function addRowOfPeople(lanes: Set<LaneKey>, part: Extract<Guard | Write, { kind: OfPeople }>): void {
  switch (part.kind) {
    case 'person.put':
    case 'newPerson':
      lanes.add(personLane(part.row.id))
      break
    case 'membership.put':
      lanes.add(personLane(part.row.person)).add(part.row.account)
      break
    case 'session.put':
      lanes.add(personLane(part.row.person))
      break
    case 'link.put':
      if (part.row.account !== null) lanes.add(part.row.account)
      break
    default:
      part satisfies never
  }
}

/** No account is called so either. */
function personLane(id: string): LaneKey {
  return `person ${id}`
}
