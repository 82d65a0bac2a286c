import { AddressRanges } from '../lib/address-ranges.ts'
import type { Clock } from '../lib/clock.ts'
import { isSameSecret } from '../lib/same-secret.ts'
import type { Seal } from '../lib/seal.ts'
import type { AccountRow, PartnerTokenRow } from '../model/account.ts'
import type { AccountId, EpochMs } from '../model/ids.ts'
import type { Accounts } from './accounts.ts'

/** What may be shown of a token at any time. */
export type TokenInfo = Omit<PartnerTokenRow, 'token'>

/** Who calls with a partner token. */
export interface PartnerCaller {
  readonly account: AccountRow
  readonly token: TokenInfo
}

export interface TokenKeysDeps {
  readonly seal: Pick<Seal, 'hash'>
  readonly clock: Pick<Clock, 'now'>
  readonly accounts: Pick<Accounts, 'get'>
  /** Told of a use, at most once a minute for each token. */
  readonly used: (id: string, at: EpochMs) => void
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

/** How exactly the time of the last use is kept. */
const USE_EVERY_MS = 60_000

/** All partner tokens in memory: only as keyed hashes, but for the one that was found last. */
export class TokenKeys {
  readonly #deps: TokenKeysDeps
  readonly #byHash = new Map<string, Key>()
  readonly #byId = new Map<string, Key>()
  /** Calls mostly come in rows from one partner, and a comparison costs a fifth of a hash. Dropped with every change. */
  #last: { readonly token: string; readonly key: Key } | undefined

  constructor(deps: TokenKeysDeps) {
    this.#deps = deps
  }

  /** Neither comparing with the last one nor looking up a keyed hash takes longer for a near miss than for any other text. */
  find(token: string, address: () => string): PartnerCaller | undefined {
    const last = this.#last
    if (last !== undefined && isSameSecret(token, last.token)) return this.#admit(last.key, address)
    const key = this.#byHash.get(this.#deps.seal.hash(token))
    if (key === undefined) return undefined
    const caller = this.#admit(key, address)
    if (caller !== undefined) this.#last = { token, key }
    return caller
  }

  /** Whether some account has this token, or had it. */
  has(token: string): boolean {
    return this.#byHash.has(this.#deps.seal.hash(token))
  }

  /** Whether `find` would give somebody, from an address that the token allows; this is no use of it. */
  isInForce(token: string): boolean {
    const key = this.#byHash.get(this.#deps.seal.hash(token))
    return key !== undefined && this.#ownerOf(key, this.#deps.clock.now()) !== undefined
  }

  get(id: string): TokenInfo | undefined {
    return this.#byId.get(id)?.info
  }

  /** In the order they were issued. */
  of(account: AccountId): readonly TokenInfo[] {
    return [...this.#byId.values()].filter((key) => key.info.account === account).map((key) => key.info)
  }

  /** Adds a token, or takes over what changed of it; what was noted of its use meanwhile stays. */
  keep({ token, ...row }: PartnerTokenRow): void {
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

  /** These are all that there are. */
  keepOnly(rows: readonly PartnerTokenRow[]): void {
    const ids = new Set(rows.map(({ id }) => id))
    for (const id of [...this.#byId.keys()]) if (!ids.has(id)) this.remove(id)
    for (const row of rows) this.keep(row)
  }

  /** A token is removed. */
  remove(id: string): void {
    this.#last = undefined
    const key = this.#byId.get(id)
    this.#byId.delete(id)
    if (key !== undefined) this.#byHash.delete(key.hash)
  }

  /** An account is erased, and its tokens with it. */
  forget(account: AccountId): void {
    this.#last = undefined
    for (const [id, { hash, info }] of this.#byId) {
      if (info.account !== account) continue
      this.#byId.delete(id)
      this.#byHash.delete(hash)
    }
  }

  #admit(key: Key, address: () => string): PartnerCaller | undefined {
    const { info, allowed } = key
    const now = this.#deps.clock.now()
    const account = this.#ownerOf(key, now)
    if (account === undefined) return undefined
    if (allowed !== undefined && !allowed.has(address())) return undefined
    if (info.lastUsedAt === null || Math.abs(now - info.lastUsedAt) >= USE_EVERY_MS) {
      key.info = { ...info, lastUsedAt: now }
      key.caller = undefined
      this.#deps.used(info.id, now)
    }
    if (key.caller?.account !== account) key.caller = { account, token: key.info }
    return key.caller
  }

  /** Undefined where the token is over, or its account is deleted. */
  #ownerOf({ info }: Key, now: EpochMs): AccountRow | undefined {
    const account = isOver(info, now) ? undefined : this.#deps.accounts.get(info.account)
    return account?.deletedAt === null ? account : undefined
  }
}

/** Revoked, or past its end. */
export function isOver({ revokedAt, expiresAt }: Pick<TokenInfo, 'revokedAt' | 'expiresAt'>, now: EpochMs): boolean {
  return revokedAt !== null || (expiresAt !== null && now >= expiresAt)
}
