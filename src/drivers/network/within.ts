import type { Clock } from '../../lib/clock.ts'
import { pause } from '../../lib/pause.ts'
import { linkedSignal } from './linked-signal.ts'

/** What bounds everything that a session waits for: its clock, and its end. */
export interface Bounds {
  readonly host: { readonly clock: Clock }
  readonly ended: AbortSignal
}

/** What the work comes to, or undefined when the time is up or the life is over first; the work goes on by itself then. */
export async function within<T>({ host, ended }: Bounds, ms: number, work: Promise<T>): Promise<T | undefined> {
  const over = new AbortController()
  const { signal, over: unlink } = linkedSignal(over.signal, ended)
  // Nobody else hears of work that fails after its time.
  work.catch(() => undefined)
  try {
    return await Promise.race([work, pause(host.clock, ms, signal).then(() => undefined)])
  } finally {
    over.abort()
    unlink()
  }
}
