import type { Evidence, NetworkSend, Send, StoredMessage, Subject } from './evidence.ts'
import { judgeMarks } from './judge-marks.ts'
import { judgeNotices, outcomesAreTold } from './judge-notices.ts'
import { noticeOfEvent } from './notice.ts'
import { acceptedAs, outcomeOf, place } from './outcome.ts'

/**
 * What the evidence of a moment breaks of the promises, a line each; none when all are kept. It may be taken right after a kill:
 * what a killed server has not finished is no fault, what it has lost, doubled or turned around is.
 */
export function judge(evidence: Evidence): readonly string[] {
  const phones = new Map(evidence.subjects.map((subject) => [subject.phone, subject]))
  const rows = new Map(evidence.store.messages.map((row) => [place(row.instance, row.id), row]))
  const sends = withIds(evidence)
  const apiSends = evidence.network.sends
    .filter((send) => phones.has(send.from))
    .map((send) => ({ ...send, row: rows.get(place(phones.get(send.from)?.id ?? 0, send.id)) }))
  return [
    ...answersAgree(evidence, sends),
    ...acknowledgedAreKept(evidence, sends),
    ...nothingIsSentTwice(sends, apiSends),
    ...sendsKeepTheirOrder(evidence, sends, apiSends),
    ...claimsComeFirst(evidence, apiSends),
    ...judgeMarks(evidence.store.messages),
    ...evidence.store.indexFaults,
    ...judgeNotices(evidence, rows),
  ]
}

/** As `judge`, when everything has come to rest: then nothing may be left on the way. */
export function judgeAtRest(evidence: Evidence): readonly string[] {
  const { store, network } = evidence
  const apiSends = new Map(network.sends.map((send) => [send.id, send]))
  const sends = withIds(evidence)
  return [
    ...judge(evidence),
    ...store.outbox.map(({ id }) => `${id} is still queued`),
    ...store.mailbox.map(({ receiptId }) => `receipt ${receiptId} is still in the mailbox`),
    ...network.events.filter((event) => !event.acknowledged).map((event) => `${noticeOfEvent(event)} was never taken`),
    ...sends.flatMap((send) => reachedTheNetwork(evidence, send, apiSends)),
    ...journalAgrees(evidence, apiSends),
    ...filesAreTheirs(evidence, sends),
    ...outcomesAreTold(evidence, sends, apiSends),
  ]
}

/** Edits and deletions do not tell their own id: the journal does. */
function withIds({ sends, store }: Evidence): readonly Send[] {
  const ids = new Map(store.messages.filter((row) => row.byApi && row.target !== null).map((row) => [row.mark, row.id]))
  return sends.map((send) => {
    if (send.target === null) return send
    const id = ids.get(send.mark)
    return { ...send, answers: send.acknowledged ? [id ?? 'nothing'] : [] }
  })
}

function answersAgree({ store }: Evidence, sends: readonly Send[]): string[] {
  const counts = new Map<string, number>()
  for (const { byApi, target, mark } of store.messages)
    if (byApi && target !== null) counts.set(mark, (counts.get(mark) ?? 0) + 1)
  const twice = [...counts].filter(([, count]) => count > 1)
  return [
    ...twice.map(([mark, count]) => `one call, several messages: ${mark} is in the journal ${String(count)} times`),
    ...sends
      .filter((send) => new Set(send.answers).size > 1)
      .map((send) => `one key, several messages: ${send.text} was answered ${send.answers.join(', ')}`),
  ]
}

/** Queued and pending, or settled: an acknowledged send is never anything else. */
function acknowledgedAreKept({ store }: Evidence, sends: readonly Send[]): string[] {
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

type SeenSend = NetworkSend & { readonly row: StoredMessage | undefined }

function markOf({ row }: SeenSend): string {
  return row?.mark ?? ''
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return groups
}

function nothingIsSentTwice(sends: readonly Send[], atNetwork: readonly SeenSend[]): string[] {
  const asked = grouped(sends, (send) => send.mark)
  const faults: string[] = []
  for (const { id, text, offered, verdict, row } of atNetwork) {
    // What the network refused it does not know as sent, and so it may be asked again.
    if (verdict === 'sent' && offered !== 1) faults.push(`${text} (${id}) was offered ${offered} times`)
    if (row === undefined) faults.push(`${text} (${id}) is at the network and not in the journal`)
  }
  for (const [mark, seen] of grouped(atNetwork, markOf)) {
    const wanted = asked.get(mark) ?? []
    const known = new Set(wanted.flatMap((send) => send.answers))
    const unanswered = wanted.filter((send) => send.answers.length === 0)
    const strange = seen.filter(({ id }) => !known.has(id))
    if (wanted.length === 0) faults.push(`nobody asked to send ${mark} (${strange.map(({ id }) => id).join(', ')})`)
    else if (strange.length > unanswered.length)
      faults.push(`sent twice: ${mark}, as ${seen.map(({ id }) => id).join(' and as ')}`)
  }
  return faults
}

/** A sender's turns in their order. Where a call may linger, one that was never answered has its place where it was taken in. */
function sendsKeepTheirOrder(evidence: Evidence, sends: readonly Send[], atNetwork: readonly SeenSend[]): string[] {
  const byId = new Map(sends.flatMap((send) => send.answers.map((id) => [id, send] as const)))
  // Of what was never answered, a forward says what its original says: it may be either.
  const byMark = new Map(sends.filter((send) => send.kind !== 'forward').map((send) => [send.mark, send]))
  const forwarded = new Set(sends.filter((send) => send.kind === 'forward').map((send) => send.mark))
  const taken = new Map(evidence.store.messages.map((row, index) => [row, index]))
  const placeOf = ({ row }: SeenSend): number => (row && taken.get(row)) ?? -1
  const latest = new Map<string, { readonly send: Send; readonly seen: SeenSend }>()
  const faults: string[] = []
  for (const seen of [...atNetwork].sort((a, b) => a.order - b.order)) {
    const mark = markOf(seen)
    const send = byId.get(seen.id) ?? (forwarded.has(mark) ? undefined : byMark.get(mark))
    if (send === undefined) continue
    const before = latest.get(send.sender)
    if (before === undefined || before.send.turn <= send.turn) latest.set(send.sender, { send, seen })
    else if (evidence.mayLinger !== true || send.acknowledged || placeOf(seen) < placeOf(before.seen))
      faults.push(`${send.text} was sent after ${before.send.text}`)
  }
  return faults
}

/** What the network has seen was claimed before it left, so that a restart knows of it. */
function claimsComeFirst({ store }: Evidence, atNetwork: readonly SeenSend[]): string[] {
  const claimed = new Set(store.outbox.filter((item) => item.claimed).map((item) => place(item.instance, item.id)))
  return atNetwork
    .filter(
      ({ verdict, row }) =>
        verdict === 'sent' && row?.status === 'pending' && !claimed.has(place(row.instance, row.id)),
    )
    .map(({ text, id }) => `${text} (${id}) is at the network without a claim`)
}

/** What may end without the network: what can't be done, said as such. */
function isHonestFailure(send: Send, row: StoredMessage | undefined): boolean {
  const mayFail = send.mustFail || send.kind === 'forward' || send.target !== null
  return mayFail && row?.status === 'failed' && row.description !== ''
}

function reachedTheNetwork(
  { store }: Evidence,
  send: Send,
  atNetwork: ReadonlyMap<string, NetworkSend>,
): readonly string[] {
  const { keyed, acknowledged, answers, text, instance, mustFail } = send
  if (!acknowledged) return keyed ? [`${text} was never answered, though asked again and again`] : []
  const [id = ''] = answers
  if (atNetwork.has(id)) return mustFail ? [`${text} (${id}) was sent, though its file can't be had`] : []
  const row = store.messages.find((one) => one.instance === instance && one.id === id)
  if (isHonestFailure(send, row)) return []
  const end = `${row?.status ?? 'nothing'} ${row?.description ?? ''}`.trim()
  return [`${text} (${id}) was acknowledged and never reached the network: ${end}`]
}

/** In the end the journal knows of each message what the network knows. */
function journalAgrees({ store, subjects }: Evidence, atNetwork: ReadonlyMap<string, NetworkSend>): string[] {
  const owners = new Map<number, Subject>(subjects.map((subject) => [subject.id, subject]))
  return store.messages
    .filter((message) => message.byApi)
    .flatMap(({ id, status, shelf, description, instance }) => {
      const send = atNetwork.get(id)
      if (send === undefined) return status === 'failed' && description !== '' ? [] : [`${id} ended as ${status}`]
      const accepted = acceptedAs(owners.get(instance))
      const expected = outcomeOf(send, accepted)
      // Of a status each viewer counts for himself: the first is enough.
      if (shelf === 'status' && send.verdict === 'sent') return status === 'pending' ? [`${id} is still pending`] : []
      return status === expected ? [] : [`${id} is ${status} in the journal, and should be ${expected}`]
    })
}

/** A file that was sent is the one that was meant. */
function filesAreTheirs({ store }: Evidence, sends: readonly Send[]): string[] {
  const rows = new Map(store.messages.map((row) => [place(row.instance, row.id), row]))
  return sends.flatMap(({ instance, answers: [id = ''], sha256, mustFail, text }) => {
    const row = rows.get(place(instance, id))
    if (sha256 === null || mustFail || row === undefined || row.sha256 === sha256) return []
    return [`${text} (${id}) has the file ${String(row.sha256)}, and should have ${sha256}`]
  })
}
