import type { Fault } from '../../model/fault.ts'
import { fault } from '../../model/fault.ts'
import type { AccountRow } from '../../model/account.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Partners } from '../../partners/partners.ts'
import type { Refusal } from '../errors.ts'
import { envelope, partnerFailure, partnerRefusal } from '../errors.ts'
import type { Family } from '../family.ts'
import type { Method, MethodTable } from '../method.ts'
import type { Target } from '../target.ts'

/** The methods of partner accounts: `/partner/{method}/{token}`. Every refusal but an unknown path is HTTP 200. */
export class PartnerFamily implements Family<AccountRow> {
  readonly methods: MethodTable<AccountRow>
  readonly #partners: Pick<Partners, 'find'>
  readonly #clock: Clock

  constructor(methods: MethodTable<AccountRow>, partners: Pick<Partners, 'find'>, clock: Clock) {
    this.methods = methods
    this.#partners = partners
    this.#clock = clock
  }

  admit(target: Target, method: Method<AccountRow> | undefined, url: string): AccountRow | Refusal {
    if (method === undefined) return envelope(404, url, 'Not Found', this.#clock.now())
    return this.#partners.find(target.token) ?? partnerRefusal(fault('unauthorized', 'Unauthorized'))
  }

  messengerOf(): null {
    return null
  }

  scopeOf(account: AccountRow): string {
    return account.id
  }

  /** Partner methods have no monthly quota. */
  spend(): undefined {
    return undefined
  }

  refuse(trouble: Fault, _url: string, headers?: readonly string[]): Refusal {
    return partnerRefusal(trouble, headers)
  }

  refuseStatus(status: number, message: string, _url: string, headers?: readonly string[]): Refusal {
    return partnerFailure(status, message, headers)
  }
}
