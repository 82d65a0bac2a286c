import Type from 'typebox'
import { Compile } from 'typebox/compile'
import type { Seal } from '../../lib/seal.ts'
import { LIFECYCLE_TYPES } from '../../model/account.ts'
import type { AccountHook, AccountRow, AuditEntry, LifecycleEvent, PartnerTokenRow } from '../../model/account.ts'
import type { Brand } from '../../model/brand.ts'
import type { AccountId } from '../../model/ids.ts'
import { integer, integerOrNull, json, text, textOrNull, word } from './columns.ts'
import { places, type Row } from './statement.ts'
import { tokenIn } from './stored-token.ts'
import { termsFromJson } from './terms-json.ts'

const Texts = Compile(Type.Array(Type.String()))
const Details = Compile(Type.Record(Type.String(), Type.Unknown()))

export const accountId = (row: Row, column = 'account_id'): AccountId => text(row, column) as AccountId

export function accountRow(row: Row): AccountRow {
  return {
    id: accountId(row, 'id'),
    kind: word(row, 'kind', ['personal', 'partner']),
    name: text(row, 'name'),
    createdAt: integer(row, 'created_at'),
    partnerSince: integerOrNull(row, 'partner_since'),
    suspendedAt: integerOrNull(row, 'suspended_at'),
    deletedAt: integerOrNull(row, 'deleted_at'),
    warnedAt: integerOrNull(row, 'warned_at'),
    terms: termsFromJson(text(row, 'terms'), text(row, 'currency')),
  }
}

export function partnerTokenRow(row: Row, seal: Seal): PartnerTokenRow {
  const account = accountId(row)
  return {
    id: text(row, 'id'),
    account,
    ...tokenIn({
      text: seal.open(text(row, 'token'), places.partnerToken(account)),
      scope: word(row, 'scope', ['full', 'read']),
    }),
    name: text(row, 'name'),
    createdAt: integer(row, 'created_at'),
    expiresAt: integerOrNull(row, 'expires_at'),
    revokedAt: integerOrNull(row, 'revoked_at'),
    allowFrom: json(row, 'allow_from', Texts),
    lastUsedAt: integerOrNull(row, 'last_used_at'),
    madeBy: textOrNull(row, 'made_by'),
  }
}

export function accountHook(row: Row, seal: Seal): AccountHook {
  const account = accountId(row)
  return {
    account,
    url: text(row, 'url'),
    secret: seal.open(text(row, 'secret'), places.hook(account)),
    createdAt: integer(row, 'created_at'),
  }
}

export function brand(row: Row): Brand {
  return {
    name: text(row, 'name'),
    color: textOrNull(row, 'color'),
    logo: textOrNull(row, 'logo'),
    supportText: text(row, 'support_text'),
    supportUrl: textOrNull(row, 'support_url'),
  }
}

export function auditEntry(row: Row): AuditEntry {
  return {
    seq: integer(row, 'seq'),
    at: integer(row, 'at'),
    actor: text(row, 'actor'),
    action: text(row, 'action'),
    account: textOrNull(row, 'account_id') as AccountId | null,
    target: text(row, 'target'),
    details: json(row, 'details', Details),
  }
}

export function lifecycleEvent(row: Row): LifecycleEvent {
  return {
    seq: integer(row, 'seq'),
    id: text(row, 'id'),
    account: accountId(row),
    type: word(row, 'type', LIFECYCLE_TYPES),
    body: text(row, 'body'),
    at: integer(row, 'at'),
    attempts: integer(row, 'attempts'),
    dueAt: integer(row, 'due_at'),
  }
}
