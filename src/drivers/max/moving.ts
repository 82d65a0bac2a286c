import type { KeptSecret } from '../../model/instance.ts'

/** What another server finds out by itself: answers that were kept. */
const STAYS_HERE = ['number|']

/** What moves with a link to another server; the device's id and what was counted of it too. */
export function movesWithLink(kept: readonly KeptSecret[]): readonly KeptSecret[] {
  return kept.filter(({ name }) => !STAYS_HERE.some((beginning) => name.startsWith(beginning)))
}
