import type { Clock } from './clock.ts'

/** What the promise gives, or `late` where it takes longer; a rejection is passed on. The promise goes on by itself, and may fail then unheard. */
export function within<T, Late>(
  clock: Pick<Clock, 'after'>,
  ms: number,
  promise: Promise<T>,
  late: Late,
): Promise<T | Late> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(ms, () => resolve(late))
    promise.then(
      (value) => {
        timer.cancel()
        resolve(value)
      },
      (error: unknown) => {
        timer.cancel()
        reject(error instanceof Error ? error : new Error(String(error)))
      },
    )
  })
}
