import type { AccountId, EpochMs } from './ids.ts'

/**
 * What a person may do in an account. owner: everything. developer: instances, tokens and hooks, but neither money nor people. billing: money and
 * statements, and instances without secrets. viewer: looks at instances, without secrets and money.
 */
export const ROLES = ['owner', 'developer', 'billing', 'viewer'] as const
export type Role = (typeof ROLES)[number]

/** The languages that the console speaks. */
export const LANGUAGES = ['en', 'ru'] as const
export type Language = (typeof LANGUAGES)[number]

/** Somebody who signs in to the console. */
export interface PersonRow {
  readonly id: string
  /** In lower case; no two persons share one. */
  readonly email: string
  readonly name: string
  /** As `people/password.ts` writes it; it opens nothing by itself. */
  readonly passwordHash: string
  /** Sealed at rest; null where no second factor is asked for. */
  readonly totpSecret: string | null
  /** One that was shown and not confirmed by a code yet; sealed at rest. */
  readonly totpPending: string | null
  /** The newest step whose code was taken: none is taken twice. */
  readonly totpLastStep: number
  /** Keyed hashes of the codes that work once each where the phone is lost. */
  readonly recoveryHashes: readonly string[]
  /** May do everything in every account, and what runs the server. */
  readonly isOperator: boolean
  /** Null: whatever the browser asks for. */
  readonly language: Language | null
  readonly createdAt: EpochMs
  /** Neither signs in nor has sessions. */
  readonly disabledAt: EpochMs | null
  /** Rises with each change, so that of two changes at once one is refused. */
  readonly version: number
}

/** A person in an account. */
export interface MembershipRow {
  readonly person: string
  readonly account: AccountId
  readonly role: Role
}

/** A browser that a person signed in with. The token itself is not stored. */
export interface SessionRow {
  /** Names the session to people; no secret. */
  readonly id: string
  /** Keyed hash of the cookie's value. */
  readonly tokenHash: string
  readonly person: string
  readonly createdAt: EpochMs
  readonly seenAt: EpochMs
  readonly expiresAt: EpochMs
  readonly userAgent: string
  readonly address: string
}

/** What a one-time link is for. */
export const LINK_KINDS = ['invite', 'reset'] as const
export type LinkKind = (typeof LINK_KINDS)[number]

/** A one-time link. The token itself is not stored. */
export interface LinkRow {
  /** Names the link to people; no secret. */
  readonly id: string
  /** Keyed hash of what stands behind the `#`. */
  readonly tokenHash: string
  readonly kind: LinkKind
  /** Whom it was made for; empty for the very first operator's, who says it himself. */
  readonly email: string
  /** Of an invitation: into this account, as this; null for an operator's. */
  readonly account: AccountId | null
  readonly role: Role | null
  readonly isOperator: boolean
  /** As the audit log names whoever made it. */
  readonly createdBy: string
  readonly createdAt: EpochMs
  readonly expiresAt: EpochMs
}
