import { recordOutgoing, recordStatus } from '../journal/record.ts'
import { fault, type Fault } from '../model/fault.ts'
import type { ChatId, EpochMs, MessageId } from '../model/ids.ts'
import type { OutgoingMessage } from '../model/message.ts'
import type { Repeated } from '../model/once.ts'
import type { NotificationEvent } from '../notifications/event.ts'
import { enqueueWrite, OUTBOX_LIMIT } from '../queue/outbox.ts'
import type { Once } from '../storage/once.ts'
import type { Committed, Guard, Write } from '../storage/store.ts'
import { forwarded, type Forward } from './forwarded.ts'
import { lastEdit } from './last-edit.ts'
import { isCorrespondentGuard, refuseSend, sendGuards } from './quotas.ts'
import type { InstanceRecord } from './record.ts'
import { UNSUPPORTED } from './refusals.ts'

/** The method that a message counts for where its caller did not say. */
const SEND = 'sendMessage'

/** Puts a message into the queue; durable when it resolves. The caller wakes the sender. */
export function enqueue(
  record: InstanceRecord,
  message: OutgoingMessage,
  once?: Once<MessageId>,
): Promise<MessageId | Fault | Repeated> | Fault {
  const { id: instance, node, outbox, capabilities } = record
  if (capabilities?.cannotSend?.has(message.content.kind) === true) return UNSUPPORTED
  if (outbox.isFull) return QUEUE_FULL
  const at = node.clock.now()
  const id = newId(record, at)
  const method = message.asked?.method ?? SEND
  const guards = guardsOf(once?.(id), sendGuards(record, message.chat, method))
  const position = outbox.take()
  const writes = [recordOutgoing(instance, id, message, at), enqueueWrite(instance, position, id, at)]
  return orAbandon<MessageId | Fault | Repeated>(
    record,
    [position],
    () => record.tryCommit(writes, guards),
    (committed) => (committed.ok ? id : refusal(record, committed, method)),
  )
}

/**
 * Puts messages of one chat into the queue for another, as `enqueue`; new ids in the order of the old ones. One that can't be forwarded is
 * in the journal as `failed` and never in the queue.
 */
export async function enqueueForward(
  record: InstanceRecord,
  wanted: Forward,
  once?: Once<readonly MessageId[]>,
): Promise<readonly MessageId[] | Fault | Repeated> {
  const { method } = wanted.asked
  const outcome = await record.changes.run(async () => {
    const contents: Forwarded[] = []
    for (const id of wanted.ids) {
      const row = await record.node.store.journal.inChat(record.id, wanted.from, id)
      const content = forwarded(row, row === null ? undefined : await lastEdit(record, row))
      contents.push({ content, forwards: { chat: wanted.from, id } })
    }
    if (record.outbox.count + contents.length > OUTBOX_LIMIT) return QUEUE_FULL
    const { ids, positions, writes, events } = draftForward(record, wanted, contents)
    const guards = guardsOf(once?.(ids), sendGuards(record, wanted.to, method))
    return orAbandon(
      record,
      positions,
      () => record.tryCommitWith(events, writes, guards),
      (committed) => (committed.ok ? ids : committed),
    )
  })
  return 'ok' in outcome ? refusal(record, outcome, method) : outcome
}

interface Forwarded {
  readonly content: ReturnType<typeof forwarded>
  readonly forwards: NonNullable<OutgoingMessage['forwards']>
}

interface ForwardDraft {
  readonly ids: MessageId[]
  readonly positions: number[]
  readonly writes: Write[]
  readonly events: NotificationEvent[]
}

/** Everything that stores these forwards. From here to the commit nothing is waited for: the queue keeps the order of the calls. */
function draftForward(record: InstanceRecord, wanted: Forward, contents: readonly Forwarded[]): ForwardDraft {
  const at = record.node.clock.now()
  const draft: ForwardDraft = { ids: [], positions: [], writes: [], events: [] }
  const { to: chat, asked, typingTimeMs } = wanted
  for (const { content, forwards } of contents) {
    const id = newId(record, at)
    draft.ids.push(id)
    if (typeof content === 'string') {
      const nothing = recordOutgoing(record.id, id, { chat, content: NO_CONTENT, asked }, at)
      draft.writes.push(nothing, recordStatus(record.id, { chat, id }, 'failed', content, at))
      draft.events.push(failure(id, chat, content, at))
      continue
    }
    const types = draft.positions.length === 0 && typingTimeMs !== undefined
    const message = { chat, content, asked, forwards, ...(types && { typingTimeMs }) }
    const position = record.outbox.take()
    draft.positions.push(position)
    draft.writes.push(recordOutgoing(record.id, id, message, at), enqueueWrite(record.id, position, id, at))
  }
  return draft
}

/** What was taken of the queue is given back when it was not stored. No `async` here, and one step: every send comes this way. */
function orAbandon<T>(
  { outbox }: InstanceRecord,
  positions: readonly number[],
  commit: () => Promise<Committed>,
  then: (committed: Committed) => T | Promise<T>,
): Promise<T> {
  const abandon = (error: unknown): never => {
    for (const position of positions) outbox.abandon(position)
    throw error
  }
  const settle = (committed: Committed): T | Promise<T> => {
    if (!committed.ok) for (const position of positions) outbox.abandon(position)
    return then(committed)
  }
  try {
    return commit().then(settle, abandon)
  } catch (error) {
    return abandon(error)
  }
}

async function refusal(
  record: InstanceRecord,
  refused: Extract<Committed, { ok: false }>,
  method: string,
): Promise<Fault | Repeated> {
  if (refused.earlier !== undefined) return { earlier: refused.earlier }
  if (isCorrespondentGuard(refused.refusedBy)) return refuseSend(record, refused.refusedBy, method)
  throw new Error(`a batch was refused by ${refused.refusedBy.kind}`)
}

function newId({ node, capabilities }: InstanceRecord, at: EpochMs): MessageId {
  return node.messageIds[capabilities?.messageIds ?? 'hex'].next(at)
}

const QUEUE_FULL = fault('queueFull', `the messages queue holds ${String(OUTBOX_LIMIT)} messages already`)

/** What is forwarded and can't be found says nothing. */
const NO_CONTENT = { kind: 'text', text: '' } as const

function failure(id: MessageId, chat: ChatId, description: string, at: EpochMs): NotificationEvent {
  return { kind: 'status', id, chat, status: 'failed', description, byApi: true, at }
}

/** A call that was made before is told so before it counts against anything. */
function guardsOf(once: Guard | undefined, quota: readonly Guard[]): readonly Guard[] {
  return once === undefined ? quota : [once, ...quota]
}
