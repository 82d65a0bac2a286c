import type { Command } from 'commander'
import type { Context } from './context.ts'
import { Billing } from './operator/answers.ts'
import { onServer, serverCommand } from './operator/server-command.ts'
import { facts } from './operator/table.ts'

/** `jadegate billing`: how far the daily charge has come. */
export function addBillingCommand(program: Command, context: Context): void {
  const group = program.command('billing').description('the daily charge and the closing of months')
  serverCommand(group, 'status', 'show how far they have come').action(
    onServer(context, async ({ api, show }) => {
      show(await api.ask('GET', '/billing'), Billing, describe)
    }),
  )
  serverCommand(group, 'run', 'do now what is due; nothing is ever charged twice').action(
    onServer(context, async ({ api, show }) => {
      show(await api.ask('POST', '/billing/run', { body: {} }), Billing, describe)
    }),
  )
}

function describe(billing: {
  readonly today: string
  readonly chargedUpTo: string | null
  readonly closedUpTo: string | null
}): readonly string[] {
  return facts([
    ['today', billing.today],
    ['charged up to', billing.chargedUpTo ?? 'nothing yet'],
    ['months closed up to', billing.closedUpTo ?? 'none yet'],
  ])
}
