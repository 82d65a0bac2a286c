import type { Command } from 'commander'
import type { Context } from './context.ts'
import { Issued, list, Token, type Token as TokenAnswer } from './operator/answers.ts'
import { CommandTrouble } from './operator/command-trouble.ts'
import {
  commaList,
  demandChange,
  given,
  momentOrNone,
  nullForNone,
  part,
  wholeNumber,
  type OrNone,
} from './operator/inputs.ts'
import { understood, type OperatorApi } from './operator/operator-api.ts'
import { onServer, serverCommand } from './operator/server-command.ts'
import { facts, table, type Column } from './operator/table.ts'
import { demandYes, withYes, type YesOption } from './operator/without-return.ts'
import { timeText } from './operator/words.ts'

interface TokenOptions {
  readonly name?: string
  readonly scope?: string
  readonly expires?: OrNone<string>
  readonly allowFrom?: readonly string[]
}

interface IssueOptions extends TokenOptions {
  readonly token?: string
  readonly key?: string
}

const COLUMNS: readonly Column<TokenAnswer>[] = [
  { head: 'ID', text: (token) => token.id },
  { head: 'SCOPE', text: (token) => token.scope },
  { head: 'MADE', text: (token) => timeText(token.createdAt) },
  { head: 'EXPIRES', text: (token) => timeText(token.expiresAt) },
  { head: 'REVOKED', text: (token) => timeText(token.revokedAt) },
  { head: 'LAST USED', text: (token) => timeText(token.lastUsedAt) },
  { head: 'FROM', text: (token) => (token.allowFrom.length === 0 ? 'anywhere' : token.allowFrom.join(',')) },
  { head: 'NAME', text: (token) => token.name },
]

/** `jadegate token`: the keys of partner accounts. A token itself is shown where it is asked for: at issue, by rotate and by show. */
export function addTokenCommand(program: Command, context: Context): void {
  const group = program.command('token').description('tokens of a partner account')
  serverCommand(group, 'list <account>', 'list them without showing them').action(
    onServer(context, async ({ api, show }, account: string) => {
      const tokens = await api.list(`/accounts/${part(account)}/tokens`)
      show(tokens, list(Token), ({ items }) => table(items, COLUMNS, 'No token.'))
    }),
  )
  addIssue(group, context)
  addEdit(group, context)
  addRotate(group, context)
  withYes(serverCommand(group, 'revoke <account> <token>', 'put it out of force at once and for good')).action(
    onServer(context, async ({ api, show }, account: string, token: string, options: YesOption) => {
      if (options.yes !== true) demandYes(options, revocationText(await find(api, account, token)))
      show(await api.ask('DELETE', pathOf(account, token)), Token, describe)
    }),
  )
  serverCommand(group, 'show <account> <token>', 'show the token itself; that is in the audit log').action(
    onServer(context, async ({ api, show }, account: string, token: string) => {
      show(await api.ask('POST', `${pathOf(account, token)}/show`, { body: {} }), Issued, tell)
    }),
  )
}

function addIssue(group: Command, context: Context): void {
  withTerms(serverCommand(group, 'issue <account>', 'make a token and show it'))
    .option('--token <token>', 'the token; without it one is made')
    .option('--key <key>', 'done once for this key, however often it is repeated within a day')
    .action(
      onServer(context, async ({ api, show }, account: string, options: IssueOptions) => {
        const { token, key } = options
        const body = { ...termsFrom(options), ...given({ token }) }
        show(await api.ask('POST', `/accounts/${part(account)}/tokens`, { body, key }), Issued, tell)
      }),
    )
}

function addEdit(group: Command, context: Context): void {
  withTerms(serverCommand(group, 'edit <account> <token>', 'change what a token may do')).action(
    onServer(context, async ({ api, show }, account: string, token: string, options: TokenOptions) => {
      const body = demandChange(termsFrom(options))
      show(await api.ask('PATCH', pathOf(account, token), { body }), Token, describe)
    }),
  )
}

function addRotate(group: Command, context: Context): void {
  serverCommand(group, 'rotate <account> <token>', 'make and show a new token with the same terms')
    .option('--overlap <seconds>', 'how long the old one goes on; 0 ends it at once', wholeNumber(0), 86_400)
    .action(
      onServer(context, async ({ api, show }, account: string, token: string, { overlap }: { overlap: number }) => {
        const body = { overlapSeconds: overlap }
        show(await api.ask('POST', `${pathOf(account, token)}/rotate`, { body }), Issued, tell)
      }),
    )
}

async function find(api: OperatorApi, account: string, id: string): Promise<TokenAnswer> {
  const { items } = understood(await api.list(`/accounts/${part(account)}/tokens`), list(Token))
  const token = items.find((item) => item.id === id)
  if (token === undefined) throw new CommandTrouble(`Account ${account} has no token ${id}.`)
  return token
}

function revocationText({ id, name, scope, revokedAt, lastUsedAt }: TokenAnswer): string {
  if (revokedAt !== null) throw new CommandTrouble(`Token ${id} is revoked already.`)
  const use = lastUsedAt === null ? 'never used' : `last used ${timeText(lastUsedAt)}`
  return `revoke the token ${id}, ${JSON.stringify(name)} (${scope}, ${use}), at once and for good`
}

function withTerms(command: Command): Command {
  return command
    .option('--name <name>', 'how it is called')
    .option('--scope <scope>', 'full, developer (everything but money), or read')
    .option(
      '--expires <time>',
      'until when it works, like 2026-12-31T18:00:00Z or 2026-12-31 (00:00 UTC), or none',
      momentOrNone,
    )
    .option('--allow-from <list>', 'addresses and CIDR ranges from which alone it works, or none', commaList)
}

function termsFrom({ name, scope, expires, allowFrom }: TokenOptions): object {
  return given({ name, scope, expiresAt: nullForNone(expires), allowFrom })
}

function pathOf(account: string, token: string): string {
  return `/accounts/${part(account)}/tokens/${part(token)}`
}

function tell(issued: { readonly id: string; readonly token: string }): readonly string[] {
  return facts([
    ['token id', issued.id],
    ['token', issued.token],
  ])
}

function describe(token: TokenAnswer): readonly string[] {
  return table([token], COLUMNS, '')
}
