import { filesOf } from '../journal/files.ts'
import type { Content } from '../model/content.ts'

/** A verdict is waited for as long as an unsure message may hold the queue, but for this long at least. */
const SHORTEST_VERDICT_MS = 1000
/** A file goes to the network before its message does. A slower line than this is taken for one that stands still. */
const SLOWEST_BYTES_PER_SECOND = 256 * 1024

/** So long an attempt is given before it is stopped, in milliseconds. */
export function verdictTime(content: Content, unsureHoldMs: number): number {
  const bytes = filesOf(content).own?.size ?? 0
  return Math.max(unsureHoldMs, SHORTEST_VERDICT_MS) + Math.ceil((bytes / SLOWEST_BYTES_PER_SECOND) * 1000)
}
