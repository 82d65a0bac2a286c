import type { FastifyPluginCallback } from 'fastify'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { isFault, UNAUTHORIZED } from '../../model/fault.ts'
import type { Self } from '../../people/own-person.ts'
import { networkOf } from '../../people/visitor.ts'
import type { Store } from '../../storage/store.ts'
import { apiRoutes, type ApiOptions } from '../api/api-routes.ts'
import type { ApiRow } from '../api/route.ts'
import type { RequestCounter } from '../request-counter.ts'
import { linkRows, sessionRows, signInRow, type EntryDeps, type Visit } from './entry-rows.ts'
import { ownPersonRows } from './own-person-rows.ts'
import type { PeopleDoor } from './people-door.ts'

export interface PeopleApiDeps extends EntryDeps {
  readonly door: PeopleDoor
  readonly store: Pick<Store, 'answers' | 'commit'>
  readonly clock: Clock
  readonly log: Log
  readonly counter: RequestCounter
  /** Multiplies the rate. */
  readonly rateLimitScale: number
}

/** Whose call it is: of anybody, or of somebody who is signed in. */
interface Caller extends Visit {
  readonly self?: Self
}

const CONSOLE_BASE = '/api/console'
const PER_SECOND = 20
/** Where these rows begin, so that what else is below the console has handlers of its own. */
const PLACES = ['/sessions', '/session', '/links', '/password-reset', '/person'] as const

/** The rows by which people come in, for everybody, and those of who is in, by what he does with himself. */
export interface PeopleRows {
  readonly open: readonly ApiRow<Visit>[]
  readonly own: readonly ApiRow<Self>[]
}

export function peopleRows(deps: EntryDeps): PeopleRows {
  return { open: [signInRow(deps), ...linkRows(deps)], own: [...sessionRows(deps), ...ownPersonRows(deps)] }
}

/** Serves them: the open ones to anybody, the others by the cookie of a session. */
export function consolePeople(deps: PeopleApiDeps, { open, own }: PeopleRows): FastifyPluginCallback {
  return (app, _options, done) => {
    for (const place of PLACES) {
      const [forAll, forSelf] = [below(place, open), below(place, own).map(ofSelf)]
      app.register(apiRoutes<Caller>(options(deps, place, forAll, forSelf)))
    }
    done()
  }
}

function options(
  deps: PeopleApiDeps,
  place: string,
  open: readonly ApiRow<Visit>[],
  own: readonly ApiRow<Caller>[],
): ApiOptions<Caller> {
  const { door, store, clock, log, counter, rateLimitScale } = deps
  const forAll = new Set<object>(open)
  return {
    name: `console${place.replace('/', '.')}`,
    base: CONSOLE_BASE + place,
    rows: [...open, ...own],
    authenticate: async (request, { row }) => {
      if (forAll.has(row)) return door.admitVisit(request)
      const self = await door.admitSelf(request)
      return isFault(self) ? self : { visitor: self.visitor, self }
    },
    ownerOf: ({ visitor, self }) => (self === undefined ? networkOf(visitor.address) : `person:${self.person.id}`),
    mayWrite: () => true,
    hasSessions: true,
    perSecond: PER_SECOND * rateLimitScale,
    // Nothing here changes what nodes keep copies of.
    register: { decide: async (work) => work() },
    store,
    clock,
    log,
    counter,
  }
}

function below<Subject>(place: string, rows: readonly ApiRow<Subject>[]): ApiRow<Subject>[] {
  const isBelow = ({ at }: ApiRow<Subject>): boolean => at === place || at.startsWith(`${place}/`)
  return rows.filter(isBelow).map((row) => ({ ...row, at: row.at.slice(place.length) }))
}

function ofSelf(row: ApiRow<Self>): ApiRow<Caller> {
  return {
    ...row,
    prepare: (raw) => {
      const call = row.prepare(raw)
      if (isFault(call)) return call
      const { asked } = call
      return {
        asked,
        handle: ({ self }, about, once) => (self === undefined ? UNAUTHORIZED : call.handle(self, about, once)),
      }
    },
  }
}
