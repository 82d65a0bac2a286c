import { InvalidArgumentError, type Command } from 'commander'
import type { Context } from './context.ts'
import { list, Tariff, type Tariff as TariffAnswer } from './operator/answers.ts'
import { CommandTrouble } from './operator/command-trouble.ts'
import { commaList, given, nullForNone, part, wholeNumberOrNone, type OrNone } from './operator/inputs.ts'
import { understood, type OperatorApi } from './operator/operator-api.ts'
import { onServer, serverCommand } from './operator/server-command.ts'
import { table, type Column } from './operator/table.ts'
import { limitText } from './operator/words.ts'

interface TariffOptions {
  readonly plan?: string
  readonly correspondents?: OrNone<number>
  readonly calls?: Readonly<Record<string, number>>
  readonly instances?: OrNone<number>
}

const COLUMNS: readonly Column<TariffAnswer>[] = [
  { head: 'NAME', text: (tariff) => tariff.name },
  { head: 'PLAN', text: (tariff) => tariff.plan },
  { head: 'CHATS', isNumber: true, text: (tariff) => limitText(tariff.correspondents) },
  { head: 'INSTANCES', isNumber: true, text: (tariff) => limitText(tariff.instances) },
  {
    head: 'CALLS A MONTH',
    text: ({ calls }) =>
      Object.entries(calls)
        .map(([name, most]) => `${name}=${most}`)
        .join(' '),
  },
]

/** `jadegate tariff`: what a month of an instance includes. */
export function addTariffCommand(program: Command, context: Context): void {
  const group = program.command('tariff').description('tariffs: what a month of an instance includes')
  serverCommand(group, 'list', 'list the tariffs').action(
    onServer(context, async ({ api, show }) => {
      show(await api.list('/tariffs'), list(Tariff), ({ items }) => table(items, COLUMNS, 'No tariff.'))
    }),
  )
  serverCommand(group, 'set <name>', 'make a tariff, or change one; what is not said stays')
    .option('--plan <plan>', 'free, ahead (30 days at a time) or daily; that of a tariff stays')
    .option('--correspondents <count>', 'chats in a month, or none', wholeNumberOrNone(0))
    .option('--calls <list>', 'calls in a month by method: checkWhatsapp=100,getContacts=1000; or none', callLimits)
    .option('--instances <count>', 'such instances of an account, or none', wholeNumberOrNone(0))
    .action(
      onServer(context, async ({ api, show }, name: string, options: TariffOptions) => {
        const body = changed(await find(api, name), name, options)
        show(await api.ask('PUT', `/tariffs/${part(name)}`, { body }), Tariff, (tariff) => table([tariff], COLUMNS, ''))
      }),
    )
}

async function find(api: OperatorApi, name: string): Promise<TariffAnswer | undefined> {
  const { items } = understood(await api.list('/tariffs'), list(Tariff))
  return items.find((tariff) => tariff.name === name)
}

const NOTHING_YET = { plan: undefined, correspondents: null, calls: {}, instances: null }

function changed(tariff: TariffAnswer | undefined, name: string, options: TariffOptions): object {
  const wanted = given({
    ...options,
    correspondents: nullForNone(options.correspondents),
    instances: nullForNone(options.instances),
  })
  const { plan, correspondents, calls, instances } = { ...(tariff ?? NOTHING_YET), ...wanted }
  // The path of the API would not be found, which says nothing.
  if (!/^\w{1,64}$/.test(name)) {
    throw new CommandTrouble(`"${name}" is no name of a tariff: allowed are letters, digits and _.`, 2)
  }
  if (plan === undefined) throw new CommandTrouble(`There is no tariff ${name} yet: --plan says how it is paid.`, 2)
  return { plan, correspondents, calls, instances }
}

function callLimits(text: string): Readonly<Record<string, number>> {
  const pairs = commaList(text).map((item) => {
    const [, name, count] = /^([A-Za-z]{1,64})=(\d{1,9})$/.exec(item) ?? []
    if (name === undefined) throw new InvalidArgumentError('Allowed is a list like checkWhatsapp=100,getContacts=1000.')
    return [name.toLowerCase(), Number(count)] as const
  })
  return Object.fromEntries(pairs)
}
