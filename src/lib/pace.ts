export type Turn =
  | { readonly allowed: true; readonly remaining: number }
  /** Nothing was used up; after so long one will be allowed. */
  | { readonly allowed: false; readonly waitMs: number }

/** Longer than any bucket takes to fill: an entry as old as this says nothing any more. */
const FORGET_MS = 120_000

/**
 * Token buckets, one per key, each holding one second's worth (at least one). A bucket is one number, the time at which it will be
 * full again, and exists only while it isn't: nothing is kept for who doesn't call, and no timer runs.
 */
export class Pace<Key> {
  #young = new Map<Key, number>()
  #old = new Map<Key, number>()
  #turnedAt = 0

  /** Takes one from the bucket of `key`, which fills at `perSecond`. Slower than one a minute is not supported. */
  take(key: Key, perSecond: number, nowMs: number): Turn {
    this.#forget(nowMs)
    const intervalMs = 1000 / perSecond
    const depthMs = Math.max(1000, intervalMs)
    const fullAt = Math.max(this.#fullAt(key, nowMs + depthMs), nowMs) + intervalMs
    const excessMs = fullAt - nowMs - depthMs
    // A hundredth of a millisecond forgives the rounding of sums of fractions.
    if (excessMs > 0.01) return { allowed: false, waitMs: excessMs }
    this.#young.set(key, fullAt)
    return { allowed: true, remaining: Math.floor(-excessMs / intervalMs + 0.001) }
  }

  /** At most `latest`, when a bucket that is empty now is full: a clock that was set back must not shut the door until it has caught up. */
  #fullAt(key: Key, latest: number): number {
    const fullAt = this.#young.get(key) ?? this.#old.get(key) ?? 0
    if (fullAt <= latest + 0.01) return fullAt
    this.#young.set(key, latest)
    return latest
  }

  #forget(nowMs: number): void {
    if (Math.abs(nowMs - this.#turnedAt) < FORGET_MS) return
    this.#old = this.#young
    this.#young = new Map()
    this.#turnedAt = nowMs
  }
}
