import { isGroup } from './addresses.ts'
import { chatOf, DONE, doneOr, shownPhone, type Answers, type AskParts } from './asking.ts'
import type { AnswerOf, AskOf } from './asks.ts'
import type { Device } from './devices.ts'
import { Trouble } from './trouble.ts'

type ChatSummary = AnswerOf<'chats.list'>[number]

/** What WhatsApp offers: never, a day, a week, 90 days. */
const WHATSAPP_EPHEMERAL_S = [0, 86_400, 604_800, 7_776_000]

interface Listed {
  readonly peer: string
  readonly unread: number
  readonly activeAt: number
}

/** The chats with messages and the groups without, the one where something happened last first. */
function list(device: Device, parts: AskParts): ChatSummary[] {
  const { messenger, phone: owner } = device
  const talked: Listed[] = parts.messages
    .chats(messenger, owner)
    .map(({ peer, last, unread }) => ({ peer, unread, activeAt: parts.messages.bySeq(last)?.at ?? 0 }))
  const withMessages = new Set(talked.map(({ peer }) => peer))
  const silent = parts.groups
    .list(messenger, owner)
    .filter(({ id }) => !withMessages.has(id))
    .map(({ id, createdAt }) => ({ peer: id, unread: 0, activeAt: createdAt }))
  const all = [...talked, ...silent].sort((left, right) => right.activeAt - left.activeAt)
  return all.map((one) => summaryOf(one, device, parts))
}

function summaryOf({ peer, unread }: Listed, device: Device, parts: AskParts): ChatSummary {
  const { messenger, phone: owner } = device
  const { isArchived, ephemeralS, ephemeralSetAt } = parts.chatSettings.get(messenger, owner, peer)
  const group = isGroup(peer) ? parts.groups.find(messenger, peer) : null
  if (group !== null) {
    const { subject: name, type } = group
    const ephemeral = { ephemeralS: group.ephemeralS, ephemeralSetAt: group.ephemeralSetAt }
    return { address: peer, name, type, phone: '', username: '', isArchived, ...ephemeral, unread }
  }
  return {
    address: parts.addresses.toDevice(device, peer),
    name: parts.contacts.nameOf(messenger, owner, peer) || (parts.phones.known(messenger, peer)?.name ?? ''),
    type: isGroup(peer) ? 'group' : 'user',
    phone: isGroup(peer) ? '' : shownPhone(parts, device, peer),
    username: parts.accounts.get(messenger, peer).username,
    ...{ isArchived, ephemeralS, ephemeralSetAt, unread },
  }
}

function read(ask: AskOf<'chats.read'>, device: Device, parts: AskParts): boolean | Trouble {
  const chat = chatOf(parts, device, ask.chat)
  if (chat instanceof Trouble) return false
  return parts.exchange.read(device.messenger, device.phone, chat, ask.upTo) > 0
}

function archive(ask: AskOf<'chats.archive'>, device: Device, parts: AskParts): null | Trouble {
  const { messenger, phone: owner } = device
  const chat = chatOf(parts, device, ask.chat)
  if (chat instanceof Trouble) return new Trouble('notFound', 'there is no such chat')
  if (parts.messages.view(messenger, owner, chat, 0, 1).length === 0)
    return new Trouble('notFound', 'no message is known in this chat')
  parts.chatSettings.set(messenger, owner, chat, { isArchived: ask.isArchived })
  parts.feed.publish(messenger, owner, () => ({ kind: 'phone' }))
  return DONE
}

/** Both sides of a chat keep the same; in a group it is the group's. */
function setEphemeral(ask: AskOf<'chats.ephemeral'>, device: Device, parts: AskParts): null | Trouble {
  const { messenger, phone: owner } = device
  const { seconds } = ask
  if (messenger === 'whatsapp' && !WHATSAPP_EPHEMERAL_S.includes(seconds))
    return new Trouble('invalid', 'messages stay for a day, a week, 90 days or for ever')
  const chat = chatOf(parts, device, ask.chat)
  if (chat instanceof Trouble) return chat
  if (isGroup(chat)) return doneOr(parts.groupActs.setEphemeral({ messenger, by: owner, id: chat }, seconds))
  const change = { ephemeralS: seconds, ephemeralSetAt: parts.clock.now() }
  parts.chatSettings.set(messenger, owner, chat, change)
  parts.chatSettings.set(messenger, chat, owner, change)
  for (const phone of [owner, chat]) parts.feed.publish(messenger, phone, () => ({ kind: 'phone' }))
  return DONE
}

export const chatAnswers: Answers<'chats.list' | 'chats.read' | 'chats.archive' | 'chats.ephemeral'> = {
  'chats.list': (_ask, { device }, parts) => list(device, parts),
  'chats.read': (ask, { device }, parts) => read(ask, device, parts),
  'chats.archive': (ask, { device }, parts) => archive(ask, device, parts),
  'chats.ephemeral': (ask, { device }, parts) => setEphemeral(ask, device, parts),
}
