import type { Clock } from './clock.ts'

/** Resolves after so many milliseconds, or at once when it is aborted or was already. */
export function pause(clock: Pick<Clock, 'after'>, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      timer.cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = clock.after(delayMs, done)
    signal.addEventListener('abort', done)
  })
}
