import type { Facets } from '../../facets.ts'
import { NOT_CONNECTED } from '../../network/asking.ts'
import { downloadFile } from '../files/download.ts'
import type { Current } from './asking.ts'
import { chatsOf } from './chats.ts'
import { contactsOf } from './contacts.ts'
import { groupsOf } from './groups.ts'
import { profileOf } from './profile.ts'

export interface SessionFacets extends Facets {
  /** Somebody wants the account to be seen online: its tab is to look as if it were open. */
  readonly wantsToBeSeen: () => boolean
}

/** All that a session offers beyond sending, over the lives that it has. `current`: the one that is open now, or null. */
export function facetsOf(current: Current): SessionFacets {
  let isOnline = false
  return {
    files: {
      download: (file, signal) => {
        const life = current()
        return life === null ? Promise.resolve(NOT_CONNECTED) : downloadFile(life, file, signal)
      },
    },
    contacts: contactsOf(current),
    chats: chatsOf(current),
    groups: groupsOf(current),
    profile: profileOf(current, (online) => (isOnline = online)),
    wantsToBeSeen: () => isOnline,
  }
}
