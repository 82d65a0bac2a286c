import { api } from './api.js'
import { avatarOf, learnPhone } from './avatar.js'
import { byId, make, row, tick, timeOf } from './dom.js'
import { lineOf } from './lines.js'
import { isGroup, knownName, nameOf, on, state, tell } from './state.js'

/** Chats with messages as the network orders them, then groups in which nobody has written yet. */
function shownChats() {
  const silent = state.groups.filter(({ group }) => !state.chats.some(({ chat }) => chat === group))
  return [
    ...state.chats,
    ...silent.map(({ group, subject }) => ({ chat: group, name: subject, unread: 0, last: null })),
  ]
}

function showChats() {
  const chats = shownChats()
  byId('no-chats').hidden = chats.length > 0
  byId('chats').hidden = chats.length === 0
  const focused = document.activeElement?.dataset?.chat
  byId('chats').replaceChildren(...chats.map((chat) => make('li', {}, chatRow(chat))))
  if (focused !== undefined) focusChat(focused)
}

export function focusChat(chat) {
  byId('chats')
    .querySelector(`[data-chat="${CSS.escape(chat)}"]`)
    ?.focus()
}

function chatRow({ chat, unread, last }) {
  const author = isGroup(chat) && last?.direction === 'in' ? `${nameOf(last.from)}: ` : ''
  const note = [make('span', { text: last === null ? '' : author + lineOf(last) })]
  if (last?.direction === 'out' && !last.isDeleted) note.unshift(tick(last.status))
  if (unread > 0) note.push(make('span', { classes: 'unread', text: String(unread) }))
  const button = row({
    avatar: avatarOf(chat),
    name: nameOf(chat),
    aside: last === null ? [] : [make('time', { text: timeOf(last.time) })],
    note,
    onclick: () => tell('choose', chat, true),
    data: { chat },
  })
  if (state.open === chat) button.setAttribute('aria-current', 'true')
  return button
}

/** A message came or went: its chat is the first now. */
export function raiseChat(message) {
  const known = state.chats.find((one) => one.chat === message.chat)
  const raised = known ?? { chat: message.chat, name: '', unread: 0, last: null }
  raised.last = message
  if (message.direction === 'in') raised.unread += 1
  state.chats = [raised, ...state.chats.filter((one) => one !== raised)]
  showChats()
  void learnWho(message.chat)
}

/** Asks for the names and pictures that the list lacks. */
export async function learnWho(...chats) {
  const { me } = state
  const unknown = chats.filter((chat) => !isGroup(chat) && !asked.has(`${me.messenger}/${chat}`)).slice(0, 30)
  for (const phone of unknown) asked.add(`${me.messenger}/${phone}`)
  const phones = await Promise.all(unknown.map((phone) => api.phone({ ...me, phone }).catch(() => null)))
  if (state.me !== me || phones.length === 0) return
  for (const phone of phones) if (phone !== null) learnPhone(phone)
  if (unknown.some((chat) => knownName(chat) !== '')) tell('names')
}

const asked = new Set()

on('chats', showChats)
on('names', showChats)
on('language', () => state.me !== null && showChats())
on('opened', showChats)
