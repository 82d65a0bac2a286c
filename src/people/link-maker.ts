import type { LinkRow } from '../model/person.ts'
import { personOf } from '../partners/actor.ts'
import type { PeopleStore } from '../storage/store.ts'

/**
 * Whether the person who made a link could make it still: whoever is no owner or operator any more must not come back, or let others in, by a
 * link that he has put by. Links that no person made hold as long as they are open.
 */
export async function isVouchedFor(
  { createdBy, kind, account }: Pick<LinkRow, 'createdBy' | 'kind' | 'account'>,
  people: Pick<PeopleStore, 'person' | 'membership'>,
): Promise<boolean> {
  const id = personOf(createdBy)
  if (id === undefined) return true
  const maker = await people.person(id)
  if (maker?.disabledAt !== null) return false
  if (maker.isOperator) return true
  return kind === 'invite' && account !== null && (await people.membership(id, account))?.role === 'owner'
}
