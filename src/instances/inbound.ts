import type { Change, SessionEvent } from '../drivers/driver.ts'
import type { KeptFile } from '../model/content.ts'
import type { ChatId, MessageId } from '../model/ids.ts'
import { ChangeDraft, type FindUnsettled } from './change-draft.ts'
import type { InstanceRecord } from './record.ts'

/** What the runner must know once a change is durable. */
export interface Applied {
  readonly linked: boolean
  readonly unlinked: boolean
  /** What the state forbade it may allow now. */
  readonly stateChanged: boolean
  /** Messages whose lost verdict a receipt has replaced. */
  readonly settled: readonly MessageId[]
  /** What can be fetched now. */
  readonly files: readonly KeptFile[]
  /** Where something came in, with the last of it. */
  readonly received: ReadonlyMap<ChatId, MessageId>
}

const NO_EVENTS: readonly SessionEvent[] = []

/** How often a batch is made again: once to look what is stored, and again where a send took a correspondent's place meanwhile. */
const TRIES = 5

/**
 * Turns what a driver received into one batch: protocol keys, journal rows, notifications, queue. A message or receipt that is
 * stored already adds nothing, so the network may bring everything twice. Must run alone for its instance (`record.changes`),
 * because it decides by what it reads.
 */
export async function applyChange(record: InstanceRecord, change: Change, unsettled: FindUnsettled): Promise<Applied> {
  for (let tries = 0; tries < TRIES; tries++) {
    // What comes is new, but for what was brought again: the writer makes sure of it, for a fraction of what looking first costs.
    const draft = new ChangeDraft(record, unsettled, tries === 0 ? 'assume new' : 'look first')
    for (const event of change.events ?? NO_EVENTS) {
      const looking = draft.add(event)
      if (looking !== undefined) await looking
    }
    const { id: instance } = record
    change.secrets?.forEach((value, name) => draft.writes.push({ kind: 'secret.put', instance, name, value }))
    change.notes?.forEach((note, name) => draft.writes.push({ kind: 'secret.put', instance, name, ...note }))
    const committed = await record.tryCommitWith(draft.events, draft.writes, draft.guards, draft.row)
    if (!committed.ok) continue
    draft.settled.forEach(() => record.outbox.drop())
    const { linked, unlinked, settled, files, received } = draft
    return { linked, unlinked, settled, files, received, stateChanged: draft.row !== undefined }
  }
  throw new Error(`a change of instance ${String(record.id)} was refused`)
}
