import type { Command } from 'commander'
import type { Context } from './context.ts'
import { AuditEntry, list, type AuditEntry as Entry } from './operator/answers.ts'
import { wholeNumber } from './operator/inputs.ts'
import { onServer, serverCommand } from './operator/server-command.ts'
import { table, type Column } from './operator/table.ts'
import { timeText } from './operator/words.ts'

const COLUMNS: readonly Column<Entry>[] = [
  { head: 'TIME', text: (entry) => timeText(entry.at) },
  { head: 'BY', text: (entry) => entry.actor },
  { head: 'ACTION', text: (entry) => entry.action },
  { head: 'ACCOUNT', text: (entry) => entry.accountId ?? '' },
  { head: 'TARGET', text: (entry) => entry.target },
  { head: 'DETAILS', text: ({ details }) => (Object.keys(details).length === 0 ? '' : JSON.stringify(details)) },
]

/** `jadegate audit`: who did what. */
export function addAuditCommand(program: Command, context: Context): void {
  serverCommand(program, 'audit', 'list who did what, newest first')
    .option('--account <id>', 'what was done to this account alone')
    .option('--limit <count>', 'at most so many', wholeNumber(1), 50)
    .action(
      onServer(context, async ({ api, show }, { account, limit }: { account?: string; limit: number }) => {
        const entries = await api.list('/audit', { accountId: account }, limit)
        show(entries, list(AuditEntry), ({ items }) => table(items, COLUMNS, 'Nothing was done yet.'))
      }),
    )
}
