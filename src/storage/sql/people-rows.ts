import Type from 'typebox'
import { Compile } from 'typebox/compile'
import type { Seal } from '../../lib/seal.ts'
import type { AccountId } from '../../model/ids.ts'
import {
  LANGUAGES,
  LINK_KINDS,
  ROLES,
  type LinkRow,
  type MembershipRow,
  type PersonRow,
  type SessionRow,
} from '../../model/person.ts'
import { accountId } from './account-rows.ts'
import { integer, integerOrNull, json, text, textOrNull, word } from './columns.ts'
import { places, type Row } from './statement.ts'

const Texts = Compile(Type.Array(Type.String()))

export function personRow(row: Row, seal: Seal): PersonRow {
  const id = text(row, 'id')
  return {
    id,
    email: text(row, 'email'),
    name: text(row, 'name'),
    passwordHash: text(row, 'password_hash'),
    totpSecret: opened(row, 'totp_secret', id, seal),
    totpPending: opened(row, 'totp_pending', id, seal),
    totpLastStep: integer(row, 'totp_last_step'),
    recoveryHashes: json(row, 'recovery_hashes', Texts),
    isOperator: integer(row, 'is_operator') === 1,
    language: row['language'] === null ? null : word(row, 'language', LANGUAGES),
    createdAt: integer(row, 'created_at'),
    disabledAt: integerOrNull(row, 'disabled_at'),
    version: integer(row, 'version'),
  }
}

export function membershipRow(row: Row): MembershipRow {
  return { person: text(row, 'person_id'), account: accountId(row), role: word(row, 'role', ROLES) }
}

export function sessionRow(row: Row): SessionRow {
  return {
    id: text(row, 'session_id'),
    tokenHash: text(row, 'token_hash'),
    person: text(row, 'person_id'),
    createdAt: integer(row, 'opened_at'),
    seenAt: integer(row, 'seen_at'),
    expiresAt: integer(row, 'expires_at'),
    userAgent: text(row, 'user_agent'),
    address: text(row, 'address'),
  }
}

export function linkRow(row: Row): LinkRow {
  return {
    id: text(row, 'id'),
    tokenHash: text(row, 'token_hash'),
    kind: word(row, 'kind', LINK_KINDS),
    email: text(row, 'email'),
    account: textOrNull(row, 'account_id') as AccountId | null,
    role: row['role'] === null ? null : word(row, 'role', ROLES),
    isOperator: integer(row, 'is_operator') === 1,
    createdBy: text(row, 'created_by'),
    createdAt: integer(row, 'created_at'),
    expiresAt: integer(row, 'expires_at'),
  }
}

function opened(row: Row, column: string, person: string, seal: Seal): string | null {
  const sealed = textOrNull(row, column)
  return sealed === null ? null : seal.open(sealed, places.totpSecret(person))
}
