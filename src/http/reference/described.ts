import type { ApiRow } from '../api/route.ts'
import type { Method, MethodTable } from '../method.ts'

/** What a row tells about itself; who handles it is of no interest here. */
export type Described = Omit<Method<unknown>, 'prepare'>

export type Api = 'instance' | 'partner'

/** What a route of an API of our own tells about itself. */
export type DescribedRoute = Omit<ApiRow<unknown>, 'prepare'>

/** An API of our own, whose rows `http/api/` serves. */
export interface DescribedApi {
  /** One word: `partner`. */
  readonly name: string
  readonly title: string
  /** One or two sentences. */
  readonly about: string
  /** Below which path its rows are. */
  readonly base: string
  /** By what its callers are known. */
  readonly shows: 'bearer' | 'cookie'
  /** What token its header `Authorization: Bearer …` wants, or what else, in words. */
  readonly token: string
  readonly rows: readonly DescribedRoute[]
}

/** The APIs of our own, by their rows and where these are served. */
export function describedApis(
  partner: Pick<DescribedApi, 'base' | 'rows'>,
  operator: Pick<DescribedApi, 'base' | 'rows'>,
  console: Pick<DescribedApi, 'base' | 'rows'>,
): readonly DescribedApi[] {
  return [
    {
      ...partner,
      name: 'partner',
      title: 'Partner API',
      about: "A partner's instances, money, tokens and hook, beside the methods of the contract.",
      shows: 'bearer',
      token: 'A partner token.',
    },
    {
      ...operator,
      name: 'operator',
      title: 'Operator API',
      about: 'Accounts, tokens, tariffs, prices, money and instances, for whoever runs the server.',
      shows: 'bearer',
      token: "The operator's token.",
    },
    {
      ...console,
      name: 'console',
      title: 'Console API',
      about:
        'What the pages of the console call for a person who is signed in: the rows of the other two APIs by his role in an account, and a few of its own.',
      shows: 'cookie',
      token: 'The cookie of a session; what changes something also needs its X-CSRF-Token.',
    },
  ]
}

/** The rows of all APIs, from which everything in this folder is made. */
export interface DescribedTables {
  readonly instance: readonly Described[]
  readonly partner: readonly Described[]
  readonly own: readonly DescribedApi[]
}

/** Reads the rows out of the tables that also serve them. */
export function describedTables<Instance, Partner>(
  instance: MethodTable<Instance>,
  partner: MethodTable<Partner>,
  own: readonly DescribedApi[] = [],
): DescribedTables {
  return { instance: instance.rows, partner: partner.rows, own }
}

/** The path of a method, its variable parts in braces. */
export function pathOf(api: Api, row: Described): string {
  return api === 'instance'
    ? `/waInstance{idInstance}/${row.name}/{apiTokenInstance}`
    : `/partner/${row.name}/{partnerToken}`
}

/** Names a route in the whole reference: `partnerGetInstancesIdInstance`. */
export function routeId({ name }: DescribedApi, { verb, at }: DescribedRoute): string {
  const words = at.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  const parts = [verb.toLowerCase(), ...words].map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  return name + parts.join('')
}

/** The chapters in the order in which they are shown. */
export const CHAPTERS: Readonly<Record<Described['group'], { readonly title: string; readonly about: string }>> = {
  account: { title: 'Account', about: 'Settings, state and linking of an instance.' },
  sending: { title: 'Sending', about: 'Messages of every kind. They are queued and sent in order.' },
  receiving: { title: 'Receiving', about: 'Notifications one by one, for clients without a webhook; files.' },
  queues: { title: 'Queues', about: 'What waits to be sent or delivered.' },
  journals: { title: 'Journals', about: 'What was sent and received, newest first.' },
  marks: { title: 'Marks', about: 'Read marks, the archive, vanishing messages.' },
  service: { title: 'Service', about: 'Contacts, chats and look-ups.' },
  groups: { title: 'Groups', about: 'Groups, their members and settings.' },
  statuses: { title: 'Statuses', about: 'Statuses that are shown for a day.' },
  partner: { title: 'Partner', about: 'Making, listing and deleting instances of a partner account.' },
}
