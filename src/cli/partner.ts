import type { Command } from 'commander'
import type { Context } from './context.ts'
import { effectiveConfig } from './effective-config.ts'
import { startOrComplain } from './start-trouble.ts'

/** `jadegate partner`: the partner accounts of this data folder, and their tokens for whoever may read it. */
export function addPartnerCommand(program: Command, context: Context): void {
  program
    .command('partner')
    .description('list the partner accounts')
    .option('--show-tokens', "show their tokens in clear, and the operator's")
    .action(async (options: { readonly showTokens?: boolean }) => {
      const effective = effectiveConfig(context)
      if (effective === null) return
      const { config, log } = effective
      const { listPartners } = await import('../app.ts')
      const found = await startOrComplain(context, config.dataDir, () => listPartners(config, log))
      if (found === null) return
      const { partners, operatorToken } = found
      if (partners.length === 0)
        context.print(`No partner account yet in ${config.dataDir}: the first start of the server makes one.`)
      for (const { account, token } of partners) {
        const made = new Date(account.createdAt).toISOString()
        context.print(`${account.id}  ${account.name}  made ${made}  ${options.showTokens === true ? token : 'gac.…'}`)
      }
      if (options.showTokens === true && operatorToken !== undefined) context.print(`operator  ${operatorToken}`)
    })
}
