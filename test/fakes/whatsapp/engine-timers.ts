/** From here on a timer is one that the engine left behind. */
const longMs = 20_000

let isDone = false

/**
 * The engine leaves timers of half a minute and more behind its closed sockets (of uploads of keys, of queries, of caches). After this
 * none of that length keeps the process of a test alive; they fire as ever while it is.
 */
export function letLongTimersGo(): void {
  if (isDone) return
  isDone = true
  const real = globalThis.setTimeout
  const setTimeout = (work: (...given: unknown[]) => void, delayMs?: number, ...given: unknown[]): NodeJS.Timeout => {
    const timer = real(work, delayMs, ...given)
    return (delayMs ?? 0) >= longMs ? timer.unref() : timer
  }
  globalThis.setTimeout = Object.defineProperties(setTimeout, Object.getOwnPropertyDescriptors(real)) as typeof real
}
