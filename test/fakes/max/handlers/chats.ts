import type { Chat } from '../model.ts'
import { isFields, type Reader } from '../reader.ts'
import type { Fields } from '../msgpack.ts'
import { ASK } from '../opcodes.ts'
import { Refusal, wrong } from '../refusal.ts'
import type { Handler, Service, Station } from '../service.ts'
import { chatFields, contactFields, presenceFields, wrapped } from '../shown.ts'
import { lastEvent } from '../standing.ts'

const MOST_CHATS = 100
const MOST_MEMBERS = 100

/** What clients ask about chats and groups. */
export function chatHandlers(service: Service): ReadonlyMap<number, Handler> {
  const { network, groups } = service
  const chatOf = (asked: Reader, { actor }: Station): Chat => network.chat(actor.person, asked.id('chatId'))
  return new Map<number, Handler>([
    [ASK.chats, (asked, station) => chatsBefore(service, asked, station)],
    [
      ASK.chatsById,
      (asked, { actor }) => {
        const found = asked.ids('chatIds').flatMap((id) => {
          try {
            return network.chat(actor.person, id)
          } catch {
            return []
          }
        })
        return { chats: found.map((chat) => chatFields(chat, actor.person)) }
      },
    ],
    [ASK.chatById, (asked, station) => ({ chat: chatFields(chatOf(asked, station), station.actor.person) })],
    [ASK.members, (asked, station) => membersOf(service, asked, station)],
    [ASK.editMembers, (asked, station) => editMembers(service, asked, station)],
    [ASK.editChat, (asked, station) => editChat(service, asked, station)],
    [ASK.join, (asked, { actor }) => ({ chat: chatFields(groups.join(actor, asked.text('link')), actor.person) })],
    [
      ASK.leave,
      (asked, station) => {
        groups.leave(station.actor, chatOf(asked, station))
        return {}
      },
    ],
    [ASK.lookAtLink, (asked, { actor }) => ({ chat: chatFields(groups.byLink(asked.text('link')), actor.person) })],
  ])
}

/** Those whose last event was before the marker, the latest first; with 0 none. */
function chatsBefore({ network }: Service, asked: Reader, { actor }: Station): Fields {
  const marker = asked.whole('marker')
  const count = asked.wholeOr('count', 40)
  if (count < 1 || count > MOST_CHATS) throw wrong('at most 100 chats at once')
  const older = network.chatsOf(actor.person).filter((chat) => lastEvent(chat) < marker)
  const shown = older.slice(0, count)
  const last = shown.at(-1)
  return {
    chats: shown.map((chat) => chatFields(chat, actor.person)),
    marker: older.length > shown.length && last !== undefined ? wrapped(BigInt(lastEvent(last))) : 0,
  }
}

function membersOf({ network }: Service, asked: Reader, { actor }: Station): Fields {
  const chat = network.chat(actor.person, asked.id('chatId'))
  if (asked.text('type') !== 'MEMBER') throw wrong('there are no such members')
  const count = asked.whole('count')
  if (count < 1 || count > MOST_MEMBERS) throw wrong('at most 100 members at once')
  const from = asked.wholeOr('marker', 0)
  const all = network.membersOf(chat)
  const members = all.slice(from, from + count).map((person) => ({
    contact: contactFields(person, actor.person),
    presence: presenceFields(person),
    readMark: wrapped(BigInt(chat.members.get(person.id)?.readMark ?? 0)),
  }))
  return { members, ...(all.length > from + count && { marker: from + count }) }
}

function editMembers({ network, groups }: Service, asked: Reader, { actor }: Station): Fields {
  const chat = network.chat(actor.person, asked.id('chatId'))
  if (chat.type === 'DIALOG') throw new Refusal('chat.not.found', 'a dialog has no members to change')
  const userIds = asked.ids('userIds')
  const operation = asked.text('operation')
  if (operation !== 'add' && operation !== 'remove') throw wrong('there is no such operation')
  const isAdding = operation === 'add'
  if (asked.textOr('type', '') === 'ADMIN')
    groups.setAdmins(actor, chat, userIds, isAdding ? asked.whole('permissions') : null)
  else if (isAdding) groups.add(actor, chat, userIds, asked.flagOr('showHistory', true))
  else groups.remove(actor, chat, userIds)
  return { chat: chatFields(chat, actor.person) }
}

function editChat({ network, groups, uploads }: Service, asked: Reader, { actor }: Station): Fields {
  const chat = network.chat(actor.person, asked.id('chatId'))
  if (asked.has('theme')) groups.rename(actor, chat, asked.text('theme'))
  if (asked.has('description')) groups.describe(actor, chat, asked.text('description'))
  if (asked.has('photoToken'))
    groups.setPicture(actor, chat, uploads.url(uploads.byToken('photo', asked.text('photoToken'))))
  if (asked.has('options')) groups.setOptions(actor, chat, optionsOf(asked))
  if (asked.has('pinMessageId')) groups.pin(actor, chat, asked.id('pinMessageId'))
  if (asked.flagOr('revokePrivateLink', false)) groups.revokeLink(actor, chat)
  return { chat: chatFields(chat, actor.person) }
}

function optionsOf(asked: Reader): Record<string, boolean> {
  const options = asked.fields['options']
  if (!isFields(options)) throw wrong('options is no map')
  const entries = Object.entries(options).map(([option, isOn]): [string, boolean] => {
    if (typeof isOn !== 'boolean') throw wrong('an option is on or off')
    return [option, isOn]
  })
  return Object.fromEntries(entries)
}
