import { doneOr, personOf, shownPhone, type Answers, type AskParts } from './asking.ts'
import type { AnswerOf, AskOf } from './asks.ts'
import type { Device } from './devices.ts'
import { Trouble } from './trouble.ts'

const DAY_S = 86_400

function actOf({ messenger, phone: by }: Device, id: string) {
  return { messenger, by, id }
}

function create(ask: AskOf<'groups.create'>, device: Device, parts: AskParts): AnswerOf<'groups.create'> | Trouble {
  const { messenger, phone: owner } = device
  const members: string[] = []
  for (const address of ask.members) {
    const person = personOf(parts, device, address)
    if (person instanceof Trouble) return person
    members.push(person)
  }
  const isTelegram = messenger === 'telegram'
  const group = parts.groupActs.create({
    ...{ messenger, owner, subject: ask.name, members },
    type: isTelegram && ask.isSupergroup ? 'supergroup' : 'group',
    ephemeralS: isTelegram ? ask.autoDeleteDays * DAY_S : 0,
  })
  return group instanceof Trouble ? group : { address: group.id, inviteLink: group.inviteLink }
}

function data(ask: AskOf<'groups.data'>, device: Device, parts: AskParts): AnswerOf<'groups.data'> | Trouble {
  const found = parts.groupActs.enter(actOf(device, ask.group))
  if (found instanceof Trouble) return found
  const { group, self } = found
  const { id, subject, subjectAt, createdAt, description, rights, ephemeralS, type, messenger } = group
  const addressOf = (phone: string) => parts.addresses.toDevice(device, phone)
  const members = parts.groups.roster(messenger, id).map(({ phone, isAdmin }) => ({
    address: addressOf(phone),
    name: parts.phones.known(messenger, phone)?.name ?? '',
    phone: shownPhone(parts, device, phone),
    isAdmin,
    isOwner: phone === group.owner,
  }))
  return {
    ...{ address: id, owner: addressOf(group.owner), subject, subjectOwner: addressOf(group.subjectOwner), subjectAt },
    ...{ createdAt, description, inviteLink: self.isAdmin ? group.inviteLink : '', members, rights },
    ...{ ephemeralS, type },
  }
}

function onMember(
  ask: AskOf<'groups.add'>,
  device: Device,
  parts: AskParts,
  act: (act: ReturnType<typeof actOf>, phone: string) => Trouble | undefined,
): null | Trouble {
  const member = personOf(parts, device, ask.member)
  return member instanceof Trouble ? member : doneOr(act(actOf(device, ask.group), member))
}

function setPicture(ask: AskOf<'groups.picture'>, device: Device, parts: AskParts): null | Trouble {
  if (!parts.files.touch(ask.file.sha256)) return new Trouble('notFound', 'the picture is not on the network')
  const { sha256, size } = ask.file
  return doneOr(parts.groupActs.setPicture(actOf(device, ask.group), { sha256, size }))
}

export const groupAnswers: Answers<
  | 'groups.create'
  | 'groups.data'
  | 'groups.rename'
  | 'groups.add'
  | 'groups.remove'
  | 'groups.admin'
  | 'groups.rights'
  | 'groups.picture'
  | 'groups.leave'
> = {
  'groups.create': (ask, { device }, parts) => create(ask, device, parts),
  'groups.data': (ask, { device }, parts) => data(ask, device, parts),
  'groups.rename': (ask, { device }, { groupActs }) => doneOr(groupActs.rename(actOf(device, ask.group), ask.name)),
  'groups.add': (ask, { device }, parts) =>
    onMember(ask, device, parts, (act, phone) => parts.groupActs.add(act, phone)),
  'groups.remove': (ask, { device }, parts) =>
    onMember(ask, device, parts, (act, phone) => parts.groupActs.remove(act, phone)),
  'groups.admin': (ask, { device }, parts) =>
    onMember(ask, device, parts, (act, phone) => parts.groupActs.setAdmin(act, phone, ask.isAdmin)),
  'groups.rights': (ask, { device }, { groupActs }) =>
    doneOr(groupActs.setRights(actOf(device, ask.group), ask.rights)),
  'groups.picture': (ask, { device }, parts) => setPicture(ask, device, parts),
  'groups.leave': (ask, { device }, { groupActs }) => doneOr(groupActs.leave(actOf(device, ask.group))),
}
