import type { Command } from 'commander'
import { ROLES } from '../model/person.ts'
import { InvitedPerson, People, PersonLink, type AllPeople, type ServerPerson } from './operator/answers.ts'
import { CommandTrouble } from './operator/command-trouble.ts'
import { given, part } from './operator/inputs.ts'
import { understood, type OperatorApi } from './operator/operator-api.ts'
import { onServer, serverCommand } from './operator/server-command.ts'
import { facts, table, type Column } from './operator/table.ts'
import type { Context } from './context.ts'
import { timeText } from './operator/words.ts'

interface InviteOptions {
  readonly operator?: true
  readonly account?: string
  readonly role?: string
}

const COLUMNS: readonly Column<ServerPerson>[] = [
  { head: 'EMAIL', text: (person) => person.email },
  { head: 'NAME', text: (person) => person.name },
  { head: 'OPERATOR', text: (person) => (person.isOperator ? 'yes' : '') },
  { head: 'STATE', text: (person) => (person.isDisabled ? 'disabled' : 'active') },
  { head: 'SECOND FACTOR', text: (person) => (person.hasTotp ? 'yes' : '') },
  { head: 'MADE', text: (person) => timeText(person.createdAt) },
]
const PAGE = 1000

/** `jadegate console`: who signs in to the console. */
export function addConsoleCommand(program: Command, context: Context): void {
  const group = program.command('console').description('people who sign in to the console')
  serverCommand(group, 'people', 'list them').action(
    onServer(context, async ({ api, show }) => {
      show(await allPeople(api), People, ({ people }) => table(people, COLUMNS, 'Nobody yet.'))
    }),
  )
  serverCommand(group, 'invite <email>', 'make a one-time link by which somebody joins an account, or the operators')
    .option('--operator', 'among those who run the server')
    .option('--account <id>', 'into this account')
    .option('--role <role>', `what he is in it: ${ROLES.join(', ')}`)
    .action(
      onServer(context, async ({ api, show }, email: string, options: InviteOptions) => {
        const body = { email, ...placeOf(options) }
        show(await api.ask('POST', '/people', { body }), InvitedPerson, ({ link, mailed }) =>
          facts([
            ['link', link],
            ['mailed', mailed ? 'yes' : 'no'],
          ]),
        )
      }),
    )
  serverCommand(group, 'reset <email>', 'make a one-time link by which somebody sets a new password').action(
    onServer(context, async ({ api, show }, email: string) => {
      const found = understood(await api.ask('GET', '/people', { query: { email } }), People)
      const [person] = found.people
      if (person === undefined) throw new CommandTrouble(`Nobody with the e-mail ${email} signs in to the console.`)
      const made = await api.ask('POST', `/people/${part(person.id)}/reset-link`, { body: {} })
      show(made, PersonLink, ({ link }) => facts([['link', link]]))
    }),
  )
}

function placeOf({ operator, account, role }: InviteOptions): object {
  if (operator === true && account === undefined && role === undefined) return {}
  if (operator === undefined && account !== undefined && role !== undefined) return given({ accountId: account, role })
  throw new CommandTrouble('Say either --operator, or --account and --role.', 2)
}

/** Page after page, as there may be many. */
async function allPeople(api: OperatorApi): Promise<object> {
  const people: ServerPerson[] = []
  for (let after: string | undefined; ;) {
    const page: AllPeople = understood(await api.ask('GET', '/people', { query: { limit: PAGE, after } }), People)
    people.push(...page.people)
    if (page.next === null) return { people, next: null }
    after = page.next
  }
}
