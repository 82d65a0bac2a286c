import type { KeptSecret } from '../../model/instance.ts'

/** What another server finds out by itself: answers that were kept, and what waits to be read or to be given up. */
const STAYS_HERE = ['check|', 'unread|', 'undecrypted|']
/** What was sent in the last days, for phones that could not read it. */
const SENT = 'sent|'
const SENT_BYTES = 8 * 1024 * 1024

/** What moves with a link to another server. Of what was sent the newest, up to 8 MB. */
export function movesWithLink(kept: readonly KeptSecret[]): readonly KeptSecret[] {
  const moving = kept.filter(({ name }) => !STAYS_HERE.some((beginning) => name.startsWith(beginning)))
  const isSent = ({ name }: KeptSecret) => name.startsWith(SENT)
  const newestFirst = moving.filter(isSent).toSorted((one, other) => lasts(other) - lasts(one))
  let bytes = 0
  const sent = newestFirst.filter(({ value }) => (bytes += value.length) <= SENT_BYTES)
  return [...moving.filter((one) => !isSent(one)), ...sent]
}

function lasts({ until }: KeptSecret): number {
  return until ?? Number.POSITIVE_INFINITY
}
