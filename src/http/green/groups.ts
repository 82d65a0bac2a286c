import Type from 'typebox'
import type { Groups } from '../../drivers/facets.ts'
import type { Instance } from '../../instances/instance.ts'
import { GROUP_RIGHTS, type GroupData, type GroupRight } from '../../model/chats.ts'
import { fault, isFault, type Fault } from '../../model/fault.ts'
import type { ChatId } from '../../model/ids.ts'
import { validationText } from '../errors.ts'
import { bool, integer, list, oneOf, optional, text } from '../fields.ts'
import { defineMethod, RawJson, type Outcome, type Row } from '../method.ts'
import { wireSeconds } from '../wire-time.ts'
import { said, TEXT } from './answers.ts'
import { groupFields, readChat, readChats, readGroup } from './chat-id.ts'
import { ask, isNo } from './facets.ts'

const groupName = text({ empty: 'error', max: 100 })
const memberId = text({ empty: 'error', max: 64 })

const createGroup = defineMethod({
  name: 'createGroup',
  summary: 'Makes a group with these persons.',
  verbs: ['POST'],
  group: 'groups',
  perSecond: 1,
  hasQuota: true,
  fields: {
    groupName,
    chatIds: list(memberId, { empty: 'error', min: 1, max: 1024 }),
    type: optional(oneOf(['group', 'supergroup'], { empty: 'absent' })),
    messageAutoDeleteTime: optional(integer({ empty: 'absent', minimum: 0, maximum: 365 })),
    isAnonymous: optional(bool({ empty: 'absent' })),
  },
  answer: said('created', { chatId: TEXT, groupInviteLink: TEXT }),
  async handle(instance: Instance, fields) {
    const members = readChats(instance, fields.chatIds, 'person', 'chatIds')
    if (isFault(members)) return members
    const options = {
      isSupergroup: fields.type === 'supergroup',
      ...(fields.messageAutoDeleteTime !== undefined && { autoDeleteDays: fields.messageAutoDeleteTime }),
    }
    const made = await ask(instance, 'groups', (groups) => groups.create(fields.groupName, members, options))
    if (!isFault(made)) return { created: true, chatId: made.id, groupInviteLink: made.inviteLink }
    return isNo(made) ? { created: false, chatId: '', groupInviteLink: '' } : made
  },
})

/** What a change of a group answers: done, or refused by the messenger. */
async function change(
  instance: Instance,
  group: ChatId | Fault,
  answer: string,
  act: (groups: Groups, group: ChatId) => Promise<Fault | undefined>,
  more: object = {},
): Promise<Outcome> {
  if (isFault(group)) return group
  const trouble = await ask(instance, 'groups', (groups) => act(groups, group))
  if (trouble !== undefined && !isNo(trouble)) return trouble
  return { [answer]: trouble === undefined, ...more }
}

const updateGroupName = defineMethod({
  name: 'updateGroupName',
  summary: 'Renames a group.',
  verbs: ['POST'],
  group: 'groups',
  perSecond: 1,
  hasQuota: true,
  fields: { ...groupFields, groupName },
  answer: said('updateGroupName'),
  handle(instance: Instance, fields) {
    return change(instance, readGroup(instance, fields), 'updateGroupName', (groups, group) =>
      groups.rename(group, fields.groupName),
    )
  },
})

type MemberChange = (groups: Groups, group: ChatId, member: ChatId) => Promise<Fault | undefined>

function memberMethod(name: string, summary: string, answer: string, act: MemberChange): Row<Instance> {
  return defineMethod({
    name,
    summary,
    verbs: ['POST'],
    group: 'groups',
    perSecond: 10,
    hasQuota: true,
    fields: { ...groupFields, participantChatId: memberId },
    answer: said(answer),
    handle(instance: Instance, fields) {
      const member = readChat(instance, fields.participantChatId, 'person', 'participantChatId')
      if (isFault(member)) return member
      return change(instance, readGroup(instance, fields), answer, (groups, group) => act(groups, group, member))
    },
  })
}

const leaveGroup = defineMethod({
  name: 'leaveGroup',
  summary: 'Leaves a group.',
  verbs: ['POST'],
  group: 'groups',
  perSecond: 10,
  hasQuota: true,
  fields: groupFields,
  answer: said('leaveGroup'),
  handle(instance: Instance, fields) {
    return change(instance, readGroup(instance, fields), 'leaveGroup', (groups, group) => groups.leave(group))
  },
})

const right = optional(bool({ empty: 'absent' }))
const rightFields = {
  allowParticipantsEditGroupSettings: right,
  allowParticipantsSendMessages: right,
  allowParticipantsAddMembers: right,
  allowParticipantsPinMessages: right,
} satisfies Record<GroupRight, unknown>

const updateGroupSettings = defineMethod({
  name: 'updateGroupSettings',
  summary: 'Sets what members of a group may do.',
  verbs: ['POST'],
  group: 'groups',
  perSecond: 1,
  fields: { ...groupFields, ...rightFields },
  answer: said('updateGroupSettings', { reason: TEXT }),
  async handle(instance: Instance, fields) {
    const group = readGroup(instance, fields)
    if (isFault(group)) return group
    const given = GROUP_RIGHTS.filter((right) => fields[right] !== undefined)
    if (given.length === 0) return fault('invalid', validationText(["'value' must have at least 2 keys"]))
    const rights = Object.fromEntries(given.map((right) => [right, fields[right]])) as Partial<
      Record<GroupRight, boolean>
    >
    const trouble = await ask(instance, 'groups', (groups) => groups.setRights(group, rights))
    if (trouble === undefined) return { updateGroupSettings: true, reason: '' }
    return isNo(trouble) ? { updateGroupSettings: false, reason: trouble.message } : trouble
  },
})

const MEMBER = Type.Object({
  id: Type.Optional(TEXT),
  chatId: Type.Optional(TEXT),
  name: Type.Optional(TEXT),
  isAdmin: Type.Boolean(),
  isSuperAdmin: Type.Boolean(),
})

const rightAnswers = {
  allowParticipantsEditGroupSettings: Type.Boolean(),
  allowParticipantsSendMessages: Type.Boolean(),
  allowParticipantsAddMembers: Type.Boolean(),
  allowParticipantsPinMessages: Type.Boolean(),
} satisfies Record<GroupRight, unknown>

const getGroupData = defineMethod({
  name: 'getGroupData',
  summary: 'Tells what a group is and who is in it.',
  verbs: ['POST'],
  reads: true,
  group: 'groups',
  perSecond: 1,
  hasQuota: true,
  fields: groupFields,
  answer: Type.Union([
    Type.Object({
      groupId: Type.Optional(TEXT),
      chatId: Type.Optional(TEXT),
      owner: TEXT,
      subject: TEXT,
      creation: Type.Integer(),
      participants: Type.Array(MEMBER),
      subjectTime: Type.Integer(),
      subjectOwner: TEXT,
      groupInviteLink: TEXT,
      description: TEXT,
      ephemeralExpiration: Type.Integer(),
      size: Type.Integer(),
      ...rightAnswers,
    }),
    TEXT,
  ]),
  async handle(instance: Instance, fields) {
    const group = readGroup(instance, fields)
    if (isFault(group)) return group
    const data = await ask(instance, 'groups', (groups) => groups.data(group))
    if (!isFault(data)) return groupAnswer(instance, data)
    // The contract answers 200 with a string.
    if (data.fault === 'notFound') return ITEM_NOT_FOUND
    return data.fault === 'forbidden' ? FORBIDDEN : data
  },
})

const ITEM_NOT_FOUND = new RawJson('"Error: item-not-found"')
const FORBIDDEN = new RawJson('"Error: forbidden"')

function groupAnswer({ messenger }: Instance, data: GroupData): object {
  const id = messenger === 'whatsapp' ? 'groupId' : 'chatId'
  const memberKey = messenger === 'whatsapp' ? 'id' : 'chatId'
  return {
    [id]: data.id,
    owner: data.owner,
    subject: data.subject,
    creation: wireSeconds(data.createdAt),
    participants: data.members.map((member) => ({
      [memberKey]: member.id,
      ...(messenger !== 'whatsapp' && { name: member.name }),
      isAdmin: member.isAdmin,
      isSuperAdmin: member.isOwner,
    })),
    subjectTime: wireSeconds(data.subjectAt),
    subjectOwner: data.subjectOwner,
    groupInviteLink: data.inviteLink,
    description: data.description,
    ephemeralExpiration: data.ephemeralS,
    size: data.members.length,
    ...data.rights,
    ...(messenger === 'telegram' && { isSupergroup: data.type === 'supergroup', isChannel: false }),
  }
}

/** The methods of groups, but for their pictures. */
export const groupMethods: readonly Row<Instance>[] = [
  createGroup,
  updateGroupName,
  getGroupData,
  memberMethod('addGroupParticipant', 'Adds a person to a group.', 'addParticipant', (groups, group, member) =>
    groups.add(group, member),
  ),
  memberMethod(
    'removeGroupParticipant',
    'Removes a person from a group.',
    'removeParticipant',
    (groups, group, member) => groups.remove(group, member),
  ),
  memberMethod('setGroupAdmin', 'Makes a member an admin.', 'setGroupAdmin', (groups, group, member) =>
    groups.setAdmin(group, member, true),
  ),
  memberMethod('removeAdmin', 'Takes the rights of an admin from a member.', 'removeAdmin', (groups, group, member) =>
    groups.setAdmin(group, member, false),
  ),
  leaveGroup,
  updateGroupSettings,
]
