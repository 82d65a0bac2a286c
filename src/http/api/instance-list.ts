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

/** A page of instances, which are given in the order of their creation: its begin is searched, and it is walked to its end. */
export function instancePage(all: readonly Instance[], asked: InstanceFilters, options: ViewOptions): object | Fault {
  const { limit = PAGE_SIZE, cursor } = asked
  const place = readCursor('instances', cursor, 2)
  if (isFault(place)) return place
  const fits = filterOf(asked)
  const found: Instance[] = []
  for (let at = place === undefined ? 0 : behind(all, place); found.length <= limit; at += 1) {
    const instance = all[at]
    if (instance === undefined) break
    if (fits(instance)) found.push(instance)
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

/** Where the list goes on behind a place. Where its instance has been erased meanwhile, with what was made after it. */
function behind(all: readonly Instance[], [createdAt, id]: readonly [number, number]): number {
  let [low, high] = [0, all.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((all[middle]?.createdAt ?? createdAt) < createdAt) low = middle + 1
    else high = middle
  }
  let next = low
  for (let at = low, one = all[at]; one?.createdAt === createdAt; at += 1, one = all[at]) {
    if (one.id === id) return at + 1
    if (one.id < id) next = at + 1
  }
  return next
}
