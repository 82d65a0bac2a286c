import Type from 'typebox'
import { defineRoute, type ApiRow } from '../api/route.ts'
import { pageSchema, PAGING } from '../api/paging.ts'
import { CSV_TYPE } from '../api/statement-csv.ts'
import { PAGE_TYPE } from '../api/statement-page.ts'
import { LANGUAGES } from '../api/statement-words.ts'
import {
  STATEMENT,
  STATEMENT_PAGE,
  statementCsvOf,
  statementList,
  statementOf,
  statementPageOf,
} from '../api/statements.ts'
import * as fields from './fields.ts'
import type { OperatorCaller } from './operator-door.ts'
import type { OperatorParts } from './operator-parts.ts'

const route = defineRoute<OperatorCaller>()

/** The statements of an account, exactly as its owner sees them. */
export function statementRoutes(parts: OperatorParts): readonly ApiRow<OperatorCaller>[] {
  const books = parts.business
  const common = { verb: 'GET', group: 'statements', scope: 'read' } as const
  const path = { ...fields.accountPath, month: Type.String({ minLength: 1, maxLength: 20 }) }
  return [
    route({
      ...common,
      at: '/accounts/{id}/statements',
      summary: 'Lists the statements of an account, newest first.',
      path: fields.accountPath,
      query: PAGING,
      answer: pageSchema(STATEMENT),
      handle: (_caller, { path: { id }, query }) =>
        fields.withBooks(parts, id, (account) => statementList(books, account, query)),
    }),
    route({
      ...common,
      at: '/accounts/{id}/statements/{month}',
      summary: 'Shows the statement of a month with its lines; of a month that is not closed, what it would be now.',
      path,
      query: PAGING,
      answer: STATEMENT_PAGE,
      handle: (_caller, { path: { id, month }, query }) =>
        fields.withBooks(parts, id, (account) => statementOf(books, account, { month, ...query })),
    }),
    route({
      ...common,
      at: '/accounts/{id}/statements/{month}/csv',
      summary: 'The lines of a statement as CSV, one for each instance and day.',
      path,
      answer: CSV_TYPE,
      handle: (_caller, { path: { id, month } }) =>
        fields.withBooks(parts, id, (account) => statementCsvOf(books, account, month)),
    }),
    route({
      ...common,
      at: '/accounts/{id}/statements/{month}/page',
      summary: 'A statement as a page that can be printed.',
      path,
      query: { lang: Type.Optional(Type.Enum([...LANGUAGES])) },
      answer: PAGE_TYPE,
      handle: (_caller, { path: { id, month }, query, language }) =>
        fields.withBooks(parts, id, (account) => statementPageOf(books, account, { month, ...query, language })),
    }),
  ]
}
