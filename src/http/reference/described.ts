import type { Method, MethodTable } from '../method.ts'

/** What a row tells about itself; who handles it is of no interest here. */
export type Described = Omit<Method<unknown>, 'prepare'>

export type Api = 'instance' | 'partner'

/** The rows of both APIs, from which everything in this folder is made. */
export interface DescribedTables {
  readonly instance: readonly Described[]
  readonly partner: readonly Described[]
}

/** Reads the rows out of the tables that also serve them. */
export function describedTables<Instance, Partner>(
  instance: MethodTable<Instance>,
  partner: MethodTable<Partner>,
): DescribedTables {
  return { instance: instance.rows, partner: partner.rows }
}

/** The path of a method, its variable parts in braces. */
export function pathOf(api: Api, row: Described): string {
  return api === 'instance'
    ? `/waInstance{idInstance}/${row.name}/{apiTokenInstance}`
    : `/partner/${row.name}/{partnerToken}`
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
