import type { Command } from 'commander'
import type { Context } from './context.ts'
import { effectiveConfig } from './effective-config.ts'

/** `jadegate partner`: the partner accounts of this data folder, and their tokens for whoever may read it. */
export function addPartnerCommand(program: Command, context: Context): void {
  program
    .command('partner')
    .description('list the partner accounts')
    .option('--show-tokens', 'show their tokens in clear')
    .action(async (options: { readonly showTokens?: boolean }) => {
      const effective = effectiveConfig(context)
      if (effective === null) return
      const { listPartners } = await import('../app.ts')
      const partners = await listPartners(effective.config, effective.log)
      if (partners.length === 0) context.print('No partner account yet: the first start of the server makes one.')
      for (const { account, token } of partners) {
        const made = new Date(account.createdAt).toISOString()
        context.print(`${account.id}  ${account.name}  made ${made}  ${options.showTokens === true ? token : 'gac.…'}`)
      }
    })
}
