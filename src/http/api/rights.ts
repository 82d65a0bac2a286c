import type { TokenScope } from '../../model/account.ts'
import type { Role } from '../../model/person.ts'

/** What the holder of a role may do with what a row's group is about. */
export type Right = 'none' | 'read' | 'full'

/** Of every row that acts in an account; one whose group is not here can't be served. */
export const RIGHTS = {
  account: { owner: 'full', developer: 'read', billing: 'read', viewer: 'read' },
  people: { owner: 'full', developer: 'none', billing: 'none', viewer: 'none' },
  tokens: { owner: 'full', developer: 'full', billing: 'none', viewer: 'none' },
  hook: { owner: 'full', developer: 'full', billing: 'none', viewer: 'read' },
  instances: { owner: 'full', developer: 'full', billing: 'read', viewer: 'read' },
  /** What goes through an instance: its methods, what it has sent and received. */
  messages: { owner: 'full', developer: 'full', billing: 'none', viewer: 'none' },
  billing: { owner: 'full', developer: 'none', billing: 'full', viewer: 'none' },
  brand: { owner: 'full', developer: 'read', billing: 'read', viewer: 'read' },
} as const satisfies Readonly<Record<string, Readonly<Record<Role, Right>>>>

export type RightsGroup = keyof typeof RIGHTS

/** @throws Error for a group that nobody has said anything of */
export function rightOf(group: string, role: Role): Right {
  if (!isKnown(group)) throw new Error(`nobody has said who may use the rows of '${group}'`)
  return RIGHTS[group][role]
}

/** The same of the holder of a partner token; one for developers may do what they may. */
export function rightOfToken(group: string, scope: TokenScope): Right {
  return scope === 'developer' ? rightOf(group, 'developer') : scope
}

function isKnown(group: string): group is RightsGroup {
  return Object.hasOwn(RIGHTS, group)
}
