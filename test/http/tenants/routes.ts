import assert from 'node:assert/strict'
import type { TProperties } from 'typebox'
import type { ApiRow } from '../../../src/http/api/route.ts'
import { describedRows } from '../../../src/http/console/console-api.ts'
import { consoleRows } from '../../../src/http/console/console-rows.ts'
import { peopleRows } from '../../../src/http/console/people-api.ts'
import { operatorRows } from '../../../src/http/operator/operator-api.ts'
import { partnerApiRows } from '../../../src/http/partner-api/partner-api.ts'

// Handlers are not called: what is looked at is what the rows say of themselves.
type PartnerDeps = Parameters<typeof partnerApiRows>[0]
type OperatorDeps = Parameters<typeof operatorRows>[0]
type ConsoleDeps = Parameters<typeof consoleRows>[0]
type PeopleDeps = Parameters<typeof peopleRows>[0]
const NOTHING = { business: {}, people: {}, instances: {}, clock: {}, methods: [], delayMinMs: 500 }

/** What tests look at of a row of an API of our own. */
export type Row = Pick<
  ApiRow<never>,
  'verb' | 'at' | 'group' | 'scope' | 'path' | 'query' | 'body' | 'answer' | 'created' | 'idempotent'
>

export const PARTNER_ROWS: readonly Row[] = partnerApiRows(NOTHING as unknown as PartnerDeps)
export const OPERATOR_ROWS: readonly Row[] = operatorRows(NOTHING as unknown as OperatorDeps)

export const CONSOLE_ROWS = consoleRows(NOTHING as unknown as ConsoleDeps)
const PEOPLE_ROWS = peopleRows(NOTHING as unknown as PeopleDeps)
/** All that is below `/api/console`, as the reference lists it. */
export const LISTED_OF_CONSOLE: readonly Pick<Row, 'verb' | 'at'>[] = [
  ...PEOPLE_ROWS.open,
  ...PEOPLE_ROWS.own,
  ...describedRows(CONSOLE_ROWS),
]

export function nameOf({ verb, at }: Row): string {
  return `${verb} ${at}`
}

/** The path with a value for each name in braces; a name for which there is none fails the test. */
export function pathWith(row: Row, values: RowCall['path']): string {
  return row.at.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name]
    assert.ok(value !== undefined, `${nameOf(row)}: say what '${name}' is, and what it is of another account`)
    return encodeURIComponent(String(value))
  })
}

export function fieldsOf(schema: { readonly properties: TProperties }): readonly string[] {
  return Object.keys(schema.properties)
}

export type Scalar = string | number

/** A call of a row: its values by the place where each stands. */
export interface RowCall {
  readonly path: Readonly<Record<string, Scalar | undefined>>
  readonly query: Readonly<Record<string, Scalar>>
  readonly body: Readonly<Record<string, unknown>>
}

/** The path with its query. */
export function urlOf(row: Row, call: RowCall): string {
  const query = Object.entries(call.query).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
  return pathWith(row, call.path) + (query.length === 0 ? '' : `?${query.join('&')}`)
}

/** The same call with another value in one place, for each place that it has. A body's places are all its leaves. */
export function withInEachPlace(row: Row, call: RowCall, value: Scalar): readonly RowCall[] {
  return [
    ...fieldsOf(row.path).map((name) => ({ ...call, path: { ...call.path, [name]: value } })),
    ...fieldsOf(row.query).map((name) => ({ ...call, query: { ...call.query, [name]: value } })),
    ...withInEachLeaf(call.body, value).map((body) => ({ ...call, body: body as RowCall['body'] })),
  ]
}

/** Copies of a JSON value, each with another leaf replaced. */
export function withInEachLeaf(json: unknown, value: unknown): readonly unknown[] {
  if (Array.isArray(json)) {
    const items: unknown[] = json
    return items.flatMap((item, index) => withInEachLeaf(item, value).map((other) => items.with(index, other)))
  }
  if (typeof json !== 'object' || json === null) return [value]
  return Object.entries(json).flatMap(([name, part]) =>
    withInEachLeaf(part, value).map((other) => ({ ...json, [name]: other })),
  )
}
