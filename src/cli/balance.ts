import type { Command } from 'commander'
import { Value } from 'typebox/value'
import type { Context } from './context.ts'
import { Added, Balance, Checked, LedgerPage, Usage, type Line, type Usage as UsageAnswer } from './operator/answers.ts'
import { currencyOf, moneyAboveZero, moneyNotZero, part, wholeNumber } from './operator/inputs.ts'
import { onServer, serverCommand } from './operator/server-command.ts'
import { facts, table, type Column } from './operator/table.ts'
import { moneyOrNoneText, moneyText, timeText } from './operator/words.ts'

interface LineOptions {
  readonly reason: string
  readonly key?: string
}

interface NewLine {
  readonly usage: string
  readonly description: string
  readonly kind: 'topUp' | 'refund' | 'correction'
  /** Minor units, as they go onto the ledger. */
  amount(text: string, currency: string): number
}

const NEW_LINES: readonly NewLine[] = [
  { usage: 'top-up', description: 'money came', kind: 'topUp', amount: moneyAboveZero },
  {
    usage: 'refund',
    description: 'money was given back: it leaves the balance',
    kind: 'refund',
    amount: (text, currency) => -moneyAboveZero(text, currency),
  },
  {
    usage: 'correct',
    description: 'put something right; an amount below zero lowers the balance',
    kind: 'correction',
    amount: moneyNotZero,
  },
]

/** `jadegate balance`: the money of an account and its ledger. Amounts are in major units, as `12.50`. */
export function addBalanceCommand(program: Command, context: Context): void {
  const group = program.command('balance').description('the money of an account; amounts as 12.50')
  serverCommand(group, 'show <account>', 'show the balance and what today costs').action(
    onServer(context, async ({ api, show }, account: string) => {
      show(await api.ask('GET', `/accounts/${part(account)}/balance`), Balance, describe)
    }),
  )
  for (const line of NEW_LINES) addNewLine(group, context, line)
  addLedger(group, context)
  addUsage(group, context)
  addCheck(group, context)
}

function addNewLine(group: Command, context: Context, line: NewLine): void {
  serverCommand(group, `${line.usage} <account> <amount>`, line.description)
    .requiredOption('--reason <text>', 'why; it stands on the ledger and on the statement')
    .option('--key <key>', 'done once for this key, however often it is repeated within a day')
    .action(
      onServer(context, async ({ api, show }, account: string, text: string, { reason, key }: LineOptions) => {
        const amount = line.amount(text, await currencyOf(api, account))
        const body = { kind: line.kind, amount, reason }
        show(await api.ask('POST', `/accounts/${part(account)}/ledger`, { body, key }), Added, (added) =>
          facts([['balance', moneyText(added.balance, added.currency)]]),
        )
      }),
    )
}

function addLedger(group: Command, context: Context): void {
  serverCommand(group, 'ledger <account>', 'list the lines of the ledger, newest first')
    .option('--month <month>', 'those of a month alone, like 2026-11')
    .option('--limit <count>', 'at most so many', wholeNumber(1), 1000)
    .action(
      onServer(context, async ({ api, show }, account: string, { month, limit }: { month?: string; limit: number }) => {
        const path = `/accounts/${part(account)}/ledger`
        show(await api.list(path, { month }, limit), LedgerPage, ({ items, next, currency }) => [
          ...table(items, columns(currency), 'No line.'),
          ...(next === null ? [] : ['… and older ones: --limit, --month']),
        ])
      }),
    )
}

function addUsage(group: Command, context: Context): void {
  serverCommand(group, 'usage <account>', 'show what the days of a month have cost')
    .option('--month <month>', 'like 2026-11; without it this month')
    .action(
      onServer(context, async ({ api, show }, account: string, { month }: { month?: string }) => {
        const answer = await api.ask('GET', `/accounts/${part(account)}/usage`, { query: { month } })
        show(answer, Usage, describeUsage)
      }),
    )
}

function addCheck(group: Command, context: Context): void {
  serverCommand(group, 'check <account>', 'look whether the balance is the sum of the ledger').action(
    onServer(context, async ({ api, show }, account: string) => {
      const answer = await api.ask('GET', `/accounts/${part(account)}/ledger/check`)
      if (!Value.Check(Checked, answer) || !answer.ok) context.setExitCode(1)
      show(answer, Checked, ({ ok, problems }) => (ok ? ['The ledger adds up.'] : problems))
    }),
  )
}

function columns(currency: string): readonly Column<Line>[] {
  return [
    { head: 'TIME', text: (line) => timeText(line.time) },
    { head: 'DAY', text: (line) => line.day },
    { head: 'KIND', text: (line) => line.kind },
    { head: 'AMOUNT', isNumber: true, text: (line) => moneyText(line.amount, currency) },
    { head: 'INSTANCE', text: (line) => (line.idInstance === null ? '' : String(line.idInstance)) },
    { head: 'BY', text: (line) => line.author },
    { head: 'REASON', text: (line) => line.reason },
  ]
}

function describe(answer: {
  readonly balance: number
  readonly currency: string
  readonly overdraftLimit: number | null
  readonly warnBelow: number | null
  readonly today: { readonly instances: number; readonly cost: number }
}): readonly string[] {
  const { balance, currency, overdraftLimit, warnBelow, today } = answer
  return facts([
    ['balance', moneyText(balance, currency)],
    ['overdraft', moneyOrNoneText(overdraftLimit, currency)],
    ['warn below', moneyOrNoneText(warnBelow, currency)],
    [
      'today',
      `${today.instances} ${today.instances === 1 ? 'instance' : 'instances'}, ${moneyText(today.cost, currency)}`,
    ],
  ])
}

function describeUsage({ month, currency, days, renewals, total }: UsageAnswer): readonly string[] {
  const lines = table(
    days,
    [
      { head: 'DAY', text: ({ day }) => day },
      { head: 'INSTANCES', isNumber: true, text: ({ instances }) => String(instances) },
      { head: 'COST', isNumber: true, text: ({ cost }) => moneyText(cost, currency) },
    ],
    `No day of ${month} has cost anything.`,
  )
  const more = renewals.count === 0 ? undefined : `${renewals.count}, ${moneyText(renewals.cost, currency)}`
  return [
    ...lines,
    '',
    ...facts([
      ['renewals', more],
      ['total', moneyText(total, currency)],
    ]),
  ]
}
