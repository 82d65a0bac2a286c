import { STATUS_CHAT } from '../model/content.ts'
import type { Accounts } from './accounts.ts'
import { isGroup, type Addresses, type Viewer } from './addresses.ts'
import { shownPhone } from './asking.ts'
import type { Contacts } from './contacts.ts'
import type { Groups } from './groups.ts'
import type { Phones } from './phones.ts'
import type { Pushed } from './protocol.ts'

export type Party = Extract<Pushed, { kind: 'message' }>['chat']

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
    const { phones, accounts, groups, contacts, addresses } = this.#parts
    const { messenger, phone } = viewer
    const isPlain = messenger === 'whatsapp'
    if (internal === STATUS_CHAT) return { address: internal, name: '', contactName: '' }
    if (isGroup(internal)) {
      const group = groups.find(messenger, internal)
      const type = isPlain ? {} : { type: group?.type ?? ('group' as const) }
      return { address: internal, name: group?.subject ?? '', contactName: '', ...type }
    }
    const shown = isPlain ? '' : shownPhone({ accounts, contacts }, viewer, internal)
    return {
      address: addresses.toDevice(viewer, internal),
      name: phones.known(messenger, internal)?.name ?? '',
      contactName: contacts.nameOf(messenger, phone, internal),
      ...(shown !== '' && { phone: shown }),
      ...(!isPlain && { type: 'user' as const }),
    }
  }
}
