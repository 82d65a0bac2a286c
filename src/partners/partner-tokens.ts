import { AddressRanges } from '../lib/address-ranges.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Random } from '../lib/random.ts'
import { isSameSecret } from '../lib/same-secret.ts'
import type { Seal } from '../lib/seal.ts'
import { Serial } from '../lib/serial.ts'
import type { AccountRow, AuditEntry, PartnerTokenRow } from '../model/account.ts'
import { fault, isFault, type Fault } from '../model/fault.ts'
import type { AccountId, EpochMs } from '../model/ids.ts'
import type { Store, Write } from '../storage/store.ts'
import { differences } from './account-terms.ts'
import type { Accounts, Beside } from './accounts.ts'
import type { Actor } from './actor.ts'
import { audited } from './audit-log.ts'
import { tokenTermsOf, tokenTextFault, type KeptTerms, type TokenTerms } from './token-terms.ts'

export type { TokenTerms }

/** What may be shown of a token at any time. */
export type TokenInfo = Omit<PartnerTokenRow, 'token'>

export interface IssuedToken {
  readonly info: TokenInfo
  /** Shown once. */
  readonly token: string
}

/** The terms of a token to be, and its text where it is chosen and not drawn. */
export type NewToken = TokenTerms & { readonly token?: string }

/** Who calls with a partner token. */
export interface PartnerCaller {
  readonly account: AccountRow
  readonly token: TokenInfo
}

export interface PartnerTokensDeps {
  readonly store: Pick<Store, 'commit' | 'accounts'>
  readonly seal: Pick<Seal, 'hash'>
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly accounts: Pick<Accounts, 'get' | 'onErased'>
}

/** A token as memory keeps it. */
interface Key {
  readonly hash: string
  info: TokenInfo
  /** Undefined: it works from anywhere. */
  allowed: AddressRanges | undefined
  /** What `find` gave last, so that it need not be made for each call. */
  caller: PartnerCaller | undefined
}

const TOKEN_BYTES = 23
const ID_BYTES = 8
/** How exactly the time of the last use is kept. */
const USE_EVERY_MS = 60_000
const MOST_OVERLAP_MS = 366 * 86_400_000

const NO_ACCOUNT = fault('notFound', 'There is no such account')
const NO_TOKEN = fault('notFound', 'There is no such token')
const NO_PARTNER = fault('conflict', 'Only partner accounts have tokens')
const TAKEN = fault('conflict', "This token can't be had; choose another one")
const OVER = fault('conflict', 'The token is revoked or has expired')

/** Partner tokens, which memory keeps only as keyed hashes, but for the one that was found last. Every change is in the audit log of the same batch. */
export class PartnerTokens {
  readonly #deps: PartnerTokensDeps
  readonly #byHash = new Map<string, Key>()
  readonly #byId = new Map<string, Key>()
  readonly #changes = new Serial()
  /** Calls mostly come in rows from one partner, and a comparison costs a fifth of a hash. Dropped with every change. */
  #last: { readonly token: string; readonly key: Key } | undefined

  private constructor(deps: PartnerTokensDeps) {
    this.#deps = deps
    deps.accounts.onErased((account) => this.#forget(account))
  }

  static async open(deps: PartnerTokensDeps): Promise<PartnerTokens> {
    const tokens = new PartnerTokens(deps)
    for (const row of await deps.store.accounts.tokens()) tokens.#keep(row)
    return tokens
  }

  /**
   * Whose token this is. Undefined for an unknown, expired or revoked one, for one of a deleted account, and for one that is used from an
   * address that it does not allow; a caller can't tell these apart. `address` is asked for only where the token has such a list.
   * Neither comparing with the last one nor looking up a keyed hash takes longer for a near miss than for any other text.
   */
  find(token: string, address: () => string): PartnerCaller | undefined {
    const last = this.#last
    if (last !== undefined && isSameSecret(token, last.token)) return this.#admit(last.key, address)
    const key = this.#byHash.get(this.#deps.seal.hash(token))
    if (key === undefined) return undefined
    const caller = this.#admit(key, address)
    if (caller !== undefined) this.#last = { token, key }
    return caller
  }

  /** In the order they were issued; those that are over too. */
  of(account: AccountId): readonly TokenInfo[] {
    return [...this.#byId.values()].filter((key) => key.info.account === account).map((key) => key.info)
  }

  issue(account: AccountId, terms: NewToken, by: Actor): Promise<IssuedToken | Fault> {
    return this.#changes.run(async () => {
      const owner = this.#deps.accounts.get(account)
      if (owner === undefined || owner.deletedAt !== null) return NO_ACCOUNT
      if (owner.kind !== 'partner') return NO_PARTNER
      const draft = this.#draft(terms)
      if (isFault(draft)) return draft
      return this.#store({ ...draft, account }, audit(by, 'token.issue', { ...draft, account }))
    })
  }

  /** Makes a partner account, or makes one a partner account, in one batch with its first token: `make` stores what it is given beside. */
  issueWith(
    terms: NewToken,
    by: Actor,
    make: (beside: Beside) => Promise<AccountRow | Fault>,
  ): Promise<{ readonly account: AccountRow; readonly issued: IssuedToken } | Fault> {
    return this.#changes.run(async () => {
      const draft = this.#draft(terms)
      if (isFault(draft)) return draft
      const account = await make(({ id }) => {
        const row = { ...draft, account: id }
        return [{ kind: 'token.put', row }, this.#audited(audit(by, 'token.issue', row))]
      })
      if (isFault(account)) return account
      const { token, ...info } = { ...draft, account: account.id }
      this.#keep({ ...info, token })
      return { account, issued: { info, token } }
    })
  }

  /** `conflict` for a revoked one; one that has expired may be given a later end. */
  change(account: AccountId, id: string, terms: TokenTerms, by: Actor): Promise<TokenInfo | Fault> {
    return this.#onStored(account, id, async (row) => {
      if (row.revokedAt !== null) return OVER
      const kept = tokenTermsOf(terms, this.#deps.clock.now(), row)
      if (isFault(kept)) return kept
      const details = differences(termsIn(row), kept)
      if (Object.keys(details).length === 0) return infoOf(row)
      return (await this.#store({ ...row, ...kept }, { by, action: 'token.change', account, target: id, details })).info
    })
  }

  /** A new token with the same terms; the old one goes on for `overlapMs`, or to its own end where that comes before. */
  rotate(account: AccountId, id: string, overlapMs: number, by: Actor): Promise<IssuedToken | Fault> {
    return this.#onStored(account, id, async (old) => {
      if (!(Number.isSafeInteger(overlapMs) && overlapMs >= 0 && overlapMs <= MOST_OVERLAP_MS))
        return fault('invalid', 'the overlap must be a whole number of milliseconds, at most a year')
      const now = this.#deps.clock.now()
      if (isOver(old, now)) return OVER
      const draft = { ...this.#draw(this.#newToken(), now), ...termsIn(old), account }
      const ends = Math.min(old.expiresAt ?? Infinity, now + overlapMs)
      // Without an overlap it is over for good, even for a clock that is set back.
      const ended = overlapMs === 0 ? { ...old, revokedAt: now } : { ...old, expiresAt: ends }
      const details = { newToken: draft.id, overlapMs }
      return this.#store(draft, { by, action: 'token.rotate', account, target: id, details }, ended)
    })
  }

  /** One that is revoked already stays as it is. */
  revoke(account: AccountId, id: string, by: Actor): Promise<TokenInfo | Fault> {
    return this.#onStored(account, id, async (row) => {
      if (row.revokedAt !== null) return infoOf(row)
      const revoked = { ...row, revokedAt: this.#deps.clock.now() }
      return (await this.#store(revoked, { by, action: 'token.revoke', account, target: id })).info
    })
  }

  /** The token itself; that it was shown is in the audit log. */
  show(account: AccountId, id: string, by: Actor): Promise<IssuedToken | Fault> {
    return this.#onStored(account, id, async (row) => {
      await this.#deps.store.commit({
        guards: [],
        writes: [this.#audited({ by, action: 'token.show', account, target: id })],
      })
      return { info: infoOf(row), token: row.token }
    })
  }

  #admit(key: Key, address: () => string): PartnerCaller | undefined {
    const { info, allowed } = key
    const now = this.#deps.clock.now()
    if (isOver(info, now)) return undefined
    const account = this.#deps.accounts.get(info.account)
    if (account === undefined || account.deletedAt !== null) return undefined
    if (allowed !== undefined && !allowed.has(address())) return undefined
    if (info.lastUsedAt === null || Math.abs(now - info.lastUsedAt) >= USE_EVERY_MS) this.#noteUse(key, now)
    if (key.caller?.account !== account) key.caller = { account, token: key.info }
    return key.caller
  }

  /** Stored in the background: a use that a crash forgets was the last one all the same. */
  #noteUse(key: Key, at: EpochMs): void {
    const { id } = key.info
    key.info = { ...key.info, lastUsedAt: at }
    key.caller = undefined
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
      const info = this.#byId.get(id)?.info
      if (owner === undefined || owner.deletedAt !== null) return NO_ACCOUNT
      if (info?.account !== account) return NO_TOKEN
      const stored = (await this.#deps.store.accounts.tokens()).find((row) => row.id === id)
      return stored === undefined ? NO_TOKEN : work({ ...stored, ...info })
    })
  }

  /** Stores a row, and with it another one that it takes the place of. */
  async #store(row: PartnerTokenRow, entry: Entry, replaced?: PartnerTokenRow): Promise<IssuedToken> {
    const rows = replaced === undefined ? [row] : [row, replaced]
    const puts = rows.map((each): Write => ({ kind: 'token.put', row: each }))
    await this.#deps.store.commit({ guards: [], writes: [...puts, this.#audited(entry)] })
    for (const each of rows) this.#keep(each)
    return { info: infoOf(row), token: row.token }
  }

  #draft(terms: NewToken): Draft | Fault {
    const now = this.#deps.clock.now()
    const kept = tokenTermsOf(terms, now)
    if (isFault(kept)) return kept
    const token = terms.token ?? this.#newToken()
    const trouble = tokenTextFault(token)
    if (trouble !== null) return trouble
    // Whose it is, is not told.
    if (this.#byHash.has(this.#deps.seal.hash(token))) return TAKEN
    return { ...this.#draw(token, now), ...kept }
  }

  #newToken(): string {
    return `gac.${this.#deps.random.bytes(TOKEN_BYTES).toString('hex')}`
  }

  #draw(token: string, createdAt: EpochMs): Omit<Draft, keyof KeptTerms> {
    const id = this.#deps.random.bytes(ID_BYTES).toString('hex')
    return { id, token, createdAt, revokedAt: null, lastUsedAt: null }
  }

  #audited({ by, action, ...of }: Entry): Write {
    return audited(by, this.#deps.clock.now(), action, of)
  }

  /** What is used meanwhile is not forgotten by a change that began before. */
  #keep({ token, ...row }: PartnerTokenRow): void {
    this.#last = undefined
    const known = this.#byId.get(row.id)
    const allowed = row.allowFrom.length === 0 ? undefined : new AddressRanges(row.allowFrom)
    if (known !== undefined) {
      known.info = { ...row, lastUsedAt: known.info.lastUsedAt }
      known.allowed = allowed
      known.caller = undefined
      return
    }
    const key: Key = { hash: this.#deps.seal.hash(token), info: row, allowed, caller: undefined }
    this.#byHash.set(key.hash, key)
    this.#byId.set(row.id, key)
  }

  #forget(account: AccountId): void {
    this.#last = undefined
    for (const [id, { hash, info }] of this.#byId) {
      if (info.account !== account) continue
      this.#byId.delete(id)
      this.#byHash.delete(hash)
    }
  }
}

type Draft = Omit<PartnerTokenRow, 'account'>

/** A line of the audit log to be. */
interface Entry {
  readonly by: Actor
  readonly action: string
  readonly account: AccountId
  readonly target: string
  readonly details?: AuditEntry['details']
}

function audit(by: Actor, action: string, row: PartnerTokenRow): Entry {
  return { by, action, account: row.account, target: row.id, details: { ...termsIn(row) } }
}

function termsIn({ name, scope, expiresAt, allowFrom }: KeptTerms): KeptTerms {
  return { name, scope, expiresAt, allowFrom }
}

function infoOf({ token: _, ...info }: PartnerTokenRow): TokenInfo {
  return info
}

function isOver({ revokedAt, expiresAt }: Pick<PartnerTokenRow, 'revokedAt' | 'expiresAt'>, now: EpochMs): boolean {
  return revokedAt !== null || (expiresAt !== null && now >= expiresAt)
}
