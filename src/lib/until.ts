import { setTimeout as sleep } from 'node:timers/promises'

/** For tests: looks again and again until what is looked for is there, and returns it; throws with `what` after the deadline. */
export async function until<T>(
  look: () => T | undefined | null | false | Promise<T | undefined | null | false>,
  what: string,
  deadlineMs = 5_000,
): Promise<T> {
  const end = performance.now() + deadlineMs
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== null && found !== false) return found
    if (performance.now() > end) throw new Error(`waited ${String(deadlineMs)} ms in vain: ${what}`)
    await sleep(3)
  }
}
