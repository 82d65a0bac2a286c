const MINUTE_MS = 60_000

/** A thing that was done, or is being done, in the last minute. */
export interface Place {
  readonly at: number
}

/** Counts what each one did in the last 60 seconds. Nothing is kept for who did nothing, and no timer runs. */
export class SlidingMinute<Key> {
  readonly #places = new Map<Key, Set<Place>>()

  /** Takes a place from now on; undefined when `limit` places are taken. What came to nothing gives its own back. */
  take(key: Key, limit: number, now: number): Place | undefined {
    const places = this.#places.get(key) ?? new Set<Place>()
    for (const place of places) {
      // They lie in their order. One in the future was taken before the clock was set back, and must not shut the door until it catches up.
      if (now - place.at < MINUTE_MS && place.at <= now) break
      places.delete(place)
    }
    if (places.size >= limit) return undefined
    const place: Place = { at: now }
    places.add(place)
    this.#places.set(key, places)
    return place
  }

  giveBack(key: Key, place: Place): void {
    const places = this.#places.get(key)
    places?.delete(place)
    if (places?.size === 0) this.#places.delete(key)
  }
}
