/** A timer that was set; `cancel` may be called at any time and more than once. */
export interface Timer {
  cancel(): void
}

/** Time, injected everywhere: only `systemClock` reads the machine's. */
export interface Clock {
  /** Milliseconds since 1970 UTC. */
  now(): number
  /** Calls back once after so many milliseconds; such a timer never keeps the process alive by itself. */
  after(delayMs: number, callback: () => void): Timer
}

const LONGEST_TIMER_MS = 2_147_483_647

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimer(delayMs, callback)
    timer.unref()
    return { cancel: () => clearTimeout(timer) }
  },
}

/** As `systemClock`, but the process goes on while one of its timers runs. */
export const wakefulClock: Clock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimer(delayMs, callback)
    return { cancel: () => clearTimeout(timer) }
  },
}

function setTimer(delayMs: number, callback: () => void): NodeJS.Timeout {
  return setTimeout(callback, Math.min(Math.max(delayMs, 0), LONGEST_TIMER_MS))
}
