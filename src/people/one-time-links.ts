import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import type { Seal } from '../lib/seal.ts'
import type { EpochMs } from '../model/ids.ts'
import type { LinkRow } from '../model/person.ts'
import type { Actor } from '../partners/actor.ts'
import type { Store, Write } from '../storage/store.ts'

export interface OneTimeLinksDeps {
  readonly store: Pick<Store, 'people'>
  readonly seal: Pick<Seal, 'hash'>
  readonly random: Pick<Random, 'bytes'>
  readonly clock: Pick<Clock, 'now'>
  /** Where browsers reach the console; known once the server listens. */
  readonly publicUrl: () => string
}

/** What a link is to be for. */
export type LinkTerms = Pick<LinkRow, 'kind' | 'email' | 'account' | 'role' | 'isOperator'>

/** A link that is about to be stored. */
export interface NewLink {
  /** Shown once: the token in it is stored as a hash. */
  readonly url: string
  readonly row: LinkRow
  readonly write: Write
}

const DAY_MS = 86_400_000
const INVITATION_MS = 7 * DAY_MS
const RESET_MS = 2 * 3_600_000
const TOKEN_BYTES = 32
const ID_BYTES = 9

/** Links that open one time: invitations, and new passwords. The token stands behind the `#`, so that no server on the way is told it. */
export class OneTimeLinks {
  readonly #deps: OneTimeLinksDeps

  constructor(deps: OneTimeLinksDeps) {
    this.#deps = deps
  }

  make(terms: LinkTerms, by: Actor): NewLink {
    const { random, clock } = this.#deps
    const token = Buffer.from(random.bytes(TOKEN_BYTES)).toString('base64url')
    const createdAt = clock.now()
    const row: LinkRow = {
      ...terms,
      id: Buffer.from(random.bytes(ID_BYTES)).toString('base64url'),
      tokenHash: this.hashOf(token),
      createdBy: by,
      createdAt,
      expiresAt: createdAt + (terms.kind === 'invite' ? INVITATION_MS : RESET_MS),
    }
    return { url: `${this.#deps.publicUrl()}/console/link#${token}`, row, write: { kind: 'link.put', row } }
  }

  /** One that is open. */
  find(token: string): Promise<LinkRow | null> {
    return this.#deps.store.people.link(this.hashOf(token), this.#deps.clock.now())
  }

  hashOf(token: string): string {
    return this.#deps.seal.hash(`console link ${token}`)
  }

  /** Since when invitations count that may be made on a day. */
  aDayAgo(): EpochMs {
    return this.#deps.clock.now() - DAY_MS
  }

  /** Links for new passwords that were made before are over. */
  resetsSince(): EpochMs {
    return this.#deps.clock.now() - RESET_MS
  }
}
