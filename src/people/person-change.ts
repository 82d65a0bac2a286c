import { fault, isFault, NOT_FOUND, type Fault } from '../model/fault.ts'
import type { PersonRow } from '../model/person.ts'
import type { Batch, Committed, Store, Write } from '../storage/store.ts'
import type { Proved } from './proof.ts'

/** Somebody else has changed the same meanwhile. */
export const OVERTAKEN = fault('conflict', 'Somebody else has changed this meanwhile: look at it again')

/** After so many changes in between somebody else may go first. */
const MOST_TRIES = 5

/** A person with what changes of him, and what else is stored with it. */
export interface PersonChange {
  readonly person: PersonRow
  readonly guards?: Batch['guards']
  readonly writes: readonly Write[]
}

/** The batch that stores a person who was read before; refused where somebody has changed him since. */
export function personBatch({ person, guards = [], writes }: PersonChange): Batch {
  return {
    guards: [{ kind: 'person', person: person.id, version: person.version }, ...guards],
    writes: [{ kind: 'person.put', row: { ...person, version: person.version + 1 } }, ...writes],
  }
}

/** The same of one who has proved who he is: where no code was used up nothing of him changes, and many may come in at once. */
export function provedBatch({ person, hasUsedCode }: Proved, guards: Batch['guards'], writes: readonly Write[]): Batch {
  if (hasUsedCode) return personBatch({ person, guards, writes })
  return { guards: [{ kind: 'person', person: person.id, version: person.version }, ...guards], writes }
}

/**
 * Reads a person, decides, and stores it; anew where somebody has changed him in between. `told`: what is answered where another guard
 * refuses.
 */
export async function changePerson(
  store: Pick<Store, 'commit' | 'people'>,
  id: string,
  decide: (person: PersonRow) => PersonChange | Fault | Promise<PersonChange | Fault>,
  told: (refused: Committed & { ok: false }) => Fault = () => OVERTAKEN,
): Promise<PersonRow | Fault> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const person = await store.people.person(id)
    if (person === null) return NOT_FOUND
    const change = await decide(person)
    if (isFault(change)) return change
    const batch = personBatch(change)
    const committed = await store.commit(batch)
    if (committed.ok) return { ...change.person, version: change.person.version + 1 }
    if (committed.refusedBy.kind !== 'person') return told(committed)
  }
  return OVERTAKEN
}
