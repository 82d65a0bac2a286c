import type { AddressRanges } from '../../lib/address-ranges.ts'
import { bearerToken } from '../../lib/bearer.ts'
import { clientAddress } from '../../lib/client-address.ts'
import type { Clock } from '../../lib/clock.ts'
import type { RequestOrigin } from '../../lib/local-request.ts'
import type { Log } from '../../lib/log.ts'
import { Pace } from '../../lib/pace.ts'
import { isSameSecret } from '../../lib/same-secret.ts'
import { fault, UNAUTHORIZED, type Fault } from '../../model/fault.ts'
import type { Actor } from '../../partners/actor.ts'

/** Whoever shows the operator's token, or is signed in as a person who is one. */
export interface OperatorCaller {
  /** How the audit log names him. */
  readonly actor: Actor
}

export interface OperatorDoorDeps {
  readonly token: string
  readonly trustedProxies: AddressRanges
  readonly rateLimitScale: number
  readonly clock: Pick<Clock, 'now'>
  readonly log: Pick<Log, 'warn'>
}

/** Wrong tokens from one address in a second that are answered as such; those beyond are refused as too many. */
const WRONG_PER_SECOND = 5
const WARNINGS_PER_SECOND = 1 / 60

const TOO_MANY = fault('rateLimited', 'Too Many Requests')
const OPERATOR: OperatorCaller = { actor: 'operator' }
const CLI: OperatorCaller = { actor: 'cli' }

/**
 * Lets the operator in. Only wrong tokens are counted, by the address that they come from: whatever others do from the same address, the
 * right token is never refused.
 */
export class OperatorDoor {
  readonly #deps: OperatorDoorDeps
  readonly #wrong = new Pace<string>()
  readonly #warnings = new Pace<string>()

  constructor(deps: OperatorDoorDeps) {
    this.#deps = deps
  }

  /** `headers` as they came; where they come from is `origin`'s to say. */
  admit(headers: RequestOrigin['headers'], origin: RequestOrigin): OperatorCaller | Fault {
    const given = bearerToken(headers)
    if (given !== undefined && isSameSecret(given, this.#deps.token)) {
      return headers['x-actor'] === 'cli' ? CLI : OPERATOR
    }
    // Who shows nothing has guessed nothing.
    return given === undefined ? UNAUTHORIZED : this.#refuse(origin)
  }

  #refuse(origin: RequestOrigin): Fault {
    const { clock, log, trustedProxies, rateLimitScale } = this.#deps
    const address = clientAddress(origin, trustedProxies)
    const now = clock.now()
    if (this.#warnings.take(address, WARNINGS_PER_SECOND, now).allowed) {
      log.warn({ address }, 'a call of the operator API came with a wrong token')
    }
    return this.#wrong.take(address, WRONG_PER_SECOND * rateLimitScale, now).allowed ? UNAUTHORIZED : TOO_MANY
  }
}
