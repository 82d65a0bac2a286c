import type { Delivery, Evidence, NetworkSend, Send, Subject } from './evidence.ts'
import { noticeOf, noticeOfEvent } from './notice.ts'

/**
 * What the evidence of a moment breaks of the promises, a line each; none when all are kept. It may be taken right after a kill:
 * what a killed server has not finished is no fault, what it has lost, doubled or turned around is.
 */
export function judge(evidence: Evidence): readonly string[] {
  const phones = new Map(evidence.subjects.map((subject) => [subject.phone, subject]))
  const apiSends = evidence.network.sends.filter((send) => phones.has(send.from))
  return [
    ...answersAgree(evidence.sends),
    ...acknowledgedAreKept(evidence),
    ...nothingIsSentTwice(evidence.sends, apiSends),
    ...sendsKeepTheirOrder(evidence.sends, apiSends),
    ...claimsComeFirst(evidence, phones, apiSends),
    ...evidence.subjects.flatMap((subject) => judgeNotifications(evidence, subject)),
  ]
}

/** As `judge`, when everything has come to rest: then nothing may be left on the way. */
export function judgeAtRest(evidence: Evidence): readonly string[] {
  const { store, network, sends } = evidence
  const apiSends = new Map(network.sends.map((send) => [send.id, send]))
  return [
    ...judge(evidence),
    ...store.outbox.map(({ id }) => `${id} is still queued`),
    ...store.mailbox.map(({ receiptId }) => `receipt ${receiptId} is still in the mailbox`),
    ...network.events.filter((event) => !event.acknowledged).map((event) => `${noticeOfEvent(event)} was never taken`),
    ...sends.flatMap((send) => reachedTheNetwork(send, apiSends)),
    ...journalAgrees(evidence, apiSends),
    ...outcomesAreTold(evidence, apiSends),
  ]
}

function answersAgree(sends: readonly Send[]): string[] {
  return sends
    .filter((send) => new Set(send.answers).size > 1)
    .map((send) => `one key, several messages: ${send.text} was answered ${send.answers.join(', ')}`)
}

/** Queued and pending, or settled: an acknowledged send is never anything else. */
function acknowledgedAreKept({ sends, store }: Evidence): string[] {
  const journal = new Map(store.messages.map((message) => [place(message.instance, message.id), message]))
  const queued = new Set(store.outbox.map((item) => place(item.instance, item.id)))
  const faults: string[] = []
  for (const { instance, answers, text } of sends) {
    const [id] = answers
    if (id === undefined) continue
    const message = journal.get(place(instance, id))
    if (message === undefined) faults.push(`lost: ${text} was acknowledged as ${id}`)
    else if ((message.status === 'pending') !== queued.has(place(instance, id)))
      faults.push(
        `${text} (${id}) is ${message.status}, ${message.status === 'pending' ? 'but not' : 'and still'} queued`,
      )
  }
  return faults
}

function nothingIsSentTwice(sends: readonly Send[], atNetwork: readonly NetworkSend[]): string[] {
  const byText = new Map(sends.map((send) => [send.text, send]))
  const seen = new Map<string, string>()
  const faults: string[] = []
  for (const { text, id, offered, verdict } of atNetwork) {
    const before = seen.get(text)
    if (before !== undefined) faults.push(`sent twice: ${text} as ${before} and as ${id}`)
    seen.set(text, id)
    // What the network refused it does not know as sent, and so it may be asked again.
    if (verdict === 'sent' && offered !== 1) faults.push(`${text} (${id}) was offered ${offered} times`)
    const send = byText.get(text)
    if (send === undefined) faults.push(`nobody asked to send ${text}`)
    else if (send.answers[0] !== undefined && send.answers[0] !== id)
      faults.push(`${text} was acknowledged as ${send.answers[0]} and sent as ${id}`)
  }
  return faults
}

function sendsKeepTheirOrder(sends: readonly Send[], atNetwork: readonly NetworkSend[]): string[] {
  const byText = new Map(sends.map((send) => [send.text, send]))
  const latest = new Map<string, Send>()
  const faults: string[] = []
  for (const { text } of [...atNetwork].sort((a, b) => a.order - b.order)) {
    const send = byText.get(text)
    if (send === undefined) continue
    const before = latest.get(send.sender)
    if (before !== undefined && before.turn > send.turn) faults.push(`${text} was sent after ${before.text}`)
    else latest.set(send.sender, send)
  }
  return faults
}

/** What the network has seen was claimed before it left, so that a restart knows of it. */
function claimsComeFirst(
  { store }: Evidence,
  phones: ReadonlyMap<string, Subject>,
  atNetwork: readonly NetworkSend[],
): string[] {
  const journal = new Map(store.messages.map((message) => [place(message.instance, message.id), message.status]))
  const claimed = new Set(store.outbox.filter((item) => item.claimed).map((item) => place(item.instance, item.id)))
  return atNetwork
    .filter(({ from, id, verdict }) => {
      const key = place(phones.get(from)?.id ?? 0, id)
      return verdict === 'sent' && journal.get(key) === 'pending' && !claimed.has(key)
    })
    .map(({ text, id }) => `${text} (${id}) is at the network without a claim`)
}

function judgeNotifications(evidence: Evidence, subject: Subject): string[] {
  const mine = evidence.deliveries.filter((delivery) => delivery.instance === subject.id)
  const faults = deliveriesAreInOrder(mine).map((fault) => `${fault} (instance ${subject.id}, ${subject.way})`)
  const stored = evidence.store.mailbox.filter((item) => item.instance === subject.id)
  const told = [...new Set([...mine, ...stored].map((item) => item.body))].map(noticeOf)
  return [
    ...faults,
    ...eachIsToldOnce(told, subject),
    ...stepsAreInOrder(told, subject),
    ...eventsAreKept(evidence, subject, told),
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

/**
 * Events are stored in the order in which they came and acknowledged only then: so what was told and what is in the mailbox, one
 * after the other, begins the network's list, and holds at least what was acknowledged.
 */
function eventsAreKept({ network }: Evidence, subject: Subject, told: readonly string[]): string[] {
  const events = network.events.filter((event) => event.phone === subject.phone)
  const expected = events.map(noticeOfEvent)
  const known = new Set(expected)
  const kept = told.filter((notice) => known.has(notice))
  const keptSet = new Set(kept)
  const lost = events
    .filter((event) => event.acknowledged && !keptSet.has(noticeOfEvent(event)))
    .map((event) => `lost: ${noticeOfEvent(event)} was acknowledged by ${subject.id}`)
  const turned = kept.findIndex((notice, index) => notice !== expected[index])
  if (turned === -1 || lost.length > 0) return lost
  return [`out of order at ${subject.id}: ${String(kept[turned])} instead of ${String(expected[turned])}`]
}

function reachedTheNetwork({ keyed, answers, text }: Send, atNetwork: ReadonlyMap<string, NetworkSend>): string[] {
  const [id] = answers
  if (id === undefined) return keyed ? [`${text} was never answered, though asked again and again`] : []
  return atNetwork.has(id) ? [] : [`${text} (${id}) was acknowledged and never reached the network`]
}

/** In the end the journal knows of each message what the network knows. */
function journalAgrees({ store }: Evidence, atNetwork: ReadonlyMap<string, NetworkSend>): string[] {
  return store.messages
    .filter((message) => message.byApi)
    .flatMap(({ id, status }) => {
      const send = atNetwork.get(id)
      const expected = send === undefined ? 'at the network' : outcomeOf(send)
      return status === expected ? [] : [`${id} is ${status} in the journal, and should be ${expected}`]
    })
}

/** A message that left is announced, then `sent`; one that could not be delivered is told as such and nothing else. */
function outcomesAreTold({ deliveries, sends }: Evidence, atNetwork: ReadonlyMap<string, NetworkSend>): string[] {
  const told = new Set(deliveries.map((delivery) => noticeOf(delivery.body)))
  return sends.flatMap(({ answers, text }) => {
    const [id = ''] = answers
    const send = atNetwork.get(id)
    if (send === undefined) return []
    const announced = `outgoingAPIMessageReceived ${id}`
    const wanted = send.verdict === 'sent' ? [announced, status(id, 'sent')] : [status(id, outcomeOf(send))]
    const missing = wanted.filter((notice) => !told.has(notice)).map((notice) => `never told: ${notice} (${text})`)
    return send.verdict !== 'sent' && told.has(announced) ? [...missing, `announced, but not sent: ${text}`] : missing
  })
}

/** The status that a message must have, by what the network says of it. */
function outcomeOf({ verdict, status }: NetworkSend): string {
  if (verdict === 'sent') return status
  return verdict === 'refused' ? 'failed' : verdict
}

function status(id: string, word: string): string {
  return `outgoingMessageStatus ${id} ${word}`
}

function place(instance: number, id: string): string {
  return `${instance} ${id}`
}
