import type { AddressRanges } from '../../lib/address-ranges.ts'
import { clientAddress } from '../../lib/client-address.ts'
import type { Clock } from '../../lib/clock.ts'
import type { RequestOrigin } from '../../lib/local-request.ts'
import { ACCOUNT_SUSPENDED, UNAUTHORIZED, type Fault } from '../../model/fault.ts'
import type { PartnerCaller, PartnerTokens } from '../../partners/partner-tokens.ts'
import type { Refusal } from '../errors.ts'
import { envelope, partnerFailure, partnerRefusal, READ_ONLY } from '../errors.ts'
import type { Family } from '../family.ts'
import type { Method, MethodTable } from '../method.ts'
import type { Target } from '../target.ts'

/** The methods of partner accounts: `/partner/{method}/{token}`. Every refusal but an unknown path is HTTP 200. */
export class PartnerFamily implements Family<PartnerCaller> {
  readonly methods: MethodTable<PartnerCaller>
  readonly #tokens: Pick<PartnerTokens, 'find'>
  readonly #clock: Clock
  readonly #trustedProxies: AddressRanges

  constructor(
    methods: MethodTable<PartnerCaller>,
    tokens: Pick<PartnerTokens, 'find'>,
    clock: Clock,
    trustedProxies: AddressRanges,
  ) {
    this.methods = methods
    this.#tokens = tokens
    this.#clock = clock
    this.#trustedProxies = trustedProxies
  }

  admit(
    target: Target,
    method: Method<PartnerCaller> | undefined,
    url: string,
    origin: () => RequestOrigin,
  ): PartnerCaller | Refusal {
    if (method === undefined) return envelope(404, url, 'Not Found', this.#clock.now())
    const caller = this.#tokens.find(target.token, () => clientAddress(origin(), this.#trustedProxies))
    if (caller === undefined) return partnerRefusal(UNAUTHORIZED)
    if (caller.account.suspendedAt !== null) return partnerRefusal(ACCOUNT_SUSPENDED)
    if (caller.token.scope === 'read' && !method.reads) return partnerRefusal(READ_ONLY)
    return caller
  }

  messengerOf(): null {
    return null
  }

  scopeOf({ account }: PartnerCaller): string {
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
