import Type from 'typebox'
import { monthText } from '../../billing/month.ts'
import type { BookOwner, LedgerLine, StatementRow } from '../../model/account.ts'
import { isFault, type Fault } from '../../model/fault.ts'
import type { Ledger } from '../../partners/ledger.ts'
import type { Statement, Statements } from '../../partners/statements.ts'
import { isoTime } from './iso-time.ts'
import { LINE, linesPage, readMonth } from './ledger-views.ts'
import { pageSchema } from './paging.ts'
import { Download } from './route.ts'
import { CSV_TYPE, statementCsv } from './statement-csv.ts'
import { PAGE_HEADERS, PAGE_TYPE, statementPage } from './statement-page.ts'
import { languageOf } from './statement-words.ts'
import { pageOfAll } from './whole-list.ts'

const integer = Type.Integer()
const text = Type.String()

export const STATEMENT = Type.Object({
  month: text,
  currency: text,
  plan: Type.Enum(['prepaid', 'postpaid']),
  opening: integer,
  charged: integer,
  paid: integer,
  closing: integer,
  lineCount: integer,
  createdAt: text,
})
export const STATEMENT_PAGE = Type.Object({
  ...STATEMENT.properties,
  isFinal: Type.Boolean(),
  ...pageSchema(LINE).properties,
})

/** A statement without its lines; amounts in minor units, `charged` below zero. */
function statementView(row: StatementRow): object {
  const { month, currency, plan, opening, charged, paid, closing, lines, createdAt } = row
  const amounts = { opening, charged, paid, closing }
  return { month: monthText(month), currency, plan, ...amounts, lineCount: lines, createdAt: isoTime(createdAt) }
}

interface Books {
  readonly statements: Pick<Statements, 'list' | 'of' | 'lines'>
  readonly ledger: Pick<Ledger, 'lines'>
}

/** The frozen statements of an account, newest first. */
export async function statementList(
  { statements }: Books,
  account: BookOwner,
  asked: { readonly cursor?: string | undefined; readonly limit?: number | undefined } = {},
): Promise<object | Fault> {
  return pageOfAll('statements', await statements.list(account.id), asked, statementView)
}

/** A month's statement with a page of its lines; `isFinal` false: what it would be now. */
export async function statementOf(
  books: Books,
  account: BookOwner,
  asked: { readonly month: string; readonly cursor?: string | undefined; readonly limit?: number | undefined },
): Promise<object | Fault> {
  const statement = await find(books, account, asked.month)
  if (isFault(statement)) return statement
  const page = await linesPage(books.ledger, account, { ...asked, month: statement.month })
  return isFault(page) ? page : { ...statementView(statement), isFinal: statement.isFinal, ...page }
}

/** The lines of a month's statement as CSV. */
export async function statementCsvOf(books: Books, account: BookOwner, month: string): Promise<Download | Fault> {
  const statement = await find(books, account, month)
  if (isFault(statement)) return statement
  const chunks = statementCsv(statement.currency, linesOf(books, statement))
  return new Download(CSV_TYPE, chunks, `statement-${monthText(statement.month)}.csv`)
}

/** A month's statement as a page to print, in the language that was asked for, or that the reader prefers. */
export async function statementPageOf(
  books: Books,
  account: BookOwner,
  asked: { readonly month: string; readonly lang?: 'en' | 'ru' | undefined; readonly language: string },
): Promise<Download | Fault> {
  const statement = await find(books, account, asked.month)
  if (isFault(statement)) return statement
  const language = asked.lang ?? languageOf(asked.language)
  const chunks = statementPage({ statement, account, language, lines: linesOf(books, statement) })
  return new Download(PAGE_TYPE, chunks, undefined, PAGE_HEADERS)
}

async function find({ statements }: Books, account: BookOwner, given: string): Promise<Statement | Fault> {
  const month = readMonth(given)
  return isFault(month) ? month : statements.of(account.id, month)
}

function linesOf({ statements }: Books, { account, month }: StatementRow): AsyncIterable<readonly LedgerLine[]> {
  return statements.lines(account, month)
}
