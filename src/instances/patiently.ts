import type { Clock, Timer } from '../lib/clock.ts'
import { pause } from '../lib/pause.ts'
import { StorageFailed } from '../storage/storage-failed.ts'

/** A live connection bears it for so long that what came by it is not stored. */
const PATIENCE_MS = 60_000
const AGAIN_MS = 500

/**
 * What a session needs of the store, again and again while that is out of reach: nothing of it was done, and what the network brought is not
 * lost by waiting, as a session is by a refusal.
 * @param isWanted false where the session is over
 */
export async function patiently<T>(clock: Clock, work: () => Promise<T>, isWanted: () => boolean): Promise<T> {
  try {
    return await work()
  } catch (error) {
    return await patientlyAgain(clock, work, isWanted, error)
  }
}

/** As `patiently`, where it was tried and failed so. */
export async function patientlyAgain<T>(
  clock: Clock,
  work: () => Promise<T>,
  isWanted: () => boolean,
  trouble: unknown,
): Promise<T> {
  let [isOver, timer, last] = [false, undefined as Timer | undefined, trouble]
  try {
    for (;;) {
      if (!(last instanceof StorageFailed) || last.isLasting || isOver || !isWanted()) throw last
      timer ??= clock.after(PATIENCE_MS, () => (isOver = true))
      await pause(clock, AGAIN_MS, UNHURRIED)
      try {
        return await work()
      } catch (error) {
        last = error
      }
    }
  } finally {
    timer?.cancel()
  }
}

const UNHURRIED = new AbortController().signal
