import type { Delivery, Evidence, NetworkEvent, NetworkSend, Send, StoredMessage, Subject } from './evidence.ts'
import { noticeOf, noticeOfEvent } from './notice.ts'
import { acceptedAs, outcomeOf, place } from './outcome.ts'

type Rows = ReadonlyMap<string, StoredMessage>

/** What is wrong with what each instance was told, or is about to be told. */
export function judgeNotices(evidence: Evidence, rows: Rows): readonly string[] {
  return evidence.subjects.flatMap((subject) => judgeNoticesOf(evidence, subject, rows))
}

function judgeNoticesOf(evidence: Evidence, subject: Subject, rows: Rows): string[] {
  const mine = evidence.deliveries.filter((delivery) => delivery.instance === subject.id)
  const faults = deliveriesAreInOrder(mine).map((fault) => `${fault} (instance ${subject.id}, ${subject.way})`)
  const stored = evidence.store.mailbox.filter((item) => item.instance === subject.id)
  const told = [...new Set([...mine, ...stored].map((item) => item.body))].map(noticeOf)
  const events = evidence.network.events.filter((event) => event.phone === subject.phone)
  return [
    ...faults,
    ...eachIsToldOnce(told, subject),
    ...stepsAreInOrder(told, subject),
    ...eventsAreStored(events, subject, rows),
    ...eventsAreTold(
      events.filter((event) => isTold(event, subject, rows)),
      subject,
      told,
    ),
  ]
}

/** Strictly first in, first out: only the latest notification may come again, and not when its removal was confirmed. */
function deliveriesAreInOrder(deliveries: readonly Delivery[]): string[] {
  const faults: string[] = []
  const seen = new Set<string>()
  let latest: Delivery | undefined
  for (const delivery of deliveries) {
    const { body, receiptId } = delivery
    if (latest?.body === body) {
      if (latest.receiptId !== receiptId)
        faults.push(`two receipts, ${latest.receiptId} and ${receiptId}, for ${noticeOf(body)}`)
      if (latest.removed) faults.push(`came again after its removal: ${noticeOf(body)}`)
    } else if (seen.has(body)) faults.push(`came again out of its turn: ${noticeOf(body)}`)
    else if ((receiptId ?? 1) <= (latest?.receiptId ?? 0))
      faults.push(`receipt ${receiptId} came after ${latest?.receiptId}`)
    seen.add(body)
    latest = delivery
  }
  return faults
}

function eachIsToldOnce(told: readonly string[], subject: Subject): string[] {
  const seen = new Set<string>()
  return told
    .filter((notice) => seen.size === seen.add(notice).size)
    .map((notice) => `told twice to ${subject.id}: ${notice}`)
}

const STEPS = ['api', 'sent', 'delivered', 'read']

function stepsAreInOrder(told: readonly string[], subject: Subject): string[] {
  const reached = new Map<string, number>()
  const faults: string[] = []
  for (const notice of told) {
    const [type, id = '', status = ''] = notice.split(' ')
    const step =
      type === 'outgoingAPIMessageReceived' ? 0 : type === 'outgoingMessageStatus' ? STEPS.indexOf(status) : -1
    if (step === -1) continue
    if (step < (reached.get(id) ?? -1)) faults.push(`a step back of ${subject.id}: ${notice}`)
    reached.set(id, Math.max(step, reached.get(id) ?? -1))
  }
  return faults
}

/** Statuses are told by their journals, and so is what is only about them. */
function isTold({ kind, detail, idMessage }: NetworkEvent, subject: Subject, rows: Rows): boolean {
  if (kind === 'receipt') return false
  const row = rows.get(place(subject.id, String(idMessage)))
  if (row === undefined) return true
  if (kind !== 'status') return row.shelf !== 'status'
  // A message of the phone is `delivered` from the beginning where nothing is called `sent`.
  const isNews = row.byApi || detail !== acceptedAs(subject)
  return row.shelf === 'message' && isNews
}

/** What came is in the journal before the network hears that it is taken. */
function eventsAreStored(events: readonly NetworkEvent[], subject: Subject, rows: Rows): string[] {
  return events
    .filter(({ acknowledged, idMessage }) => acknowledged && !rows.has(place(subject.id, String(idMessage))))
    .map((event) => `lost: ${event.kind} ${String(event.idMessage)} is not in the journal of ${subject.id}`)
}

/**
 * Events are stored in the order in which they came and acknowledged only then: so what was told and what is in the mailbox, one
 * after the other, begins the network's list, and holds at least what was acknowledged.
 */
function eventsAreTold(events: readonly NetworkEvent[], subject: Subject, told: readonly string[]): string[] {
  const expected = events.map(noticeOfEvent)
  const known = new Set(expected)
  // The same `delivered` that an acceptance is told as may have come by either.
  const kept = told.filter((notice) => known.has(notice))
  const keptSet = new Set(kept)
  const lost = events
    .filter((event) => event.acknowledged && !keptSet.has(noticeOfEvent(event)))
    .map((event) => `lost: ${noticeOfEvent(event)} was acknowledged by ${subject.id}`)
  if (lost.length > 0) return lost
  const isFree = (notice: string) => subject.messenger !== 'whatsapp' && notice.endsWith(' delivered')
  const [shown, wanted] = [kept, expected].map((notices) => notices.filter((notice) => !isFree(notice)))
  const turned = shown?.findIndex((notice, index) => notice !== wanted?.[index]) ?? -1
  if (turned === -1) return []
  return [`out of order at ${subject.id}: ${String(shown?.[turned])} instead of ${String(wanted?.[turned])}`]
}

/** A message that left is announced, then accepted; one that could not be delivered is told as such and nothing else. */
export function outcomesAreTold(
  { deliveries, subjects, store }: Evidence,
  sends: readonly Send[],
  atNetwork: ReadonlyMap<string, NetworkSend>,
): string[] {
  const told = new Set(deliveries.map((delivery) => noticeOf(delivery.body)))
  const owners = new Map<number, Subject>(subjects.map((subject) => [subject.id, subject]))
  const rows = new Map(store.messages.map((row) => [place(row.instance, row.id), row]))
  return sends.flatMap((send) => {
    const row = rows.get(place(send.instance, send.answers[0] ?? ''))
    if (row === undefined || row.shelf === 'status') return []
    return outcomeFaults(send, row, atNetwork.get(row.id), acceptedAs(owners.get(send.instance)), told)
  })
}

function outcomeFaults(
  { target, text }: Send,
  { id, status: stored }: StoredMessage,
  send: NetworkSend | undefined,
  accepted: 'sent' | 'delivered',
  told: ReadonlySet<string>,
): string[] {
  const announced = `outgoingAPIMessageReceived ${id}`
  const status = (word: string) => `outgoingMessageStatus ${id} ${word}`
  const missing = (wanted: readonly string[]) =>
    wanted.filter((notice) => !told.has(notice)).map((notice) => `never told: ${notice} (${text})`)
  if (send?.verdict !== 'sent') {
    const end = send === undefined ? stored : outcomeOf(send, accepted)
    return [...missing([status(end)]), ...(told.has(announced) ? [`announced, but not sent: ${text}`] : [])]
  }
  if (target === null) return missing([announced, status(accepted)])
  return [...missing([announced]), ...(told.has(status(accepted)) ? [`told as a message of its own: ${text}`] : [])]
}
