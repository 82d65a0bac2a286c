import type { GroupData, GroupMember, GroupRights } from '../../../model/chats.ts'
import { fault, isFault, type Fault } from '../../../model/fault.ts'
import type { ChatId } from '../../../model/ids.ts'
import type { Groups } from '../../facets.ts'
import type { GroupMetadata, GroupParticipant } from '../engine/engine.ts'
import { isGroup } from '../jids.ts'
import type { Life } from '../life.ts'
import { ask, keep, told, type Current } from './asking.ts'
import { changeMember } from './members.ts'
import { personJid, phoneShown, type TakeCheck } from './persons.ts'
import { setPictureOf } from './pictures.ts'

const INVITE = 'https://chat.whatsapp.com/'
const NOT_THERE = fault('notFound', 'there is no such group, or the account is not in it')
const NOT_ALLOWED = fault('refused', 'WhatsApp refused it (403): only an admin of the group may do that')
const NO_PINS = fault('unsupported', 'who may pin messages follows from who may edit the group here')
/** Looking: whoever is not in a group may not see into it. */
const LOOKING = { 401: NOT_THERE, 403: NOT_THERE, 404: NOT_THERE }
const CHANGING = { 401: NOT_ALLOWED, 403: NOT_ALLOWED, 404: NOT_THERE }

export function groupsOf(current: Current, takeCheck: TakeCheck): Groups {
  const change = (group: ChatId, work: (life: Life, jid: string) => Promise<Fault | undefined>) =>
    told(current, async (life) => (isGroup(group) ? work(life, group) : NOT_THERE), CHANGING)
  return {
    create: (name, members) => ask(current, (life) => create(life, name, members, takeCheck)),
    data: (group) => ask(current, (life) => dataOf(life, group), LOOKING),
    rename: (group, name) => change(group, (life, jid) => rename(life, jid, name)),
    add: (group, member) =>
      change(group, async (life, jid) => changeMember(life, jid, await personJid(life, member, takeCheck), 'add')),
    remove: (group, member) =>
      change(group, async (life, jid) => changeMember(life, jid, await life.people.jidOf(member), 'remove')),
    setAdmin: (group, member, isAdmin) =>
      change(group, async (life, jid) =>
        changeMember(life, jid, await life.people.jidOf(member), isAdmin ? 'promote' : 'demote'),
      ),
    setRights: (group, rights) => change(group, (life, jid) => setRights(life, jid, rights)),
    setPicture: (group, picture) => change(group, (life, jid) => setPictureOf(life, jid, picture)),
    leave: (group) => told(current, (life) => leave(life, group), LOOKING),
  }
}

async function create(
  life: Life,
  name: string,
  members: readonly ChatId[],
  takeCheck: TakeCheck,
): Promise<{ readonly id: ChatId; readonly inviteLink: string } | Fault> {
  const jids: string[] = []
  for (const member of members) {
    const jid = await personJid(life, member, takeCheck)
    if (isFault(jid)) return jid
    if (jid === null) return fault('noAccount', `nobody with a WhatsApp account is behind ${member}`)
    if (!life.people.isOwn(jid)) jids.push(jid)
  }
  const { id, subject } = await life.socket.groupCreate(name, jids)
  await keep(life, (draft) => life.directory.noteChat(id, { name: subject, at: life.host.clock.now() }, draft))
  return { id: id as ChatId, inviteLink: await inviteLink(life, id) }
}

async function dataOf(life: Life, group: ChatId): Promise<GroupData | Fault> {
  if (!isGroup(group)) return NOT_THERE
  const told = await life.socket.groupMetadata(group)
  const { owner = '', ownerPn, subjectOwner = '', subjectOwnerPn } = told
  const isAdmin = told.participants.some(
    ({ id, phoneNumber = '', admin }) =>
      (life.people.isOwn(id) || life.people.isOwn(phoneNumber)) && typeof admin === 'string',
  )
  const members: GroupMember[] = []
  for (const participant of told.participants) members.push(await memberOf(life, participant))
  return {
    ...{ id: group, owner: await named(life, owner, ownerPn), subject: told.subject },
    ...{ subjectOwner: await named(life, subjectOwner, subjectOwnerPn), subjectAt: ms(told.subjectTime) },
    ...{ createdAt: ms(told.creation), description: told.desc ?? '', members, rights: rightsOf(told) },
    ...{ inviteLink: isAdmin ? await inviteLink(life, group) : '' },
    ...{ ephemeralS: told.ephemeralDuration ?? 0, type: 'group' },
  }
}

async function memberOf(life: Life, { id, lid, phoneNumber, admin }: GroupParticipant): Promise<GroupMember> {
  const { name = '', contactName = '' } = (await life.directory.contact(id)) ?? {}
  const alt = phoneNumber ?? lid
  return {
    ...{ id: await life.people.chatOf(id, alt), name: contactName === '' ? name : contactName },
    phone: await phoneShown(life, !life.host.hidesNumbers && phoneNumber !== undefined ? phoneNumber : id),
    ...{ isAdmin: typeof admin === 'string', isOwner: admin === 'superadmin' },
  }
}

async function named({ people }: Life, jid: string, alt: string | undefined): Promise<ChatId> {
  return jid === '' ? ('' as ChatId) : people.chatOf(jid, alt)
}

function rightsOf({ restrict = false, announce = false, memberAddMode = false }: GroupMetadata): GroupRights {
  return {
    allowParticipantsEditGroupSettings: !restrict,
    allowParticipantsSendMessages: !announce,
    allowParticipantsAddMembers: memberAddMode,
    // The network has no setting of its own for it.
    allowParticipantsPinMessages: !restrict,
  }
}

/** Empty where the account may not invite, or the network doesn't tell. */
async function inviteLink({ socket }: Life, jid: string): Promise<string> {
  const code = await socket.groupInviteCode(jid).catch(() => undefined)
  return code === undefined || code === '' ? '' : `${INVITE}${code}`
}

async function rename(life: Life, jid: string, name: string): Promise<undefined> {
  await life.socket.groupUpdateSubject(jid, name)
  await keep(life, (draft) => life.directory.noteChat(jid, { name }, draft))
  return undefined
}

async function setRights({ socket }: Life, jid: string, rights: Partial<GroupRights>): Promise<Fault | undefined> {
  const { allowParticipantsEditGroupSettings: edit, allowParticipantsSendMessages: say } = rights
  const { allowParticipantsAddMembers: invite, allowParticipantsPinMessages: pin } = rights
  if (say !== undefined) await socket.groupSettingUpdate(jid, say ? 'not_announcement' : 'announcement')
  if (edit !== undefined) await socket.groupSettingUpdate(jid, edit ? 'unlocked' : 'locked')
  if (invite !== undefined) await socket.groupMemberAddMode(jid, invite ? 'all_member_add' : 'admin_add')
  const nothingElse = say === undefined && edit === undefined && invite === undefined
  return pin !== undefined && nothingElse ? NO_PINS : undefined
}

async function leave(life: Life, group: ChatId): Promise<Fault | undefined> {
  if (!isGroup(group)) return NOT_THERE
  await life.socket.groupLeave(group)
  await keep(life, (draft) => life.directory.noteGroup(group, () => null, draft))
  return undefined
}

function ms(seconds: number | undefined): number {
  return seconds === undefined || !Number.isFinite(seconds) ? 0 : seconds * 1_000
}
