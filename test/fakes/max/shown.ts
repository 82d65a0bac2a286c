import type { Chat, Message, Person } from './model.ts'
import { Id, type Fields, type Value } from './msgpack.ts'
import { lastEvent, unreadOf } from './standing.ts'

export const wrapped = (id: bigint): Id => new Id(id)

/** What somebody sees of somebody: the own address book's name before the person's own. */
export function contactFields(person: Person, viewer: Person): Fields {
  const called = viewer.book.get(person.id)
  const mayCall = viewer.id === person.id || !person.hidesPhone
  const mayLook = viewer.id === person.id || !person.hidesPicture
  return {
    id: wrapped(person.id),
    names: [
      ...(called === undefined ? [] : [nameFields(called.firstName, called.lastName, 'CUSTOM')]),
      nameFields(person.firstName, person.lastName, 'ONEME'),
    ],
    accountStatus: 0,
    updateTime: wrapped(BigInt(person.seenAt)),
    ...(person.description !== '' && { description: person.description }),
    ...(mayCall && { phone: Number(person.phone) }),
    ...(mayLook && person.pictureUrl !== null && { baseUrl: person.pictureUrl }),
  }
}

function nameFields(firstName: string, lastName: string, type: string): Fields {
  return { name: [firstName, lastName].filter((name) => name !== '').join(' '), firstName, lastName, type }
}

export function presenceFields({ seenAt, isOnline }: Person): Fields {
  return { seen: wrapped(BigInt(seenAt)), ...(isOnline && { status: 1 }) }
}

export function chatFields(chat: Chat, viewer: Person): Fields {
  const member = chat.members.get(viewer.id)
  const last = visible(chat, viewer).at(-1)
  const marks = [...chat.members].map(([id, { readMark }]) => [id, readMark] as const)
  return {
    id: wrapped(chat.id),
    type: chat.type,
    status: member === undefined ? 'REMOVED' : 'ACTIVE',
    owner: wrapped(chat.owner),
    participants: new Map(marks),
    participantsCount: chat.members.size,
    created: wrapped(BigInt(chat.createdAt)),
    modified: wrapped(BigInt(chat.modifiedAt)),
    lastEventTime: wrapped(BigInt(lastEvent(chat))),
    newMessages: unreadOf(chat, viewer),
    ...(last !== undefined && { lastMessage: messageFields(chat, last, viewer) }),
    ...(chat.type !== 'DIALOG' && groupFields(chat, viewer)),
  }
}

function groupFields(chat: Chat, viewer: Person): Fields {
  const admins = [...chat.members].filter(([id, { permissions }]) => permissions !== null || id === chat.owner)
  const seesLink = chat.options.get('MEMBERS_CAN_SEE_PRIVATE_LINK') === true || admins.some(([id]) => id === viewer.id)
  return {
    title: chat.title,
    description: chat.description,
    access: 'PRIVATE',
    options: Object.fromEntries(chat.options),
    admins: admins.map(([id]) => wrapped(id)),
    adminParticipants: new Map<bigint, Value>(
      admins.map(([id, { permissions }]) => [id, { id: wrapped(id), permissions: permissions ?? 2047 }]),
    ),
    ...(seesLink && chat.link !== '' && { link: chat.link }),
    ...(chat.pictureUrl !== null && { baseIconUrl: chat.pictureUrl }),
    ...(chat.pinned !== null && { pinnedMessageId: wrapped(chat.pinned) }),
  }
}

/** Removed ones vanish, and what was before somebody came. */
export function visible(chat: Chat, viewer: Person): Message[] {
  const from = chat.members.get(viewer.id)?.seesFrom ?? 0
  return chat.messages.filter(
    ({ time, isRemoved, hiddenFrom }) => !isRemoved && !hiddenFrom.has(viewer.id) && time >= from,
  )
}

export function messageFields(chat: Chat, message: Message, viewer: Person): Fields {
  const { id, time, updatedAt, link } = message
  return {
    id: wrapped(id),
    time: wrapped(BigInt(time)),
    ...(updatedAt !== time && { updateTime: wrapped(BigInt(updatedAt)) }),
    ...(chat.type !== 'CHANNEL' && { sender: wrapped(message.sender) }),
    type: chat.type === 'CHANNEL' ? 'CHANNEL' : 'USER',
    text: message.text,
    elements: message.elements,
    attaches: message.attaches,
    ...(message.isRemoved ? { status: 'REMOVED' } : message.isEdited && { status: 'EDITED' }),
    ...(message.cid !== null && message.sender === viewer.id && { cid: BigInt(message.cid) }),
    ...(link !== null && {
      link: {
        type: link.type,
        chatId: wrapped(link.chat.id),
        message: messageFields(link.chat, { ...link.message, link: null }, viewer),
      },
    }),
    ...(message.reactions.size > 0 && { reactionInfo: reactionFields(message, viewer) }),
  }
}

export function reactionFields({ reactions }: Message, viewer: Person): Fields {
  const counts = new Map<string, number>()
  for (const reaction of reactions.values()) counts.set(reaction, (counts.get(reaction) ?? 0) + 1)
  const own = reactions.get(viewer.id)
  return {
    counters: [...counts].map(([reaction, count]) => ({ reaction, count })),
    totalCount: reactions.size,
    ...(own !== undefined && { yourReaction: own }),
  }
}
