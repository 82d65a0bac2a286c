import { systemClock } from '../../../lib/clock.ts'

/** What is promised, where it comes in time; undefined where it doesn't, and then `late` gets it should it still come. */
export function soonOrNever<T>(
  promise: Promise<T>,
  withinMs: number,
  late: (value: T) => void,
): Promise<T | undefined> {
  if (withinMs === Number.POSITIVE_INFINITY) return promise
  return new Promise((resolve, reject) => {
    let isOver = false
    const timer = systemClock.after(withinMs, () => {
      isOver = true
      resolve(undefined)
    })
    promise.then((value) => {
      timer.cancel()
      if (isOver) late(value)
      else resolve(value)
    }, reject)
  })
}
