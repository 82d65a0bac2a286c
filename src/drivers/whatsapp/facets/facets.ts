import type { Fault } from '../../../model/fault.ts'
import type { Life } from '../life.ts'

/** What the facets need of the session that they belong to. */
export interface FacetsOptions {
  /** Takes one number check from the day's budget of this account; a fault when none is left. */
  takeCheck(life: Life): Promise<Fault | undefined>
  /** Larger files are not downloaded. */
  readonly fileLimitBytes: number
}
