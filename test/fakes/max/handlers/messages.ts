import type { Actor } from '../messages.ts'
import type { Chat, Draft, Message, MessageLink } from '../model.ts'
import type { Fields } from '../msgpack.ts'
import { ASK } from '../opcodes.ts'
import type { Reader } from '../reader.ts'
import { wrong } from '../refusal.ts'
import type { Handler, Service, Station } from '../service.ts'
import { chatFields, messageFields, reactionFields, visible, wrapped } from '../shown.ts'
import { unreadOf } from '../standing.ts'

const STYLES = ['STRONG', 'EMPHASIZED', 'UNDERLINE', 'STRIKETHROUGH', 'MONOSPACED', 'LINK']
const LONGEST_HISTORY = 100

/** What clients ask about messages. */
export function messageHandlers(service: Service): ReadonlyMap<number, Handler> {
  const { network, messages } = service
  const chatOf = (asked: Reader, { actor }: Station): Chat => network.chat(actor.person, asked.id('chatId'))
  return new Map<number, Handler>([
    [ASK.send, (asked, station) => send(service, asked, station)],
    [ASK.edit, (asked, station) => edit(service, asked, station)],
    [
      ASK.remove,
      (asked, station) => {
        messages.remove(station.actor, chatOf(asked, station), asked.ids('messageIds'), asked.flag('forMe'))
        return {}
      },
    ],
    [
      ASK.typing,
      (asked, station) => {
        messages.type(station.actor, chatOf(asked, station), asked.textOr('type', ''))
        return {}
      },
    ],
    [
      ASK.watchChat,
      (asked, station) => {
        station.watch(chatOf(asked, station), asked.flag('subscribe'))
        return {}
      },
    ],
    [ASK.mark, (asked, station) => mark(service, asked, station)],
    [ASK.history, (asked, station) => history(service, asked, station)],
    [
      ASK.messages,
      (asked, station) => {
        const chat = chatOf(asked, station)
        const { person } = station.actor
        const ids = new Set(asked.ids('messageIds'))
        const found = visible(chat, person).filter(({ id }) => ids.has(id))
        return { chatId: wrapped(chat.id), messages: found.map((message) => messageFields(chat, message, person)) }
      },
    ],
    [ASK.vote, (asked, station) => vote(service, asked, station)],
    ...reactionHandlers(service, chatOf),
  ])
}

function reactionHandlers(
  { messages }: Service,
  chatOf: (asked: Reader, station: Station) => Chat,
): readonly (readonly [number, Handler])[] {
  const react = (asked: Reader, station: Station, reaction: string | null): Fields => {
    const message = messages.react(station.actor, chatOf(asked, station), asked.id('messageId'), reaction)
    return { reactionInfo: reactionFields(message, station.actor.person) }
  }
  return [
    [
      ASK.react,
      (asked, station) => {
        const reaction = asked.inner('reaction')
        if (reaction.text('reactionType') !== 'EMOJI') throw wrong('a reaction is an emoji')
        return react(asked, station, reaction.text('id', 40))
      },
    ],
    [ASK.unreact, (asked, station) => react(asked, station, null)],
    [
      ASK.reactions,
      (asked, station) => {
        const { person } = station.actor
        const chat = chatOf(asked, station)
        const found = asked.ids('messageIds').map((id) => messages.seen(person, chat, id))
        return { messagesReactions: new Map(found.map((one) => [one.id, reactionFields(one, person)])) }
      },
    ],
    [
      ASK.whoReacted,
      (asked, station) => {
        const message = messages.seen(station.actor.person, chatOf(asked, station), asked.id('messageId'))
        const reactions = [...message.reactions].map(([id, reaction]) => ({ userId: wrapped(id), reaction }))
        return { ...reactionFields(message, station.actor.person), reactions }
      },
    ],
  ]
}

function send(service: Service, asked: Reader, { actor }: Station): Fields {
  const { network, messages } = service
  asked.flag('notify')
  const draft = asked.inner('message')
  const cid = String(draft.whole('cid'))
  if (!asked.has('chatId') && !asked.has('userId')) return found(service, draft, actor, cid)
  const { person } = actor
  const id = asked.has('chatId') ? asked.id('chatId') : asked.id('userId') ^ person.id
  const chat = network.chat(person, id)
  const earlier = messages.repeated(actor, chat.key, cid)
  const message = earlier ?? messages.send(actor, chat, { ...draftOf(service, draft, actor, chat), cid })
  return {
    chatId: wrapped(chat.id),
    message: messageFields(chat, message, person),
    unread: unreadOf(chat, person),
    mark: wrapped(BigInt(chat.members.get(person.id)?.readMark ?? 0)),
  }
}

/** A message to no chat that makes one. */
function found({ groups }: Service, draft: Reader, actor: Actor, cid: string): Fields {
  const [control] = draft.readers('attaches')
  if (control?.text('_type') !== 'CONTROL' || control.text('event') !== 'new')
    throw wrong('a message without a chat makes one')
  const type = control.text('chatType')
  if (type !== 'CHAT' && type !== 'CHANNEL') throw wrong('there is no such type of chat')
  const { chat, message } = groups.create(actor, control.text('title'), control.ids('userIds'), type, cid)
  const { person } = actor
  return {
    chatId: wrapped(chat.id),
    chat: chatFields(chat, person),
    message: messageFields(chat, message, person),
    unread: 0,
    mark: wrapped(BigInt(message.time)),
  }
}

function draftOf({ network, messages, attachments }: Service, asked: Reader, actor: Actor, chat: Chat): Draft {
  const text = asked.textOr('text', '')
  const attaches = attachments.taken(asked.readers('attaches'), actor.person)
  const elements = elementsOf(asked, text)
  if (!asked.has('link')) return { text, elements, attaches }
  const link = asked.inner('link')
  const type = link.text('type')
  if (type !== 'REPLY' && type !== 'FORWARD') throw wrong('there is no such link')
  const source = type === 'FORWARD' ? network.chat(actor.person, link.id('chatId')) : chat
  const linked: MessageLink = messages.link(actor, type, source, link.id('messageId'))
  if (type === 'FORWARD' && text !== '') throw wrong('what is forwarded has no text of its own')
  return { text, elements, attaches, link: linked }
}

function elementsOf(asked: Reader, text: string): Fields[] {
  return asked.readers('elements').map((element) => {
    const [from, length] = [element.whole('from'), element.whole('length')]
    if (!STYLES.includes(element.text('type')) || from < 0 || length < 1 || from + length > text.length)
      throw wrong('an element outside its text, or of no known type')
    if (element.text('type') === 'LINK') element.inner('attributes').text('url')
    return element.fields
  })
}

function edit({ network, messages, attachments }: Service, asked: Reader, { actor }: Station): Fields {
  const chat = network.chat(actor.person, asked.id('chatId'))
  const text = asked.text('text')
  const attaches = attachments.taken(asked.readers('attachments'), actor.person)
  const changed = { text, elements: elementsOf(asked, text), attaches }
  const message: Message = messages.edit(actor, chat, asked.id('messageId'), changed)
  return { message: messageFields(chat, message, actor.person) }
}

function mark({ network, messages }: Service, asked: Reader, { actor }: Station): Fields {
  const chat = network.chat(actor.person, asked.id('chatId'))
  const type = asked.text('type')
  if (type !== 'READ_MESSAGE' && type !== 'SET_AS_UNREAD') throw wrong('there is no such mark')
  const at = asked.whole('mark')
  if (asked.has('messageId') && messages.seen(actor.person, chat, asked.id('messageId')).time !== at)
    network.recording.complain('a read mark that is not the time of its message')
  messages.mark(actor, chat, at, type === 'SET_AS_UNREAD')
  const own = chat.members.get(actor.person.id)
  return { unread: unreadOf(chat, actor.person), mark: wrapped(BigInt(own?.readMark ?? 0)) }
}

function history({ network, messages }: Service, asked: Reader, { actor }: Station): Fields {
  const chat = network.chat(actor.person, asked.id('chatId'))
  asked.flag('getMessages')
  const counts = { backward: asked.whole('backward'), forward: asked.whole('forward') }
  if (Math.max(counts.backward, counts.forward) > LONGEST_HISTORY) throw wrong(`at most ${LONGEST_HISTORY} at once`)
  if (asked.textOr('itemType', '') === 'DELAYED') return { messages: [] }
  const found = messages.history(actor.person, chat, asked.whole('from'), counts)
  return { messages: found.map((message) => messageFields(chat, message, actor.person)) }
}

/** Numbers of answers must be plain, other than ids elsewhere. */
function vote({ network, messages }: Service, asked: Reader, { actor }: Station): Fields {
  const chat = network.chat(actor.person, asked.id('chatId'))
  const answers = asked.list('answersIds').map((answer) => {
    if (typeof answer !== 'number') throw wrong('the number of an answer is a plain integer')
    return answer
  })
  asked.looseId('pollId')
  const message = messages.vote(actor, chat, asked.id('messageId'), answers)
  return { message: messageFields(chat, message, actor.person) }
}
