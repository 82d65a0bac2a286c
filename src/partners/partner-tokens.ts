import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Random } from '../lib/random.ts'
import type { Seal } from '../lib/seal.ts'
import { Serial } from '../lib/serial.ts'
import type { AccountRow, AuditEntry, PartnerTokenRow, TokenScope } from '../model/account.ts'
import type { AuditAction } from '../model/audit-action.ts'
import { fault, isFault, NOT_FOUND, type Fault } from '../model/fault.ts'
import type { AccountId, EpochMs } from '../model/ids.ts'
import { isRepeated, type Repeated } from '../model/once.ts'
import type { Once } from '../storage/once.ts'
import type { Batch, Committed, Guard, Store, Write } from '../storage/store.ts'
import { differences } from './account-terms.ts'
import type { Accounts, Beside } from './accounts.ts'
import { tokenOf, type Actor } from './actor.ts'
import { audited } from './audit-log.ts'
import { countInForce, longOver, MOST_IN_FORCE } from './old-tokens.ts'
import { drawToken, draftToken, infoOf, termsIn, type NewToken, type TokenDraft } from './token-draft.ts'
import { isOver, TokenKeys, type PartnerCaller, type TokenInfo } from './token-keys.ts'
import { isScopeWithin, isWithinReach } from './token-reach.ts'
import { tokenTermsOf, type TokenTerms } from './token-terms.ts'

export type { NewToken, PartnerCaller, TokenInfo, TokenTerms }

export interface IssuedToken {
  readonly info: TokenInfo
  /** Shown once. */
  readonly token: string
}

/** An account with the token that was made together with it, or with its becoming a partner. */
export interface FirstToken {
  readonly account: AccountRow
  readonly issued: IssuedToken
}

type Make = (beside: Beside) => Promise<AccountRow | Fault | Repeated>

export interface PartnerTokensDeps {
  readonly store: Pick<Store, 'commit' | 'accounts'>
  readonly seal: Pick<Seal, 'hash'>
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly accounts: Pick<Accounts, 'get' | 'onErased'>
}

const MOST_OVERLAP_MS = 366 * 86_400_000

const NO_PARTNER = fault('conflict', 'Only partner accounts have tokens')
const TAKEN = fault('conflict', "This token can't be had; choose another one")
const OUT_OF_REACH = fault(
  'forbidden',
  'A token shows and rotates itself, and those that are restricted no less: in scope, end and addresses',
)
const TOO_MUCH = fault(
  'forbidden',
  "Whoever may not see money issues, changes, rotates and is shown tokens of the scope 'developer' alone",
)
const TOO_MANY = fault(
  'quotaExceeded',
  `An account has at most ${String(MOST_IN_FORCE)} tokens that are neither revoked nor expired`,
)
const OVER = fault('conflict', 'The token is revoked or has expired')

/** Partner tokens, which memory keeps only as keyed hashes, but for the one that was found last. Every change is in the audit log of the same batch. */
export class PartnerTokens {
  readonly #deps: PartnerTokensDeps
  readonly #keys: TokenKeys
  readonly #changes = new Serial()

  private constructor(deps: PartnerTokensDeps) {
    this.#deps = deps
    this.#keys = new TokenKeys({ ...deps, used: (id, at) => this.#noteUse(id, at) })
    deps.accounts.onErased((account) => this.#keys.forget(account))
  }

  static async open(deps: PartnerTokensDeps): Promise<PartnerTokens> {
    const tokens = new PartnerTokens(deps)
    await tokens.reload()
    return tokens
  }

  /** Reads all tokens anew, as other nodes may have changed them. */
  reload(): Promise<void> {
    return this.#changes.run(async () => this.#keys.keepOnly(await this.#deps.store.accounts.tokens()))
  }

  /**
   * Whose token this is. Undefined for an unknown, expired or revoked one, for one of a deleted account, and for one that is used from an
   * address that it does not allow; a caller can't tell these apart. `address` is asked for only where the token has such a list.
   */
  find(token: string, address: () => string): PartnerCaller | undefined {
    return this.#keys.find(token, address)
  }

  /** Whether it lets somebody in from somewhere. Unlike `find` this is no use of it, and nothing is stored. */
  isInForce(token: string): boolean {
    return this.#keys.isInForce(token)
  }

  /** In the order they were issued; those that are over too. */
  of(account: AccountId): readonly TokenInfo[] {
    return this.#keys.of(account)
  }

  issue(account: AccountId, terms: NewToken, by: Actor): Promise<IssuedToken | Fault>
  issue(
    account: AccountId,
    terms: NewToken,
    by: Actor,
    once: Once<IssuedToken> | undefined,
    most?: TokenScope,
  ): Promise<IssuedToken | Fault | Repeated>
  /** `most`, here and below: what the token may allow at most that is issued, changed, rotated or shown; else `forbidden`. */
  issue(
    account: AccountId,
    terms: NewToken,
    by: Actor,
    once?: Once<IssuedToken>,
    most: TokenScope = 'full',
  ): Promise<IssuedToken | Fault | Repeated> {
    return this.#changes.run(async () => {
      const owner = this.#deps.accounts.get(account)
      if (owner?.deletedAt !== null) return NOT_FOUND
      if (owner.kind !== 'partner') return NO_PARTNER
      const draft = this.#draft(terms)
      if (isFault(draft)) return draft
      if (!isScopeWithin(draft.scope, most)) return TOO_MUCH
      if (!this.#hasRoom(account)) return TOO_MANY
      const row = { ...draft, account }
      const issued = { info: infoOf(row), token: row.token }
      const { guards, writes } = this.#issue(row, by, once?.(issued))
      const removed = this.#removedWith(account, [row])
      const committed = await this.#deps.store.commit({ guards, writes: [...writes, ...removed] })
      if (!committed.ok) return repeated(committed)
      this.#keys.keep(row)
      for (const { id } of removed) this.#keys.remove(id)
      return issued
    })
  }

  /** Makes a partner account, or makes one a partner account, in one batch with its first token: `make` stores what it is given beside. */
  issueWith(terms: NewToken, by: Actor, make: Make): Promise<FirstToken | Fault>
  issueWith(
    terms: NewToken,
    by: Actor,
    make: Make,
    once: Once<FirstToken> | undefined,
  ): Promise<FirstToken | Fault | Repeated>
  issueWith(terms: NewToken, by: Actor, make: Make, once?: Once<FirstToken>): Promise<FirstToken | Fault | Repeated> {
    return this.#changes.run(async () => {
      const draft = this.#draft(terms)
      if (isFault(draft)) return draft
      const rowOf = (account: AccountRow): PartnerTokenRow => ({ ...draft, account: account.id })
      const outcome = (account: AccountRow): FirstToken => {
        const row = rowOf(account)
        return { account, issued: { info: infoOf(row), token: row.token } }
      }
      const account = await make((owner) => this.#issue(rowOf(owner), by, once?.(outcome(owner))))
      if (isFault(account) || isRepeated(account)) return account
      this.#keys.keep(rowOf(account))
      return outcome(account)
    })
  }

  /** `conflict` for a revoked one; one that has expired may be given a later end. */
  change(
    account: AccountId,
    id: string,
    terms: TokenTerms,
    by: Actor,
    most: TokenScope = 'full',
  ): Promise<TokenInfo | Fault> {
    return this.#onStored(account, id, async (row) => {
      if (!isScopeWithin(row.scope, most) || !isScopeWithin(terms.scope ?? row.scope, most)) return TOO_MUCH
      if (row.revokedAt !== null) return OVER
      const kept = tokenTermsOf(terms, this.#deps.clock.now(), row)
      if (isFault(kept)) return kept
      const details = differences(termsIn(row), kept)
      if (Object.keys(details).length === 0) return infoOf(row)
      const changed = { ...row, ...kept, madeBy: null }
      return this.#store(changed, { by, action: 'token.change', account, target: id, details })
    })
  }

  /**
   * A new token with the same terms; the old one goes on for `overlapMs`, or to its own end where that comes before. `forbidden` for the holder
   * of a token that this one is out of reach of.
   */
  rotate(account: AccountId, id: string, overlapMs: number, by: Actor): Promise<IssuedToken | Fault>
  rotate(
    account: AccountId,
    id: string,
    overlapMs: number,
    by: Actor,
    once: Once<IssuedToken> | undefined,
    most?: TokenScope,
  ): Promise<IssuedToken | Fault | Repeated>
  rotate(
    account: AccountId,
    id: string,
    overlapMs: number,
    by: Actor,
    once?: Once<IssuedToken>,
    most: TokenScope = 'full',
  ): Promise<IssuedToken | Fault | Repeated> {
    return this.#onStored(account, id, async (old) => {
      if (!isOverlap(overlapMs))
        return fault('invalid', 'the overlap must be a whole number of milliseconds, at most a year')
      const now = this.#deps.clock.now()
      const refused = this.#refusal(old, by, most)
      if (refused !== undefined) return refused
      if (isOver(old, now)) return OVER
      if (overlapMs > 0 && !this.#hasRoom(account)) return TOO_MANY
      const madeBy = tokenOf(by) ?? null
      const draft = { ...drawToken(old, now, this.#deps.random), account, madeBy }
      const ends = Math.min(old.expiresAt ?? Infinity, now + overlapMs)
      // Without an overlap it is over for good, even for a clock that is set back.
      const ended = overlapMs === 0 ? { ...old, revokedAt: now } : { ...old, expiresAt: ends }
      const details = { newToken: draft.id, overlapMs }
      const issued = { info: infoOf(draft), token: draft.token }
      const entry: Entry = { by, action: 'token.rotate', account, target: id, details }
      const committed = await this.#commit([draft, ended], entry, once?.(issued))
      return committed.ok ? issued : repeated(committed)
    })
  }

  /** One that is revoked already stays as it is. */
  revoke(account: AccountId, id: string, by: Actor): Promise<TokenInfo | Fault> {
    return this.#onStored(account, id, async (row) => {
      if (row.revokedAt !== null) return infoOf(row)
      const revoked = { ...row, revokedAt: this.#deps.clock.now() }
      return this.#store(revoked, { by, action: 'token.revoke', account, target: id })
    })
  }

  /** The token itself; that it was shown is in the audit log. `forbidden` for the holder of a token that this one is out of reach of. */
  show(account: AccountId, id: string, by: Actor, most: TokenScope = 'full'): Promise<IssuedToken | Fault> {
    return this.#onStored(account, id, async (row) => {
      const refused = this.#refusal(row, by, most)
      if (refused !== undefined) return refused
      await this.#deps.store.commit({
        guards: [],
        writes: [this.#audited({ by, action: 'token.show', account, target: id })],
      })
      return { info: infoOf(row), token: row.token }
    })
  }

  /** Stored in the background: a use that a crash forgets was the last one all the same. */
  #noteUse(id: string, at: EpochMs): void {
    this.#deps.store.commit({ guards: [], writes: [{ kind: 'token.used', id, at }] }).catch((error: unknown) => {
      this.#deps.log.warn({ error, token: id }, 'the last use of a partner token could not be stored')
    })
  }

  /** With the row as it is stored: its token is nowhere else. */
  #onStored<Outcome>(
    account: AccountId,
    id: string,
    work: (row: PartnerTokenRow) => Promise<Outcome | Fault>,
  ): Promise<Outcome | Fault> {
    return this.#changes.run(async () => {
      const owner = this.#deps.accounts.get(account)
      const info = this.#keys.get(id)
      if (owner?.deletedAt !== null || info?.account !== account) return NOT_FOUND
      const stored = await this.#deps.store.accounts.token(id)
      return stored === null ? NOT_FOUND : work({ ...stored, ...info })
    })
  }

  /** Stores a row that is there already. */
  async #store(row: PartnerTokenRow, entry: Entry): Promise<TokenInfo> {
    await this.#commit([row], entry)
    return infoOf(row)
  }

  /** Stores rows, and forgets those that there is no room for; not `ok` where the guard says that this was done before. */
  async #commit(
    rows: readonly [PartnerTokenRow, ...PartnerTokenRow[]],
    entry: Entry,
    first?: Guard,
  ): Promise<Committed> {
    const puts = rows.map((each): Write => ({ kind: 'token.put', row: each }))
    const removed = this.#removedWith(rows[0].account, rows)
    const guards = first === undefined ? [] : [first]
    const committed = await this.#deps.store.commit({ guards, writes: [...puts, ...removed, this.#audited(entry)] })
    if (!committed.ok) return committed
    for (const each of rows) this.#keys.keep(each)
    for (const { id } of removed) this.#keys.remove(id)
    return committed
  }

  /** What goes when these rows of an account are stored; none of themselves. */
  #removedWith(
    account: AccountId,
    rows: readonly PartnerTokenRow[],
  ): readonly Extract<Write, { kind: 'token.remove' }>[] {
    const stored = new Set(rows.map(({ id }) => id))
    const others = this.of(account).filter(({ id }) => !stored.has(id))
    return longOver(others, this.#deps.clock.now()).map(({ id }) => ({ kind: 'token.remove', account, id }))
  }

  #hasRoom(account: AccountId): boolean {
    return countInForce(this.of(account), this.#deps.clock.now()) < MOST_IN_FORCE
  }

  /** Why somebody is not given a token; the operator is given all of them. */
  #refusal(asked: TokenInfo, by: Actor, most: TokenScope): Fault | undefined {
    const id = tokenOf(by)
    if (id === undefined) return isScopeWithin(asked.scope, most) ? undefined : TOO_MUCH
    const caller = this.#keys.get(id)
    return caller !== undefined && isWithinReach(asked, caller) ? undefined : OUT_OF_REACH
  }

  #issue(row: PartnerTokenRow, by: Actor, first: Guard | undefined): Batch {
    return {
      guards: first === undefined ? [] : [first],
      writes: [{ kind: 'token.put', row }, this.#audited(audit(by, 'token.issue', row))],
    }
  }

  #draft(terms: NewToken): TokenDraft | Fault {
    const draft = draftToken(terms, this.#deps.clock.now(), this.#deps.random)
    // Whose it is, is not told.
    return !isFault(draft) && this.#keys.has(draft.token) ? TAKEN : draft
  }

  #audited({ by, action, ...of }: Entry): Write {
    return audited(by, this.#deps.clock.now(), action, of)
  }
}

/** A line of the audit log to be. */
interface Entry {
  readonly by: Actor
  readonly action: AuditAction
  readonly account: AccountId
  readonly target: string
  readonly details?: AuditEntry['details']
}

function isOverlap(overlapMs: number): boolean {
  return Number.isSafeInteger(overlapMs) && overlapMs >= 0 && overlapMs <= MOST_OVERLAP_MS
}

function repeated({ refusedBy, earlier }: Extract<Committed, { ok: false }>): Repeated {
  if (earlier === undefined) throw new Error(`a token was refused by ${refusedBy.kind}`)
  return { earlier }
}

function audit(by: Actor, action: AuditAction, row: PartnerTokenRow): Entry {
  return { by, action, account: row.account, target: row.id, details: { ...termsIn(row) } }
}
