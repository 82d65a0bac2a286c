import type { GroupData, GroupRights } from '../../../model/chats.ts'
import { fault, isFault, type Fault } from '../../../model/fault.ts'
import type { KeptFile } from '../../../model/content.ts'
import type { ChatId } from '../../../model/ids.ts'
import type { Groups } from '../../facets.ts'
import { nextCid } from '../cids.ts'
import { keep, type Life } from '../life.ts'
import { CHANGE_GROUP, CHAT_INFO, LEAVE_GROUP, SEND, type GroupChange, type GroupOption } from '../wire/opcodes.ts'
import type { Chat } from '../wire/shapes.ts'
import { answerTo, ask, told, type Current } from './asking.ts'
import { changeMember, isAdminIn, membersOf, NOT_THERE } from './members.ts'
import { isGroupId, personBehind } from './persons.ts'
import { handOverPicture } from './pictures.ts'
import { NO_ANSWER, troubleOf, type Words } from './trouble.ts'

const NOT_ALLOWED = fault('refused', 'MAX refused it (access.denied): only an admin of the group may do that')
const NO_SILENCE = fault(
  'unsupported',
  'on MAX everybody in a group may write; only a channel is written by its admins alone',
)
const REFUSING = fault('refused', 'one of them lets nobody add him to a group (participants.filter.out)')
const WORDS: Words = { 'chat.not.found': NOT_THERE, 'not.found': NOT_THERE, 'access.denied': NOT_ALLOWED }
const CREATING: Words = {
  'not.found': fault('noAccount', 'one of them has no MAX account'),
  'participants.filter.out': REFUSING,
}
/** States of a chat that the account is in no more. */
const GONE: ReadonlySet<string> = new Set(['REMOVED', 'LEFT', 'CLOSED'])

export function groupsOf(current: Current): Groups {
  const change = (group: ChatId, work: (life: Life) => Promise<Fault | undefined>) =>
    told(current, async (life) => (isGroupId(group) ? work(life) : NOT_THERE))
  const member = (group: ChatId, who: ChatId, how: Parameters<typeof changeMember>[3]) =>
    change(group, async (life) => changeMember(life, group, await personBehind(life, who), how))
  return {
    create: (name, members) => ask(current, (life) => create(life, name, members)),
    data: (group) => ask(current, (life) => dataOf(life, group)),
    rename: (group, name) => change(group, (life) => changeGroup(life, group, { theme: name })),
    add: (group, who) => member(group, who, 'add'),
    remove: (group, who) => member(group, who, 'remove'),
    setAdmin: (group, who, isAdmin) => member(group, who, isAdmin ? 'promote' : 'demote'),
    setRights: (group, rights) => change(group, (life) => setRights(life, group, rights)),
    setPicture: (group, picture) => change(group, (life) => setPicture(life, group, picture)),
    leave: (group) => change(group, (life) => leave(life, group)),
  }
}

/** A message to no chat makes it; one that comes twice with the same number makes no second. */
async function create(
  life: Life,
  name: string,
  members: readonly ChatId[],
): Promise<{ readonly id: ChatId; readonly inviteLink: string } | Fault> {
  const userIds = await personsAmong(life, members)
  if (isFault(userIds)) return userIds
  const message = { cid: await nextCid(life.host), attaches: [{ kind: 'newGroup', title: name, userIds } as const] }
  let answered = await life.connection.ask(SEND, null, message)
  if (!answered.ok && answered.trouble.why === 'late') answered = await life.connection.ask(SEND, null, message)
  if (!answered.ok) return troubleOf(answered.trouble, CREATING)
  const { chat, chatId } = answered.answer
  const id = chat?.id ?? chatId
  if (id === undefined) return NO_ANSWER
  if (chat !== undefined) await keep(life, (draft) => life.directory.noteChat(chat, draft))
  return { id: id as ChatId, inviteLink: chat?.link ?? '' }
}

async function personsAmong(life: Life, members: readonly ChatId[]): Promise<readonly string[] | Fault> {
  const persons = new Set<string>()
  for (const member of members) {
    const person = await personBehind(life, member)
    if (isFault(person)) return person
    if (person === null) return fault('noAccount', `nobody with a MAX account is behind ${member}`)
    persons.add(person)
  }
  persons.delete(life.self)
  return [...persons]
}

async function dataOf(life: Life, group: ChatId): Promise<GroupData | Fault> {
  if (!isGroupId(group)) return NOT_THERE
  const chat = await chatOf(life, group)
  if (isFault(chat)) return chat
  const members = await membersOf(life, chat)
  if (isFault(members)) return members
  const { title = '', description = '', created = 0 } = chat
  const owner = (chat.owner ?? '') as ChatId
  return {
    // Who named it last, and when, the network does not tell.
    ...{ id: group, owner, subject: title, subjectOwner: owner, subjectAt: created, createdAt: created, description },
    ...{ inviteLink: linkIn(chat, life.self), members, rights: rightsOf(chat), ephemeralS: 0, type: 'group' },
  }
}

function linkIn(chat: Chat, self: string): string {
  const isForAll = chat.options?.['MEMBERS_CAN_SEE_PRIVATE_LINK'] === true
  return isForAll || isAdminIn(chat, self) ? (chat.link ?? '') : ''
}

async function chatOf(life: Life, group: string): Promise<Chat | Fault> {
  const answer = await answerTo(life, WORDS, CHAT_INFO, [group])
  if (isFault(answer)) return answer
  const chat = answer.chats.find(({ id }) => id === group)
  if (chat === undefined || GONE.has(chat.status ?? '')) return NOT_THERE
  await keep(life, (draft) => life.directory.noteChat(chat, draft))
  return chat
}

async function changeGroup(life: Life, group: string, change: GroupChange): Promise<Fault | undefined> {
  const answer = await answerTo(life, WORDS, CHANGE_GROUP, group, change)
  if (isFault(answer)) return answer
  const { chat } = answer
  if (chat !== undefined) await keep(life, (draft) => life.directory.noteChat(chat, draft))
  return undefined
}

function rightsOf({ options = {} }: Chat): GroupRights {
  const isOn = (option: GroupOption) => options[option] === true
  return {
    allowParticipantsEditGroupSettings: !isOn('ONLY_OWNER_CAN_CHANGE_ICON_TITLE'),
    allowParticipantsSendMessages: true,
    allowParticipantsAddMembers: !isOn('ONLY_ADMIN_CAN_ADD_MEMBER'),
    allowParticipantsPinMessages: isOn('ALL_CAN_PIN_MESSAGE'),
  }
}

async function setRights(life: Life, group: string, rights: Partial<GroupRights>): Promise<Fault | undefined> {
  const { allowParticipantsEditGroupSettings: edit, allowParticipantsAddMembers: add } = rights
  const { allowParticipantsSendMessages: say, allowParticipantsPinMessages: pin } = rights
  // Before anything is changed: half of what was asked for would be neither.
  if (say === false) return NO_SILENCE
  const options: GroupChange['options'] = {
    ...(edit !== undefined && { ONLY_OWNER_CAN_CHANGE_ICON_TITLE: !edit }),
    ...(add !== undefined && { ONLY_ADMIN_CAN_ADD_MEMBER: !add }),
    ...(pin !== undefined && { ALL_CAN_PIN_MESSAGE: pin }),
  }
  return Object.keys(options).length === 0 ? undefined : changeGroup(life, group, { options })
}

async function setPicture(life: Life, group: string, picture: KeptFile): Promise<Fault | undefined> {
  const given = await handOverPicture(life, picture)
  return isFault(given) ? given : changeGroup(life, group, { photoToken: given.token })
}

async function leave(life: Life, group: string): Promise<Fault | undefined> {
  const answer = await answerTo(life, WORDS, LEAVE_GROUP, group)
  if (isFault(answer)) return answer
  await keep(life, (draft) => life.directory.forgetChat(group, draft))
  return undefined
}
