import { fault } from '../../../model/fault.ts'
import type { EpochMs } from '../../../model/ids.ts'
import type { Profile } from '../../facets.ts'
import { ask, told, type Current } from './asking.ts'
import { pictureOf, setPictureOf } from './pictures.ts'
import type { Presence } from './presence.ts'

const TOO_SOON = fault('rateLimited', 'the picture was changed a moment ago; try again in a while')

export function profileOf(current: Current, presence: Presence, picturePeriodMs: number): Profile {
  let setAt: EpochMs | undefined
  return {
    picture: () => ask(current, (life) => pictureOf(life, life.own.pn)),
    setPicture: (picture) =>
      told(current, async (life) => {
        const now = life.host.clock.now()
        if (setAt !== undefined && now >= setAt && now - setAt < picturePeriodMs) return TOO_SOON
        const trouble = await setPictureOf(life, null, picture)
        if (trouble === undefined) setAt = now
        return trouble
      }),
    setPresence: (isOnline) => presence.set(isOnline, current()),
  }
}
