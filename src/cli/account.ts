import type { Command } from 'commander'
import { DEFAULT_TERMS } from '../model/account.ts'
import type { Context } from './context.ts'
import { Account, list, MadeAccount, type Account as AccountAnswer } from './operator/answers.ts'
import { CommandTrouble } from './operator/command-trouble.ts'
import {
  commaList,
  currencyOf,
  demandChange,
  given,
  moneyOrNone,
  nullForNone,
  part,
  wholeNumberOrNone,
  type OrNone,
} from './operator/inputs.ts'
import { understood } from './operator/operator-api.ts'
import { onServer, serverCommand } from './operator/server-command.ts'
import { facts, table, type Column } from './operator/table.ts'
import { demandYes, withYes, type YesOption } from './operator/without-return.ts'
import { limitText, moneyOrNoneText, timeText } from './operator/words.ts'

interface TermOptions {
  readonly currency?: string
  readonly tariff?: string
  readonly overdraft?: string
  readonly warnBelow?: string
  readonly instances?: OrNone<number>
  readonly createPerMinute?: OrNone<number>
  readonly storedBytes?: OrNone<number>
  readonly messenger?: string
}

interface FirstTokenOptions {
  readonly token?: string
  readonly tokenName?: string
  readonly key?: string
  readonly allowFrom?: readonly string[]
}

type CreateOptions = TermOptions & FirstTokenOptions & { readonly kind: string }
type EditOptions = TermOptions & { readonly name?: string }

const COLUMNS: readonly Column<AccountAnswer>[] = [
  { head: 'ID', text: (account) => account.id },
  { head: 'KIND', text: (account) => account.kind },
  { head: 'STATE', text: stateOf },
  { head: 'INSTANCES', isNumber: true, text: (account) => String(account.instances) },
  { head: 'TARIFF', text: (account) => madeTariff(account) ?? '' },
  { head: 'CURRENCY', text: (account) => account.terms.currency },
  { head: 'MADE', text: (account) => timeText(account.createdAt) },
  { head: 'NAME', text: (account) => account.name },
]

/** `jadegate account`: who owns instances, and what was agreed with them. */
export function addAccountCommand(program: Command, context: Context): void {
  const group = program.command('account').description('accounts of persons and partners')
  addLooking(group, context)
  addCreate(group, context)
  addEdit(group, context)
  addMakePartner(group, context)
  addStates(group, context)
}

function addLooking(group: Command, context: Context): void {
  serverCommand(group, 'list', 'list the accounts')
    .option('--deleted', 'those that are deleted')
    .action(
      onServer(context, async ({ api, show }, { deleted }: { deleted?: true }) => {
        const accounts = await api.list('/accounts', { deleted })
        show(accounts, list(Account), ({ items }) => table(items, COLUMNS, 'No account yet.'))
      }),
    )
  serverCommand(group, 'show <account>', 'show an account and its terms').action(
    onServer(context, async ({ api, show }, id: string) => {
      show(await api.ask('GET', `/accounts/${part(id)}`), Account, describe)
    }),
  )
}

function addCreate(group: Command, context: Context): void {
  const command = serverCommand(
    group,
    'create <name>',
    'make an account; one of a partner gets its first token',
  ).option('--kind <kind>', 'partner or personal', 'partner')
  withFirstToken(withTerms(command)).action(
    onServer(context, async ({ api, show }, name: string, options: CreateOptions) => {
      const terms = termsFrom(options, options.currency ?? DEFAULT_TERMS.currency)
      const body = { kind: options.kind, name, terms, ...firstToken(options) }
      show(await api.ask('POST', '/accounts', { body, key: options.key }), MadeAccount, (made) => [
        ...describe(made),
        ...tokenLines(made),
      ])
    }),
  )
}

function addEdit(group: Command, context: Context): void {
  const command = serverCommand(group, 'edit <account>', 'change the name or the terms of an account').option(
    '--name <name>',
    'how it is called',
  )
  withTerms(command).action(
    onServer(context, async ({ api, show }, id: string, options: EditOptions) => {
      const hasMoney = options.overdraft !== undefined || options.warnBelow !== undefined
      const currency = options.currency ?? (hasMoney ? await currencyOf(api, id) : '')
      const body = demandChange(given({ name: options.name, terms: termsFrom(options, currency) }))
      show(await api.ask('PATCH', `/accounts/${part(id)}`, { body }), Account, describe)
    }),
  )
}

function addMakePartner(group: Command, context: Context): void {
  const command = serverCommand(
    group,
    'make-partner <account>',
    'make a partner of a person: from here on instances are made and deleted through the API alone',
  )
  withFirstToken(command).action(
    onServer(context, async ({ api, show }, id: string, options: FirstTokenOptions) => {
      const made = await api.ask('POST', `/accounts/${part(id)}/partner`, {
        body: firstToken(options),
        key: options.key,
      })
      show(made, MadeAccount, (account) => [...describe(account), ...tokenLines(account)])
    }),
  )
}

function addStates(group: Command, context: Context): void {
  serverCommand(group, 'suspend <account>', 'stop its instances and refuse their calls; nothing is unlinked')
    .requiredOption('--reason <text>', 'why, for the audit log')
    .action(
      onServer(context, async ({ api, show }, id: string, { reason }: { reason: string }) => {
        show(await api.ask('POST', `/accounts/${part(id)}/suspend`, { body: { reason } }), Account, describe)
      }),
    )
  serverCommand(group, 'resume <account>', 'bring its instances back').action(
    onServer(context, async ({ api, show }, id: string) => {
      show(await api.ask('POST', `/accounts/${part(id)}/resume`, { body: {} }), Account, describe)
    }),
  )
  const description = 'delete it with its instances; some time later everything is erased'
  withYes(serverCommand(group, 'delete <account>', description)).action(
    onServer(context, async ({ api, show }, id: string, options: YesOption) => {
      const path = `/accounts/${part(id)}`
      if (options.yes !== true) demandYes(options, deletionText(understood(await api.ask('GET', path), Account)))
      show(await api.ask('DELETE', path), Account, describe)
    }),
  )
}

function deletionText({ id, kind, name, instances, deletedAt }: AccountAnswer): string {
  if (deletedAt !== null) throw new CommandTrouble(`Account ${id} is deleted already.`)
  const account = `${kind} account ${id}, ${JSON.stringify(name)}`
  return `delete the ${account}, with its instances (${instances}), and refuse its tokens, at once and for good`
}

function withTerms(command: Command): Command {
  return command
    .option('--currency <code>', 'ISO 4217; it stays once the ledger has a line')
    .option('--tariff <name>', 'of the instances that a partner makes')
    .option('--overdraft <amount>', 'how far below zero the balance may go before no instance can be made, or none')
    .option('--warn-below <amount>', 'warn of a balance below this, or none')
    .option('--instances <count>', 'instances at one time, or none', wholeNumberOrNone(0))
    .option('--create-per-minute <count>', 'instances made in a minute, or none', wholeNumberOrNone(1))
    .option('--stored-bytes <count>', 'bytes of files that its instances keep, or none', wholeNumberOrNone(0))
    .option(
      '--messenger <type>',
      'what an instance speaks where the request does not say: whatsapp, v3, telegram or none',
    )
}

function withFirstToken(command: Command): Command {
  return command
    .option('--token <token>', 'the first partner token; without it one is made')
    .option('--token-name <name>', 'how the first token is called')
    .option('--key <key>', 'done once for this key, however often it is repeated within a day')
    .option('--allow-from <list>', 'addresses and CIDR ranges from which alone it works', commaList)
}

function termsFrom(options: TermOptions, currency: string): object | undefined {
  const { overdraft, warnBelow, messenger } = options
  const terms = given({
    currency: options.currency,
    tariff: options.tariff,
    overdraftLimit: moneyOrNone(overdraft, currency),
    warnBelow: moneyOrNone(warnBelow, currency),
    instanceQuota: nullForNone(options.instances),
    createPerMinute: nullForNone(options.createPerMinute),
    storedBytes: nullForNone(options.storedBytes),
    defaultMessenger: nullForNone(messenger),
  })
  return Object.keys(terms).length === 0 ? undefined : terms
}

function firstToken({ token, tokenName, allowFrom }: FirstTokenOptions): { readonly token?: object } {
  const wanted = given({ token, name: tokenName, allowFrom })
  return Object.keys(wanted).length === 0 ? {} : { token: wanted }
}

function stateOf(account: AccountAnswer): string {
  if (account.deletedAt !== null) return 'deleted'
  return account.suspendedAt === null ? 'active' : 'suspended'
}

/** Of the instances that a partner makes; those of a person have the tariffs that the operator names. */
function madeTariff({ kind, terms }: AccountAnswer): string | undefined {
  return kind === 'partner' ? terms.tariff : undefined
}

function instancesText({ kind, instances, terms }: AccountAnswer): string {
  if (kind === 'partner') return `${instances} (at most: ${limitText(terms.instanceQuota)})`
  return terms.instanceQuota === null
    ? `${instances}`
    : `${instances} (of each free tariff at most: ${terms.instanceQuota})`
}

function describe(account: AccountAnswer): readonly string[] {
  const { terms } = account
  const { currency } = terms
  return facts([
    ['id', account.id],
    ['name', account.name],
    ['kind', account.kind],
    ['state', stateOf(account)],
    ['made', timeText(account.createdAt)],
    ['partner since', timeText(account.partnerSince)],
    ['suspended', timeText(account.suspendedAt)],
    ['deleted', timeText(account.deletedAt)],
    ['instances', instancesText(account)],
    ['tariff', madeTariff(account)],
    ['currency', currency],
    ['overdraft', moneyOrNoneText(terms.overdraftLimit, currency)],
    ['warn below', moneyOrNoneText(terms.warnBelow, currency)],
    ['create per minute', limitText(terms.createPerMinute)],
    ['stored bytes', limitText(terms.storedBytes)],
    ['messenger', terms.defaultMessenger ?? 'none'],
  ])
}

function tokenLines({
  token,
}: {
  readonly token?: { readonly id: string; readonly token: string }
}): readonly string[] {
  return token === undefined
    ? []
    : [
        '',
        ...facts([
          ['token id', token.id],
          ['token', token.token],
        ]),
      ]
}
