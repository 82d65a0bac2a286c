import { pause } from '../../lib/pause.ts'
import type { Life } from './life.ts'
import { linkedSignal } from './media/linked-signal.ts'

/** What the work comes to, or undefined when the time is up or the life is over first; the work goes on by itself then. */
export async function within<T>(life: Life, ms: number, work: Promise<T>): Promise<T | undefined> {
  const over = new AbortController()
  const { signal, over: unlink } = linkedSignal(over.signal, life.ended)
  // Nobody else hears of work that fails after its time.
  work.catch(() => undefined)
  try {
    return await Promise.race([work, pause(life.host.clock, ms, signal).then(() => undefined)])
  } finally {
    over.abort()
    unlink()
  }
}
