import Type from 'typebox'
import { GROUP_RIGHTS, type GroupRight } from '../model/chats.ts'
import { MESSENGERS, type Messenger } from '../model/messenger.ts'
import { MessengerField, PhoneField, phoneOf } from './fields.ts'
import type { Group } from './groups.ts'
import { messengerOf, type NetworkParts } from './network-parts.ts'
import { Refusal, route, type Route } from './route.ts'
import { Trouble } from './trouble.ts'

const GroupField = Type.String({ minLength: 1, maxLength: 64 })
const NameField = Type.String({ minLength: 1, maxLength: 100 })

const Create = Type.Object({
  /** Who makes it and owns it. */
  by: PhoneField,
  name: NameField,
  members: Type.Optional(Type.Array(PhoneField, { maxItems: 1024 })),
  messenger: MessengerField,
  isSupergroup: Type.Optional(Type.Boolean()),
})

const Move = Type.Object({
  by: PhoneField,
  /** Not needed to join. */
  group: Type.Optional(GroupField),
  action: Type.Enum(['add', 'remove', 'promote', 'demote', 'leave', 'join']),
  /** Whom it is done to; nobody when one leaves or joins. */
  phoneNumber: Type.Optional(PhoneField),
  inviteLink: Type.Optional(Type.String({ maxLength: 256 })),
  messenger: MessengerField,
})

const Change = Type.Object({
  by: PhoneField,
  group: GroupField,
  name: Type.Optional(NameField),
  description: Type.Optional(Type.String({ maxLength: 4096 })),
  rights: Type.Optional(
    Type.Partial(
      Type.Object(
        Object.fromEntries(GROUP_RIGHTS.map((right) => [right, Type.Boolean()])) as Record<
          GroupRight,
          ReturnType<typeof Type.Boolean>
        >,
      ),
    ),
  ),
  renewInvite: Type.Optional(Type.Literal(true)),
  messenger: MessengerField,
})

const List = Type.Object({ phone: Type.String(), messenger: MessengerField })

function viewOf(parts: NetworkParts, group: Group): object {
  const { id, messenger, ...rest } = group
  const members = parts.groups.roster(messenger, id).map(({ phone, isAdmin }) => ({
    phoneNumber: phone,
    name: parts.phones.known(messenger, phone)?.name ?? '',
    isAdmin,
    isOwner: phone === group.owner,
  }))
  return { group: id, messenger, ...rest, members }
}

/** Groups live in one messenger each: the id says which, where the request doesn't. */
function messengerOfGroup(parts: NetworkParts, given: Messenger | undefined, id: string, phone: string): Messenger {
  const found = MESSENGERS.find((messenger) => parts.groups.member(messenger, id, phone) !== null)
  return given ?? found ?? messengerOf(parts, given, phone)
}

function refusalOf(trouble: Trouble): Refusal {
  return new Refusal(400, trouble.message)
}

function create(input: Type.Static<typeof Create>, parts: NetworkParts): unknown {
  const owner = phoneOf('by', input.by)
  if (owner instanceof Refusal) return owner
  const members: string[] = []
  for (const given of input.members ?? []) {
    const member = phoneOf('members', given)
    if (member instanceof Refusal) return member
    members.push(member)
  }
  const messenger = messengerOf(parts, input.messenger, owner, ...members)
  if (!parts.phones.get(messenger, owner).exists) return new Refusal(400, "'by' has no account")
  const type = messenger === 'telegram' && input.isSupergroup === true ? 'supergroup' : 'group'
  const made = parts.groupActs.create({ messenger, owner, subject: input.name, members, type, ephemeralS: 0 })
  return made instanceof Trouble ? refusalOf(made) : viewOf(parts, made)
}

function move(input: Type.Static<typeof Move>, parts: NetworkParts): unknown {
  const by = phoneOf('by', input.by)
  if (by instanceof Refusal) return by
  if (input.action === 'join') return join(input, by, parts)
  if (input.group === undefined) return new Refusal(400, "'group' is required")
  const act = { messenger: messengerOfGroup(parts, input.messenger, input.group, by), by, id: input.group }
  const whom = input.action === 'leave' ? by : phoneOf('phoneNumber', input.phoneNumber ?? '')
  if (whom instanceof Refusal) return whom
  const trouble = done(input.action, act, whom, parts)
  return trouble === undefined ? groupView(act.messenger, act.id, parts) : refusalOf(trouble)
}

function done(
  action: 'add' | 'remove' | 'promote' | 'demote' | 'leave',
  act: { readonly messenger: Messenger; readonly by: string; readonly id: string },
  phone: string,
  { groupActs }: NetworkParts,
): Trouble | undefined {
  switch (action) {
    case 'add':
      return groupActs.add(act, phone)
    case 'remove':
      return groupActs.remove(act, phone)
    case 'promote':
      return groupActs.setAdmin(act, phone, true)
    case 'demote':
      return groupActs.setAdmin(act, phone, false)
    case 'leave':
      return groupActs.leave(act)
    default: {
      const unknown: never = action
      return unknown
    }
  }
}

function join(input: Type.Static<typeof Move>, by: string, parts: NetworkParts): unknown {
  const link = input.inviteLink ?? ''
  const messenger = input.messenger ?? parts.groups.byInviteLink(link)?.messenger ?? 'whatsapp'
  if (!parts.phones.get(messenger, by).exists) return new Refusal(400, "'by' has no account")
  const joined = parts.groupActs.join(messenger, by, link)
  return joined instanceof Trouble ? refusalOf(joined) : viewOf(parts, joined)
}

function change(input: Type.Static<typeof Change>, parts: NetworkParts): unknown {
  const by = phoneOf('by', input.by)
  if (by instanceof Refusal) return by
  const { group: id, name, description, rights, renewInvite } = input
  const act = { messenger: messengerOfGroup(parts, input.messenger, id, by), by, id }
  const { groupActs } = parts
  const steps = [
    name === undefined ? null : () => groupActs.rename(act, name),
    description === undefined ? null : () => groupActs.describe(act, description),
    rights === undefined ? null : () => groupActs.setRights(act, rights),
    renewInvite === undefined ? null : () => groupActs.renewInvite(act),
  ]
  for (const step of steps) {
    const trouble = step?.()
    if (trouble !== undefined) return refusalOf(trouble)
  }
  return groupView(act.messenger, id, parts)
}

function groupView(messenger: Messenger, id: string, parts: NetworkParts): unknown {
  const group = parts.groups.find(messenger, id)
  return group === null ? new Refusal(400, "'group' is none that 'by' is in") : viewOf(parts, group)
}

function list(input: Type.Static<typeof List>, parts: NetworkParts): unknown {
  const phone = phoneOf('phone', input.phone)
  if (phone instanceof Refusal) return phone
  const messengers = input.messenger === undefined ? MESSENGERS : [input.messenger]
  return messengers.flatMap((messenger) => parts.groups.list(messenger, phone).map((group) => viewOf(parts, group)))
}

export const groupRoutes: readonly Route[] = [
  route('POST', '/simulator/groups', Create, create),
  route('GET', '/simulator/groups', List, list),
  route('POST', '/simulator/groups/members', Move, move),
  route('POST', '/simulator/groups/settings', Change, change),
]
