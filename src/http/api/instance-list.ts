import Type, { type Static, type TObject } from 'typebox'
import type { Instance } from '../../instances/instance.ts'
import { isFault, type Fault } from '../../model/fault.ts'
import { MESSENGERS } from '../../model/messenger.ts'
import { INSTANCE_STATES, instanceView, type ViewOptions } from './instance-view.ts'
import { pageOf, PAGE_SIZE, PAGING, readCursor, writeCursor } from './paging.ts'

/** Query parameters of a list of instances. */
export const INSTANCE_FILTERS = {
  state: Type.Optional(Type.Enum([...INSTANCE_STATES])),
  typeInstance: Type.Optional(Type.Enum([...MESSENGERS])),
  /** A part of it, in any case. */
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
  /** Those that are deleted, or those that are not, which is what is meant where nothing is said. */
  deleted: Type.Optional(Type.Boolean()),
  tariff: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  ...PAGING,
}
export type InstanceFilters = Static<TObject<typeof INSTANCE_FILTERS>>

/** A page of instances in the order in which they were made. One walk through what is in memory: no more is looked at than is needed. */
export function instancePage(all: Iterable<Instance>, asked: InstanceFilters, options: ViewOptions): object | Fault {
  const { limit = PAGE_SIZE, cursor } = asked
  const place = readCursor('instances', cursor, 2)
  if (isFault(place)) return place
  const fits = filterOf(asked)
  const found: Instance[] = []
  for (const instance of behind([...all], place)) {
    if (!fits(instance)) continue
    found.push(instance)
    if (found.length > limit) break
  }
  return pageOf(
    found,
    limit,
    (instance) => instanceView(instance, options),
    ({ createdAt, id }) => writeCursor('instances', [createdAt, id]),
  )
}

function filterOf({ state, typeInstance, name, deleted = false, tariff }: InstanceFilters): (one: Instance) => boolean {
  const part = name?.toLowerCase()
  return (instance) =>
    (instance.deletedAt !== null) === deleted &&
    (state === undefined || instance.state === state) &&
    (typeInstance === undefined || instance.messenger === typeInstance) &&
    (tariff === undefined || instance.tariff.name === tariff) &&
    (part === undefined || instance.name.toLowerCase().includes(part))
}

/** The rest of the list. Where the last one shown has been erased meanwhile, what was made after it. */
function behind(all: readonly Instance[], place: readonly [number, number] | undefined): readonly Instance[] {
  if (place === undefined) return all
  const [createdAt, id] = place
  const at = all.findIndex((instance) => instance.id === id)
  if (at >= 0) return all.slice(at + 1)
  return all.filter((one) => one.createdAt > createdAt || (one.createdAt === createdAt && one.id > id))
}
