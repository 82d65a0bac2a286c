import type { Command } from 'commander'
import type { Context } from './context.ts'
import {
  Instance,
  LinkedPhone,
  list,
  MadeInstance,
  NewToken,
  type Instance as InstanceAnswer,
} from './operator/answers.ts'
import { CommandTrouble } from './operator/command-trouble.ts'
import { given, part } from './operator/inputs.ts'
import { understood } from './operator/operator-api.ts'
import { copiedLink, releasedLink } from './operator/release-link.ts'
import { onServer, serverCommand } from './operator/server-command.ts'
import { facts, table, type Column } from './operator/table.ts'
import { demandYes, withYes, type YesOption } from './operator/without-return.ts'
import { timeText } from './operator/words.ts'

interface ListOptions {
  readonly name?: string
  readonly state?: string
  readonly type?: string
  readonly tariff?: string
  readonly deleted?: true
}

interface CreateOptions {
  readonly name?: string
  readonly type?: string
  readonly tariff: string
  readonly payment?: string
  readonly key?: string
}

interface RenewOptions {
  readonly payment: string
  readonly key?: string
}

const COLUMNS: readonly Column<InstanceAnswer>[] = [
  { head: 'ID', text: (instance) => String(instance.idInstance) },
  { head: 'TYPE', text: (instance) => instance.typeInstance },
  { head: 'STATE', text: (instance) => instance.held ?? instance.state },
  { head: 'PHONE', text: (instance) => instance.phone ?? '' },
  { head: 'TARIFF', text: (instance) => instance.tariff },
  { head: 'EXPIRES', text: (instance) => expiry(instance) },
  { head: 'MADE', text: (instance) => timeText(instance.timeCreated) },
  { head: 'DELETED', text: (instance) => timeText(instance.timeDeleted) },
  { head: 'NAME', text: (instance) => instance.name },
]

/** `jadegate instance`: the instances of an account. Partners make and delete theirs through the API. */
export function addInstanceCommand(program: Command, context: Context): void {
  const group = program.command('instance').description('the instances of an account')
  addList(group, context)
  addCreate(group, context)
  addChanges(group, context)
  addLinks(group, context)
  addTokenImport(group, context)
}

function addList(group: Command, context: Context): void {
  serverCommand(group, 'list <account>', 'list them')
    .option('--name <part>', 'whose name holds this alone')
    .option('--state <state>', 'of this state alone')
    .option('--type <type>', 'of this messenger alone: whatsapp, v3 or telegram')
    .option('--tariff <name>', 'of this tariff alone')
    .option('--deleted', 'those that are deleted')
    .action(
      onServer(context, async ({ api, show }, account: string, { type, ...filters }: ListOptions) => {
        const { name, state, tariff, deleted } = filters
        const query = { name, state, typeInstance: type, tariff, deleted }
        const instances = await api.list(`/accounts/${part(account)}/instances`, query)
        show(instances, list(Instance), ({ items }) => table(items, COLUMNS, 'No instance.'))
      }),
    )
}

function addCreate(group: Command, context: Context): void {
  serverCommand(group, 'create <account>', 'make an instance for a person')
    .requiredOption('--tariff <name>', 'a tariff that is free or paid ahead')
    .option('--payment <way>', 'how the first 30 days are paid: balance, or hand (outside of this server)')
    .option('--type <type>', 'the messenger: whatsapp, v3 or telegram')
    .option('--name <name>', 'how it is called')
    .option('--key <key>', 'done once for this key, however often it is repeated within a day')
    .action(
      onServer(context, async ({ api, show }, account: string, options: CreateOptions) => {
        const { name, type, tariff, payment, key } = options
        const body = { tariff, ...given({ name, typeInstance: type, payment }) }
        const made = await api.ask('POST', `/accounts/${part(account)}/instances`, { body, key })
        show(made, MadeInstance, (instance) =>
          facts([
            ['idInstance', String(instance.idInstance)],
            ['apiTokenInstance', instance.apiTokenInstance],
            ['type', instance.typeInstance],
            ['name', instance.name],
            ['tariff', instance.tariff],
          ]),
        )
      }),
    )
}

function addChanges(group: Command, context: Context): void {
  serverCommand(group, 'renew <account> <instance>', 'pay for 30 days more')
    .requiredOption('--payment <way>', 'balance, or hand (outside of this server)')
    .option('--key <key>', 'done once for this key, however often it is repeated within a day')
    .action(
      onServer(context, async ({ api, show }, account: string, id: string, { payment, key }: RenewOptions) => {
        const renewed = await api.ask('POST', `${pathOf(account, id)}/renew`, { body: { payment }, key })
        show(renewed, Instance, describe)
      }),
    )
  serverCommand(group, 'tariff <account> <instance> <tariff>', 'move it to another tariff')
    .option('--payment <way>', 'for a tariff that is paid ahead: balance, or hand (outside of this server)')
    .option('--key <key>', 'done once for this key, however often it is repeated within a day')
    .action(
      onServer(
        context,
        async ({ api, show }, account: string, id: string, tariff: string, options: Partial<RenewOptions>) => {
          const { payment, key } = options
          const body = { tariff, ...given({ payment }) }
          show(await api.ask('PUT', `${pathOf(account, id)}/tariff`, { body, key }), Instance, describe)
        },
      ),
    )
  serverCommand(group, 'token <account> <instance>', 'give an instance of a person a new token and show it').action(
    onServer(context, async ({ api, show }, account: string, id: string) => {
      show(await api.ask('POST', `${pathOf(account, id)}/token`), NewToken, ({ apiTokenInstance }) =>
        facts([
          ['idInstance', id],
          ['apiTokenInstance', apiTokenInstance],
        ]),
      )
    }),
  )
  withYes(serverCommand(group, 'delete <account> <instance>', 'delete an instance of a person')).action(
    onServer(context, async ({ api, isJson, print }, account: string, id: string, options: YesOption) => {
      const path = pathOf(account, id)
      if (options.yes !== true) demandYes(options, deletionText(understood(await api.ask('GET', path), Instance)))
      await api.ask('DELETE', path)
      if (!isJson) print(`Instance ${id} is deleted.`)
    }),
  )
}

/** A link is printed and read, never kept: where it goes, and who may read it there, is for whoever asks. */
function addLinks(group: Command, context: Context): void {
  serverCommand(
    group,
    'copy-link <account> <instance>',
    'print all that makes it the linked device, for a backup',
  ).action(
    onServer(context, async ({ api, print }, account: string, id: string) => {
      print(await copiedLink(api, pathOf(account, id)))
    }),
  )
  withYes(serverCommand(group, 'release-link <account> <instance>', 'print its link and forget it here')).action(
    onServer(context, async ({ api, print }, account: string, id: string, options: YesOption) => {
      if (options.yes !== true)
        demandYes(
          options,
          `take the link away from instance ${id}: who loses what is printed must link the phone again`,
        )
      const { link, isSure } = await releasedLink(api, pathOf(account, id))
      print(link)
      if (isSure) return
      context.complain(
        `The answer was lost, so the server may still use the link. Instance ${id} must be notAuthorized there before another takes it over.`,
      )
      context.setExitCode(1)
    }),
  )
  serverCommand(group, 'adopt-link <account> <instance>', 'read a link from standard input and take it over').action(
    onServer(context, async ({ api, isJson, print }, account: string, id: string) => {
      const body = linkOf(await context.input())
      await api.ask('PUT', `${pathOf(account, id)}/link`, { body })
      if (!isJson) print(`Instance ${id} has the link now.`)
    }),
  )
}

interface TokenOptions {
  readonly deviceId?: string
}

/** A token of a device is read, never an argument: arguments are seen by everybody on the machine, and kept by shells. */
function addTokenImport(group: Command, context: Context): void {
  serverCommand(
    group,
    'import-token <account> <instance>',
    'read the token of a device of MAX from standard input, and be that device from then on',
  )
    .option('--device-id <id>', 'what that device calls itself; the instance has a name of its own without')
    .action(
      onServer(context, async ({ api, show }, account: string, id: string, { deviceId }: TokenOptions) => {
        const token = (await context.input()).trim()
        if (token === '') throw new CommandTrouble('Standard input holds no token: docs/max.md says where one is.')
        const body = { token, ...given({ deviceId }) }
        const linked = await api.ask('PUT', `${pathOf(account, id)}/link/token`, { body })
        show(linked, LinkedPhone, ({ phone, name }) =>
          facts([
            ['idInstance', id],
            ['phone', phone],
            ['name', name],
          ]),
        )
      }),
    )
}

function linkOf(text: string): object {
  try {
    const link: unknown = JSON.parse(text)
    if (typeof link === 'object' && link !== null) return link
  } catch {
    // Said below.
  }
  throw new CommandTrouble('Standard input holds no link: give what release-link or copy-link printed.')
}

function deletionText({ idInstance, name, state, timeDeleted }: InstanceAnswer): string {
  if (timeDeleted !== null) throw new CommandTrouble(`Instance ${idInstance} is deleted already.`)
  const instance = `instance ${idInstance}, ${JSON.stringify(name)} (${state})`
  return `delete the ${instance}, with all that waits in its queues, at once and for good`
}

function pathOf(account: string, id: string): string {
  return `/accounts/${part(account)}/instances/${part(id)}`
}

function expiry({ expirationDate, isExpired }: InstanceAnswer): string {
  if (expirationDate === null) return 'never'
  return isExpired ? `expired ${timeText(expirationDate)}` : timeText(expirationDate)
}

function describe(instance: InstanceAnswer): readonly string[] {
  return facts([
    ['idInstance', String(instance.idInstance)],
    ['name', instance.name],
    ['type', instance.typeInstance],
    ['state', instance.state],
    ['held', instance.held ?? ''],
    ['phone', instance.phone ?? ''],
    ['tariff', instance.tariff],
    ['expires', expiry(instance)],
    ['made', timeText(instance.timeCreated)],
    ['deleted', timeText(instance.timeDeleted)],
  ])
}
