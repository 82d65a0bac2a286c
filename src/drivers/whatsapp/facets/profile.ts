import type { Clock } from '../../../lib/clock.ts'
import { fault } from '../../../model/fault.ts'
import type { EpochMs } from '../../../model/ids.ts'
import type { Profile } from '../../facets.ts'
import { ask, told, type Current } from './asking.ts'
import { pictureOf, setPictureOf } from './pictures.ts'
import type { Presence } from './presence.ts'

/** Who changes a picture more often is taken for a machine. */
export const PICTURE_PERIOD_MS = 10_000
const TOO_SOON = fault('rateLimited', 'the picture was changed a moment ago; wait ten seconds')

export function profileOf(current: Current, presence: Presence, clock: Pick<Clock, 'now'>): Profile {
  let setAt: EpochMs | undefined
  return {
    picture: () => ask(current, (life) => pictureOf(life, life.own.pn)),
    setPicture: (picture) =>
      told(current, async (life) => {
        const now = clock.now()
        if (setAt !== undefined && now >= setAt && now - setAt < PICTURE_PERIOD_MS) return TOO_SOON
        const trouble = await setPictureOf(life, null, picture)
        if (trouble === undefined) setAt = now
        return trouble
      }),
    setPresence: (isOnline) => presence.set(isOnline, current()),
  }
}
