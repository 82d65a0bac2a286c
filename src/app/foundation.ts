import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Random } from '../lib/random.ts'

/** What every part is given. */
export interface Foundation {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** Says how a part is closed; the parts are closed in the reverse order of their opening. */
export type OnClose = (part: () => Promise<void>) => void
