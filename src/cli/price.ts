import type { Command } from 'commander'
import type { Context } from './context.ts'
import { list, Price, type Price as PriceAnswer } from './operator/answers.ts'
import { CommandTrouble } from './operator/command-trouble.ts'
import { currencyOf, given, money } from './operator/inputs.ts'
import type { OperatorApi } from './operator/operator-api.ts'
import { onServer, serverCommand } from './operator/server-command.ts'
import { table, type Column } from './operator/table.ts'
import { moneyText } from './operator/words.ts'

interface PriceOptions {
  readonly from: string
  readonly currency?: string
  readonly account?: string
}

const COLUMNS: readonly Column<PriceAnswer>[] = [
  { head: 'TARIFF', text: (price) => price.tariff },
  { head: 'ACCOUNT', text: (price) => price.accountId ?? 'every' },
  { head: 'FROM', text: (price) => price.from },
  { head: 'PRICE', isNumber: true, text: (price) => moneyText(price.amount, price.currency) },
]

/** `jadegate price`: what a day, or 30 days ahead, of each tariff cost. */
export function addPriceCommand(program: Command, context: Context): void {
  const group = program.command('price').description('prices of the tariffs: of a day, or of 30 days ahead')
  serverCommand(group, 'list', 'list the prices, past and to come').action(
    onServer(context, async ({ api, show }) => {
      show(await api.list('/prices'), list(Price), ({ items }) =>
        table(items, COLUMNS, 'No price: nothing is charged.'),
      )
    }),
  )
  serverCommand(group, 'set <tariff> <amount>', 'set a price from a day on; days that have begun keep theirs')
    .requiredOption('--from <day>', 'the first day that it holds for, like 2026-12-01; days begin at 00:00 UTC+3')
    .option('--currency <code>', 'ISO 4217; without it that of the account')
    .option('--account <id>', 'for this account alone, before the general price')
    .action(
      onServer(context, async ({ api, show }, tariff: string, amount: string, options: PriceOptions) => {
        const currency = await currencyFor(api, options)
        const { from, account } = options
        const body = { tariff, ...given({ accountId: account }), currency, from, amount: money(amount, currency) }
        show(await api.ask('PUT', '/prices', { body }), Price, (price) => table([price], COLUMNS, ''))
      }),
    )
  addRemove(group, context)
}

function addRemove(group: Command, context: Context): void {
  serverCommand(group, 'remove <tariff>', 'remove a price of a day that has not begun')
    .requiredOption('--from <day>', 'the first day that it was to hold for')
    .option('--currency <code>', 'ISO 4217; without it that of the account')
    .option('--account <id>', 'that of this account, not the general price')
    .action(
      onServer(context, async ({ api, show }, tariff: string, options: PriceOptions) => {
        const { from, account } = options
        const query = { tariff, accountId: account, currency: await currencyFor(api, options), from }
        show(await api.ask('DELETE', '/prices', { query }), Price, (price) => [
          'Removed:',
          ...table([price], COLUMNS, ''),
        ])
      }),
    )
}

function currencyFor(api: OperatorApi, { currency, account }: PriceOptions): Promise<string> {
  if (currency !== undefined) return Promise.resolve(currency)
  if (account !== undefined) return currencyOf(api, account)
  throw new CommandTrouble('A price for every account needs --currency.', 2)
}
