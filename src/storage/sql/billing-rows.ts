import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { LEDGER_KINDS, TARIFF_PLANS } from '../../model/account.ts'
import type { DayTotal, LedgerLine, PriceRow, StatementRow, Tariff } from '../../model/account.ts'
import type { AccountId, InstanceId } from '../../model/ids.ts'
import { accountId } from './account-rows.ts'
import { integer, integerOrNull, json, text, word } from './columns.ts'
import type { Row } from './statement.ts'

const Calls = Compile(Type.Record(Type.String(), Type.Integer()))

export function tariff(row: Row): Tariff {
  return {
    name: text(row, 'name'),
    plan: word(row, 'plan', TARIFF_PLANS),
    correspondents: integerOrNull(row, 'correspondents'),
    calls: new Map(Object.entries(json(row, 'calls', Calls))),
    instances: integerOrNull(row, 'instances'),
  }
}

export function priceRow(row: Row): PriceRow {
  const account = text(row, 'account_id')
  return {
    tariff: text(row, 'tariff'),
    account: account === '' ? null : (account as AccountId),
    currency: text(row, 'currency'),
    fromDay: integer(row, 'from_day'),
    amount: integer(row, 'amount'),
  }
}

export function ledgerLine(row: Row): LedgerLine {
  return {
    seq: integer(row, 'seq'),
    account: accountId(row),
    at: integer(row, 'at'),
    kind: word(row, 'kind', LEDGER_KINDS),
    amount: integer(row, 'amount'),
    instance: integerOrNull(row, 'instance_id') as InstanceId | null,
    day: integer(row, 'day'),
    month: integer(row, 'month'),
    reason: text(row, 'reason'),
    author: text(row, 'author'),
  }
}

export function dayTotal(row: Row): DayTotal {
  return {
    day: integer(row, 'day'),
    month: integer(row, 'month'),
    kind: word(row, 'kind', LEDGER_KINDS),
    amount: integer(row, 'amount'),
    lines: integer(row, 'lines'),
  }
}

export function statementRow(row: Row): StatementRow {
  return {
    account: accountId(row),
    month: integer(row, 'month'),
    currency: text(row, 'currency'),
    plan: word(row, 'plan', ['prepaid', 'postpaid']),
    charged: integer(row, 'charged'),
    paid: integer(row, 'paid'),
    lines: integer(row, 'lines'),
    opening: integer(row, 'opening'),
    closing: integer(row, 'closing'),
    createdAt: integer(row, 'created_at'),
  }
}
