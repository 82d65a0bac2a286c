import { DEFAULT_SETTINGS, type Settings } from '../model/settings.ts'

/** Instances mostly come alike, one after the other: such share one object, which saves each a quarter of what it keeps in memory. */
export class SharedSettings {
  #last = DEFAULT_SETTINGS
  /** How many of the last ones are not the default. */
  #lastDiffering = 0

  /** What is not given takes its default. */
  of(given: Partial<Settings>): Settings {
    let isLast = true
    let differing = 0
    for (const name of Object.keys(given) as (keyof Settings)[]) {
      if (given[name] !== this.#last[name]) isLast = false
      if (given[name] !== DEFAULT_SETTINGS[name]) differing += 1
    }
    if (!isLast || differing !== this.#lastDiffering) {
      this.#last = { ...DEFAULT_SETTINGS, ...given }
      this.#lastDiffering = differing
    }
    return this.#last
  }
}
