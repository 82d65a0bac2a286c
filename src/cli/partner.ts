import type { Command } from 'commander'
import type { AccountRow, PartnerTokenRow } from '../model/account.ts'
import type { Context } from './context.ts'
import { effectiveConfig } from './effective-config.ts'
import { startOrComplain } from './start-trouble.ts'

/** `jadegate partner`: the partner tokens of this data folder and whose they are, in clear for whoever may read it. */
export function addPartnerCommand(program: Command, context: Context): void {
  program
    .command('partner')
    .description('list the partner accounts and their tokens')
    .option('--show-tokens', "show the tokens in clear, and the operator's")
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
      const isShown = options.showTokens === true
      for (const { account, token } of partners) context.print(lineOf(account, token, isShown))
      if (isShown && operatorToken !== undefined) context.print(`operator  ${operatorToken}`)
    })
}

/** The token comes last, so that it can be taken from the end of the line. */
function lineOf(account: AccountRow, token: PartnerTokenRow, isShown: boolean): string {
  const made = `made ${timeOf(account.createdAt)}`
  return [account.id, account.name, made, ...notesOf(account, token), isShown ? token.token : 'gac.…'].join('  ')
}

/** What is not as usual. */
function notesOf(account: AccountRow, { name, scope, revokedAt, expiresAt }: PartnerTokenRow): string[] {
  const notes: string[] = []
  if (account.deletedAt !== null) notes.push(`deleted ${timeOf(account.deletedAt)}`)
  else if (account.suspendedAt !== null) notes.push(`suspended ${timeOf(account.suspendedAt)}`)
  if (name !== '') notes.push(`token ${name}`)
  if (scope === 'read') notes.push('read only')
  if (scope === 'developer') notes.push('no money')
  if (revokedAt !== null) notes.push(`revoked ${timeOf(revokedAt)}`)
  else if (expiresAt !== null) notes.push(`until ${timeOf(expiresAt)}`)
  return notes
}

function timeOf(at: number): string {
  return new Date(at).toISOString()
}
