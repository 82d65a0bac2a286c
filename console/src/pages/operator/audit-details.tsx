import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Words } from '../../words/dictionaries.ts'
import { useFormat, type Format } from '../../words/format.ts'
import { useMoney, type Money } from '../../words/money.ts'
import { useWords } from '../../words/words.ts'
import type { Entry } from './audit-entry.ts'
import type { Names } from './names.ts'

const HOUR_MS = 3_600_000
/** Amounts in minor units of the currency that the entry or its account has. */
const MONEY: ReadonlySet<string> = new Set(['amount', 'overdraftLimit', 'warnBelow'])
const TIMES: ReadonlySet<string> = new Set(['expiresAt', 'paidUntil'])

interface Saying {
  readonly words: Words<'audit'>
  readonly format: Format
  readonly money: Money
  readonly currency: string | undefined
}

interface AuditDetailsProps {
  readonly entry: Entry
  readonly names: Names
}

/** What an entry says beside who did what: names of fields, and what they were and are. */
export function AuditDetails({ entry: { accountId, details }, names }: AuditDetailsProps): ReactNode {
  const words = useWords('audit')
  const format = useFormat()
  const money = useMoney()
  const { currency: told } = details
  const ofAccount = accountId === null ? undefined : names.currency(accountId)
  const saying = { words, format, money, currency: typeof told === 'string' ? told : ofAccount }
  const lines = Object.entries(details).flatMap(([field, value]) => linesOf(saying, field, value))
  if (lines.length === 0) return null
  return (
    <Text size="xs" c="dimmed" fw={400} style={{ overflowWrap: 'anywhere' }}>
      {lines.join(' · ')}
    </Text>
  )
}

function linesOf(saying: Saying, field: string, value: unknown): readonly string[] {
  const { words } = saying
  const name = words.fields[field] ?? field
  const change = changeIn(value)
  if (change !== null) {
    return [words.changed(name, textOf(saying, field, change.from), textOf(saying, field, change.to))]
  }
  if (isRecord(value)) return Object.entries(value).flatMap(([key, inner]) => linesOf(saying, key, inner))
  const isEmpty = value === null || value === '' || (Array.isArray(value) && value.length === 0)
  return isEmpty ? [] : [words.told(name, textOf(saying, field, value))]
}

function changeIn(value: unknown): { readonly from: unknown; readonly to: unknown } | null {
  if (!isRecord(value) || !('from' in value) || !('to' in value)) return null
  return { from: value['from'], to: value['to'] }
}

function textOf(saying: Saying, field: string, value: unknown): string {
  const { words } = saying
  if (value === null || value === undefined || value === '') return words.nothing
  if (typeof value === 'boolean') return value ? words.yes : words.no
  if (typeof value === 'number') return figureOf(saying, field, value)
  if (Array.isArray(value)) return value.length === 0 ? words.nothing : value.map(String).join(', ')
  return typeof value === 'string' ? (words.values[field]?.[value] ?? value) : JSON.stringify(value)
}

function figureOf({ words, format, money, currency }: Saying, field: string, value: number): string {
  if (MONEY.has(field) && currency !== undefined) return money.text(value, currency)
  if (TIMES.has(field)) return format.time(value)
  return field === 'overlapMs' ? words.hours(format.number(value / HOUR_MS)) : format.number(value)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
