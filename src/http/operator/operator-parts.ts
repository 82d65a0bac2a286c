import type { PartnerBusiness } from '../../partners/partner-business.ts'
import type { Instances } from '../../instances/instances.ts'
import type { Clock } from '../../lib/clock.ts'
import type { People } from '../../people/people.ts'

/** What the rows of the operator API work with. */
export interface OperatorParts {
  readonly business: PartnerBusiness
  readonly people: People
  readonly instances: Pick<Instances, 'get' | 'ofAccount' | 'living'>
  readonly clock: Pick<Clock, 'now'>
  /** The methods whose calls a tariff may limit, in lower case. */
  readonly counted: ReadonlySet<string>
  /** The least send delay that may be set. */
  readonly delayMinMs: number
}
