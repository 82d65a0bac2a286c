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
  let [isOver, timer] = [false, undefined as Timer | undefined]
  try {
    for (;;) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof StorageFailed) || error.isLasting || isOver || !isWanted()) throw error
      }
      timer ??= clock.after(PATIENCE_MS, () => (isOver = true))
      await pause(clock, AGAIN_MS, UNHURRIED)
    }
  } finally {
    timer?.cancel()
  }
}

const UNHURRIED = new AbortController().signal
