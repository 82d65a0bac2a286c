import type { Clock } from '../../../lib/clock.ts'
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
import { NOT_CONNECTED } from './trouble.ts'

/** What the facets need of the session that they belong to. */
export interface FacetsOptions {
  /** Takes one number check from the day's budget of this account; a fault when none is left. */
  readonly takeCheck: TakeCheck
  /** Larger files are not downloaded. */
  readonly fileLimitBytes: number
  readonly clock: Pick<Clock, 'now'>
}

/** All that a session offers beyond sending, over the lives that it has. */
export class SessionFacets {
  readonly facets: Facets
  readonly #presence = new Presence()

  /** `current`: the life that is open now; null while there is none. */
  constructor(current: Current, { takeCheck, fileLimitBytes, clock }: FacetsOptions) {
    this.facets = {
      files: {
        download: async (file, signal) => {
          const life = current()
          return life === null ? NOT_CONNECTED : downloadFile(life, file, signal, fileLimitBytes)
        },
      },
      contacts: contactsOf(current, takeCheck),
      chats: chatsOf(current),
      groups: groupsOf(current, takeCheck),
      profile: profileOf(current, this.#presence, clock),
    }
  }

  /** To be told of every life when it is open: what was asked to last goes on in it. */
  opened(life: Life): void {
    this.#presence.opened(life)
  }
}
