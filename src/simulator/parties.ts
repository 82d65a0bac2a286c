import { STATUS_CHAT } from '../model/content.ts'
import type { Accounts } from './accounts.ts'
import { isGroup, type Addresses, type Viewer } from './addresses.ts'
import { shownPhone } from './asking.ts'
import type { Contacts } from './contacts.ts'
import type { Groups } from './groups.ts'
import type { Phones } from './phones.ts'
import type { Pushed } from './protocol.ts'

type Party = Extract<Pushed, { kind: 'message' }>['chat']

interface PartiesParts {
  readonly phones: Phones
  readonly accounts: Accounts
  readonly groups: Groups
  readonly contacts: Contacts
  readonly addresses: Addresses
}

/** Who somebody is, as a device of an account is told. */
export class Parties {
  readonly #parts: PartiesParts

  constructor(parts: PartiesParts) {
    this.#parts = parts
  }

  /** `internal` is a phone, a group's id or the chat of statuses. */
  of(viewer: Viewer & { readonly phone: string }, internal: string): Party {
    if (internal === STATUS_CHAT) return { address: internal, name: '', contactName: '' }
    return isGroup(internal) ? this.#group(viewer, internal) : this.#person(viewer, internal)
  }

  #group({ messenger }: Viewer, id: string): Party {
    const group = this.#parts.groups.find(messenger, id)
    const type = messenger === 'whatsapp' ? {} : { type: group?.type ?? ('group' as const) }
    return { address: id, name: group?.subject ?? '', contactName: '', ...type }
  }

  #person(viewer: Viewer & { readonly phone: string }, person: string): Party {
    const { phones, contacts, addresses } = this.#parts
    const { messenger } = viewer
    const party = {
      address: addresses.toDevice(viewer, person),
      name: phones.known(messenger, person)?.name ?? '',
      contactName: contacts.nameOf(messenger, viewer.phone, person),
    }
    if (messenger === 'whatsapp') return party
    const phone = shownPhone(this.#parts, viewer, person)
    return { ...party, type: 'user', ...(phone !== '' && { phone }) }
  }
}
