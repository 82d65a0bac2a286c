import type { Facets } from '../../facets.ts'
import type { Life } from '../life.ts'
import { downloadFile } from '../media/download.ts'
import type { Current } from './asking.ts'
import { chatsOf } from './chats.ts'
import { contactsOf } from './contacts.ts'
import { groupsOf } from './groups.ts'
import type { TakeCheck } from './persons.ts'
import { Presence } from './presence.ts'
import { profileOf } from './profile.ts'
import { NOT_CONNECTED } from '../../network/asking.ts'

/** What the facets need of the session that they belong to. */
export interface FacetsOptions {
  /** Takes one number check from the day's budget of this account; a fault when none is left. */
  readonly takeCheck: TakeCheck
  /** Larger files are not downloaded. */
  readonly fileLimitBytes: number
  /** So long after the last the own picture may change again: who changes it more often is taken for a machine. */
  readonly picturePeriodMs: number
}

export interface SessionFacets extends Facets {
  /** To be told of every life when it is open: that the account is seen online goes on in it. */
  readonly opened: (life: Life) => void
}

/** All that a session offers beyond sending, over the lives that it has. `current`: the one that is open now, or null. */
export function facetsOf(current: Current, options: FacetsOptions): SessionFacets {
  const { takeCheck, fileLimitBytes, picturePeriodMs } = options
  const presence = new Presence()
  return {
    files: {
      download: async (file, signal) => {
        const life = current()
        return life === null ? NOT_CONNECTED : downloadFile(life, file, signal, fileLimitBytes)
      },
    },
    contacts: contactsOf(current, takeCheck),
    chats: chatsOf(current),
    groups: groupsOf(current, takeCheck),
    profile: profileOf(current, presence, picturePeriodMs),
    opened: (life) => presence.opened(life),
  }
}
