import type { Clock } from '../lib/clock.ts'
import { GROUP_RIGHTS, type GroupRights } from '../model/chats.ts'
import type { Messenger } from '../model/messenger.ts'
import type { StoredFile } from './contents.ts'
import type { Feed } from './feed.ts'
import type { Group, GroupChange, GroupMemberRow, Groups, NewGroup } from './groups.ts'
import type { Phones } from './phones.ts'
import { Trouble } from './trouble.ts'

interface GroupActsParts {
  readonly clock: Clock
  readonly feed: Feed
  readonly groups: Groups
  readonly phones: Phones
}

interface Membership {
  readonly group: Group
  readonly self: GroupMemberRow
}

/** What a member asks for; `by` is that member's phone. */
interface Act {
  readonly messenger: Messenger
  readonly by: string
  readonly id: string
}

/**
 * What persons do in groups, by a device or by the phone itself, under the messengers' rules: an admin may do everything, a member
 * what the group's rights allow, and nobody removes or demotes the owner. Done is undefined.
 */
export class GroupActs {
  readonly #parts: GroupActsParts

  constructor(parts: GroupActsParts) {
    this.#parts = parts
  }

  create(wish: NewGroup): Group | Trouble {
    const { messenger, owner } = wish
    const members = [...new Set(wish.members)].filter((phone) => phone !== owner)
    const stranger = members.find((phone) => !this.#parts.phones.get(messenger, phone).exists)
    if (stranger !== undefined) return new Trouble('noAccount', `${stranger} has no account`)
    if (members.length === 0 && messenger === 'whatsapp')
      return new Trouble('refused', 'a group needs somebody beside its owner')
    const group = this.#parts.groups.create({ ...wish, members })
    this.#tell(group, [owner, ...members])
    return group
  }

  /** The group as its member knows it; `notFound` for everybody else. */
  enter({ messenger, by, id }: Act): Membership | Trouble {
    const { groups } = this.#parts
    const group = groups.find(messenger, id)
    const self = group === null ? null : groups.member(messenger, id, by)
    return group === null || self === null
      ? new Trouble('notFound', 'the account is in no such group')
      : { group, self }
  }

  rename(act: Act, subject: string): Trouble | undefined {
    return this.#edit(act, { subject, subjectOwner: act.by, subjectAt: this.#parts.clock.now() })
  }

  describe(act: Act, description: string): Trouble | undefined {
    return this.#edit(act, { description })
  }

  setPicture(act: Act, picture: StoredFile | null): Trouble | undefined {
    return this.#edit(act, { picture })
  }

  setEphemeral(act: Act, seconds: number): Trouble | undefined {
    return this.#edit(act, { ephemeralS: seconds, ephemeralSetAt: this.#parts.clock.now() })
  }

  setRights(act: Act, rights: Partial<GroupRights>): Trouble | undefined {
    const found = this.#asAdmin(act)
    if (found instanceof Trouble) return found
    const before = found.group.rights
    const after = Object.fromEntries(GROUP_RIGHTS.map((right) => [right, rights[right] ?? before[right]]))
    this.#parts.groups.change(found.group, { rights: { ...before, ...after } })
    this.#tell(found.group)
    return undefined
  }

  renewInvite(act: Act): Trouble | undefined {
    const found = this.#asAdmin(act)
    if (found instanceof Trouble) return found
    this.#parts.groups.renewInvite(found.group)
    return undefined
  }

  add(act: Act, phone: string): Trouble | undefined {
    const { groups, phones } = this.#parts
    const found = this.enter(act)
    if (found instanceof Trouble) return found
    const { group, self } = found
    if (!self.isAdmin && !group.rights.allowParticipantsAddMembers) return notAllowed()
    if (!phones.get(act.messenger, phone).exists) return new Trouble('noAccount', `${phone} has no account`)
    if (groups.member(act.messenger, act.id, phone) !== null)
      return new Trouble('refused', `${phone} is in the group already`)
    groups.join(group, phone)
    this.#tell(group)
    return undefined
  }

  /** By the group's invite link. */
  join(messenger: Messenger, phone: string, inviteLink: string): Group | Trouble {
    const { groups } = this.#parts
    const group = groups.byInviteLink(inviteLink)
    if (group?.messenger !== messenger) return new Trouble('notFound', 'the invite leads to no group')
    groups.join(group, phone)
    this.#tell(group)
    return group
  }

  remove(act: Act, phone: string): Trouble | undefined {
    const found = this.#asAdmin(act)
    if (found instanceof Trouble) return found
    const trouble = this.#untouchable(found.group, phone)
    if (trouble !== undefined) return trouble
    this.#parts.groups.leave(found.group, phone)
    this.#tell(found.group, [phone])
    return undefined
  }

  setAdmin(act: Act, phone: string, isAdmin: boolean): Trouble | undefined {
    const found = this.#asAdmin(act)
    if (found instanceof Trouble) return found
    const trouble = this.#untouchable(found.group, phone)
    if (trouble !== undefined) return trouble
    this.#parts.groups.setAdmin(found.group, phone, isAdmin)
    this.#tell(found.group)
    return undefined
  }

  /** A group that its last admin leaves is ruled by whoever has been in it longest. */
  leave(act: Act): Trouble | undefined {
    const { groups } = this.#parts
    const found = this.enter(act)
    if (found instanceof Trouble) return found
    groups.leave(found.group, act.by)
    const left = groups.roster(act.messenger, act.id)
    const [eldest] = left
    if (eldest !== undefined && !left.some(({ isAdmin }) => isAdmin)) groups.setAdmin(found.group, eldest.phone, true)
    this.#tell(found.group, [act.by])
    return undefined
  }

  #edit(act: Act, change: GroupChange): Trouble | undefined {
    const found = this.enter(act)
    if (found instanceof Trouble) return found
    if (!found.self.isAdmin && !found.group.rights.allowParticipantsEditGroupSettings) return notAllowed()
    this.#parts.groups.change(found.group, change)
    this.#tell(found.group)
    return undefined
  }

  #asAdmin(act: Act): Membership | Trouble {
    const found = this.enter(act)
    return found instanceof Trouble || found.self.isAdmin ? found : notAllowed()
  }

  #untouchable(group: Group, phone: string): Trouble | undefined {
    if (this.#parts.groups.member(group.messenger, group.id, phone) === null)
      return new Trouble('refused', `${phone} is not in the group`)
    return phone === group.owner ? new Trouble('refused', 'nobody takes this from the owner') : undefined
  }

  /** The pages of everybody in it, and of these, show the group anew. */
  #tell({ messenger, id }: Group, also: readonly string[] = []): void {
    const members = this.#parts.groups.members(messenger, id) ?? []
    for (const phone of new Set([...members, ...also]))
      this.#parts.feed.publish(messenger, phone, () => ({ kind: 'phone' }))
  }
}

function notAllowed(): Trouble {
  return new Trouble('refused', 'only an admin may do this')
}
