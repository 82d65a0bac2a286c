import type { Command } from 'commander'
import type { Context } from './context.ts'
import { list, Statement, StatementNow, type Statement as StatementAnswer } from './operator/answers.ts'
import { CommandTrouble } from './operator/command-trouble.ts'
import { part } from './operator/inputs.ts'
import { onServer, serverCommand } from './operator/server-command.ts'
import { facts, table, type Column } from './operator/table.ts'
import { moneyText } from './operator/words.ts'

interface ShowOptions {
  readonly csv?: true
  readonly html?: true
  readonly json?: true
}

const COLUMNS: readonly Column<StatementAnswer>[] = [
  { head: 'MONTH', text: (statement) => statement.month },
  { head: 'PLAN', text: (statement) => statement.plan },
  { head: 'OPENING', isNumber: true, text: ({ opening, currency }) => moneyText(opening, currency) },
  { head: 'CHARGED', isNumber: true, text: ({ charged, currency }) => moneyText(charged, currency) },
  { head: 'PAID', isNumber: true, text: ({ paid, currency }) => moneyText(paid, currency) },
  { head: 'CLOSING', isNumber: true, text: ({ closing, currency }) => moneyText(closing, currency) },
]

/** `jadegate statement`: the bills of an account by month. */
export function addStatementCommand(program: Command, context: Context): void {
  const group = program.command('statement').description('the statements of an account, by month')
  serverCommand(group, 'list <account>', 'list them, newest first').action(
    onServer(context, async ({ api, show }, account: string) => {
      const statements = await api.list(`/accounts/${part(account)}/statements`)
      show(statements, list(Statement), ({ items }) => table(items, COLUMNS, 'No statement yet.'))
    }),
  )
  serverCommand(group, 'show <account> <month>', 'show the statement of a month like 2026-11, or what it would be now')
    .option('--csv', 'as CSV, with a line for each instance and day')
    .option('--html', 'as a page that can be printed')
    .action(
      onServer(context, async ({ api, show, print }, account: string, month: string, options: ShowOptions) => {
        const path = `/accounts/${part(account)}/statements/${part(month)}`
        const form = formOf(options)
        if (form === undefined) show(await api.ask('GET', path), StatementNow, describe)
        else for await (const line of api.lines(`${path}/${form}`)) print(line)
      }),
    )
}

function formOf({ csv, html, json }: ShowOptions): 'csv' | 'page' | undefined {
  if ([csv, html, json].filter((wanted) => wanted === true).length > 1) {
    throw new CommandTrouble('--csv, --html and --json exclude each other.', 2)
  }
  if (csv === true) return 'csv'
  return html === true ? 'page' : undefined
}

function describe(statement: StatementAnswer & { readonly isFinal: boolean }): readonly string[] {
  const { currency } = statement
  return facts([
    ['month', `${statement.month}${statement.isFinal ? '' : ' (not closed yet)'}`],
    ['plan', statement.plan],
    ['opening', moneyText(statement.opening, currency)],
    ['charged', moneyText(statement.charged, currency)],
    ['paid', moneyText(statement.paid, currency)],
    ['closing', moneyText(statement.closing, currency)],
  ])
}
