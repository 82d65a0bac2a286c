import type { Command } from 'commander'
import type { Context } from './context.ts'
import { Account, AuditEntry, list, type AuditEntry as Entry } from './operator/answers.ts'
import { detailTexts, needsCurrency } from './operator/audit-details.ts'
import { wholeNumber } from './operator/inputs.ts'
import { understood, type OperatorApi } from './operator/operator-api.ts'
import { onServer, serverCommand } from './operator/server-command.ts'
import { table, type Column } from './operator/table.ts'
import { timeText } from './operator/words.ts'

const COLUMNS: readonly Column<Entry & { readonly told: string }>[] = [
  { head: 'TIME', text: (entry) => timeText(entry.at) },
  { head: 'BY', text: (entry) => entry.actor },
  { head: 'ACTION', text: (entry) => entry.action },
  { head: 'ACCOUNT', text: (entry) => entry.accountId ?? '' },
  { head: 'TARGET', text: (entry) => entry.target },
  { head: 'DETAILS', text: (entry) => entry.told },
]

/** `jadegate audit`: who did what. */
export function addAuditCommand(program: Command, context: Context): void {
  serverCommand(program, 'audit', 'list who did what, newest first')
    .option('--account <id>', 'what was done to this account alone')
    .option('--limit <count>', 'at most so many', wholeNumber(1), 50)
    .action(
      onServer(context, async ({ api, isJson, show }, { account, limit }: { account?: string; limit: number }) => {
        const entries = await api.list('/audit', { accountId: account }, limit)
        const currencies = isJson
          ? NO_CURRENCIES
          : await currenciesFor(api, understood(entries, list(AuditEntry)).items)
        show(entries, list(AuditEntry), ({ items }) => {
          const told = detailTexts(items, currencies)
          const rows = items.map((entry, index) => ({ ...entry, told: told[index] ?? '' }))
          return table(rows, COLUMNS, 'Nothing was done yet.')
        })
      }),
    )
}

const NO_CURRENCIES: ReadonlyMap<string, string> = new Map()

/** Of the accounts whose amounts say nothing by themselves; erased ones are not known any more. */
async function currenciesFor(api: OperatorApi, entries: readonly Entry[]): Promise<ReadonlyMap<string, string>> {
  if (!entries.some(needsCurrency)) return NO_CURRENCIES
  const found = await Promise.all([api.list('/accounts'), api.list('/accounts', { deleted: true })])
  const accounts = found.flatMap((page) => understood(page, list(Account)).items)
  return new Map(accounts.map(({ id, terms }) => [id, terms.currency]))
}
