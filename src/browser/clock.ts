/** Time, given to what runs in a browser so that a test can give its own. */
export interface BrowserClock {
  now(): number
  /** Calls back once after so many milliseconds, unless it is cancelled before. */
  after(delayMs: number, callback: () => void): { cancel(): void }
}

export const browserClock: BrowserClock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    return { cancel: () => clearTimeout(timer) }
  },
}
