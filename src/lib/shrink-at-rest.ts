import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { createContext, runInContext } from 'node:vm'
import type { Clock, Timer } from './clock.ts'

const PERIOD_MS = 10_000
/** A process that uses less of one core in a period is at rest. */
const RESTING_SHARE = 0.1
/** A young generation that is no larger is left alone: a little of it is always needed. */
const LARGE_BYTES = 16 * 1024 * 1024

type Collect = (options: { readonly type: 'minor' }) => void

/**
 * Gives memory back after a burst: has this thread's young generation collected once the process is at rest, by which V8 makes it small
 * again. V8 by itself waits until little was allocated on the average of its last ten collections, or a hundred seconds, and does it not
 * at all when the burst was without a full collection; with `--max-semi-space-size=64` a burst leaves 128 MB behind. The pause is that of
 * any collection of the young generation under load, some ms to some tens of ms, and a process at work never has it.
 * `cpuUs`: processor time of the process up to now. The timer that is returned ends it.
 */
export function shrinkAtRest(clock: Clock, cpuUs: () => number = processCpuUs): Timer {
  let [usedUs, since] = [cpuUs(), clock.now()]
  let timer = clock.after(PERIOD_MS, look)
  function look(): void {
    const [nowUs, now] = [cpuUs(), clock.now()]
    const share = (nowUs - usedUs) / 1000 / Math.max(1, now - since)
    ;[usedUs, since] = [nowUs, now]
    if (share < RESTING_SHARE && youngBytes() > LARGE_BYTES) collectYoung()
    timer = clock.after(PERIOD_MS, look)
  }
  return { cancel: () => timer.cancel() }
}

/** What the young generation of this thread has of the machine's memory, used or not. */
export function youngBytes(): number {
  return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')?.physical_space_size ?? 0
}

let collect: Collect | null | undefined

function collectYoung(): void {
  collect ??= collector()
  collect?.({ type: 'minor' })
}

/** Node has no call for it but with a flag at its start, which not everybody who starts this program gives; null where V8 offers none. */
function collector(): Collect | null {
  setFlagsFromString('--expose-gc')
  const found: unknown = runInContext('typeof gc === "function" ? gc : null', createContext({}))
  setFlagsFromString('--no-expose-gc')
  return found as Collect | null
}

function processCpuUs(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}
