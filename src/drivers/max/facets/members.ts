import type { GroupMember } from '../../../model/chats.ts'
import { fault, isFault, type Fault } from '../../../model/fault.ts'
import type { ChatId } from '../../../model/ids.ts'
import type { Life } from '../life.ts'
import { wholeName } from '../names.ts'
import { CHANGE_MEMBERS, MEMBERS, PERMISSION } from '../wire/opcodes.ts'
import type { Chat, Contact } from '../wire/shapes.ts'
import { answerTo, turnPage } from './asking.ts'
import type { Words } from './trouble.ts'

const PAGE = 100
/** Of members that are listed; who asks for more of a crowd would ask for very long. */
const MOST_PAGES = 50
/** What an administrator of a group may do. The others are about channels, and about what others wrote. */
const { members, admins, info, pin, remove } = PERMISSION
const ADMIN = members + admins + info + pin + remove

const NOBODY = fault('noAccount', 'nobody with a MAX account is behind it')
export const NOT_THERE = fault('notFound', 'there is no such group, or the account is not in it')

/** What the network says of the persons that a change names. */
const CHANGING: Words = {
  'participants.filter.out': fault(
    'refused',
    'MAX changed nothing: the person is there already, is not there, is the owner, or lets nobody do that (participants.filter.out)',
  ),
  'not.found': NOBODY,
  'chat.not.found': NOT_THERE,
}

type Change = 'add' | 'remove' | 'promote' | 'demote'

/** Changes one member of a group. `who`: null when nobody is behind it. */
export async function changeMember(
  life: Life,
  group: string,
  who: string | null | Fault,
  change: Change,
): Promise<Fault | undefined> {
  if (isFault(who)) return who
  if (who === null) return NOBODY
  const isAdmin = change === 'promote' || change === 'demote'
  const operation = change === 'add' || change === 'promote' ? 'add' : 'remove'
  const rights = change === 'promote' ? { permissions: ADMIN } : {}
  const asked = { chatId: group, userIds: [who], operation, isAdmin, ...rights } as const
  const answer = await answerTo(life, CHANGING, CHANGE_MEMBERS, asked)
  return isFault(answer) ? answer : undefined
}

/** All who are in a group, as the account sees them. */
export async function membersOf(life: Life, chat: Chat): Promise<readonly GroupMember[] | Fault> {
  const all = new Map<string, Contact>()
  let marker: number | undefined
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const before = all.size
    const answer = await answerTo(life, { 'chat.not.found': NOT_THERE }, MEMBERS, chat.id, PAGE, marker)
    if (isFault(answer)) return answer
    for (const { contact } of answer.members) all.set(contact.id, contact)
    const next = answer.marker ?? 0
    if (next === 0 || next === marker || all.size === before) break
    marker = next
    await turnPage(life)
  }
  return [...all.values()].map((contact) => memberOf(chat, contact))
}

function memberOf(chat: Chat, { id, names = [], phone = '' }: Contact): GroupMember {
  const [first] = names
  return { id: id as ChatId, name: wholeName(first), phone, isAdmin: isAdminIn(chat, id), isOwner: chat.owner === id }
}

export function isAdminIn({ owner, admins = [], adminParticipants = {} }: Chat, person: string): boolean {
  return owner === person || admins.includes(person) || Object.hasOwn(adminParticipants, person)
}
