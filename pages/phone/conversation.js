import { api } from './api.js'
import { dressAvatar, learnPhone } from './avatar.js'
import { bubble } from './bubble.js'
import { callLine } from './call-lines.js'
import { focusChat, learnWho, raiseChat } from './chats.js'
import { byId, dayOf, make, tick } from './dom.js'
import { attempt, tryOut } from './errors.js'
import { groupOf, habits, isGroup, nameOf, on, state, tell } from './state.js'
import { word } from './words.js'

let typingEnd

export async function openChat(chat, byHand = false) {
  if (state.open !== chat) {
    state.messages = new Map()
    tell('leave')
  }
  state.open = chat
  byId('phone').classList.add('in-chat')
  byId('no-chat').hidden = true
  byId('conversation').hidden = false
  tell('opened')
  showPeer()
  if (byHand) byId('text').focus()
  const { me } = state
  const got = await attempt(byId('send-error'), () =>
    Promise.all([api.messages(me, chat), isGroup(chat) ? null : api.phone({ ...me, phone: chat })]),
  )
  if (state.open !== chat || state.me !== me || got === undefined) return
  const [messages, peer] = got
  if (peer !== null) learnPhone(peer)
  if (isGroup(chat)) void learnWho(...(groupOf(chat)?.members ?? []).map(({ phoneNumber }) => phoneNumber))
  state.messages = new Map(messages.map((message) => [message.id, message]))
  tell('names')
  await markOpened()
}

export function closeChat() {
  const last = state.open
  state.open = null
  state.messages = new Map()
  byId('phone').classList.remove('in-chat')
  byId('conversation').hidden = true
  byId('no-chat').hidden = false
  tell('leave')
  tell('opened')
  if (last !== null) focusChat(last)
}

/** Whoever looks at a chat reads it, unless they switched that off. */
async function markOpened() {
  if (state.open === null || document.visibilityState !== 'visible' || !habits.readOnOpen) return
  await markRead()
}

async function markRead() {
  const chat = state.chats.find((one) => one.chat === state.open)
  if (chat !== undefined) chat.unread = 0
  tell('chats')
  showUnread()
  await api.read(state.me, state.open).catch(() => undefined)
}

function showPeer(note) {
  const chat = state.open
  if (chat === null) return
  byId('peer-name').textContent = nameOf(chat)
  byId('peer-note').textContent = note ?? noteOf(chat)
  dressAvatar(byId('peer-avatar'), chat)
  for (const id of ['call-audio', 'call-video']) byId(id).disabled = chat === state.me.phone
  showUnread()
}

function noteOf(chat) {
  if (isGroup(chat)) {
    const members = groupOf(chat)?.members.map(({ phoneNumber }) => nameOf(phoneNumber)) ?? []
    return members.length === 0 ? word('notMember') : members.join(', ')
  }
  return state.blocked.includes(chat) ? `+${chat} · ${word('isBlocked')}` : `+${chat}`
}

function showUnread() {
  const unread = state.chats.find(({ chat }) => chat === state.open)?.unread ?? 0
  byId('mark-read').hidden = unread === 0
}

function shownItems() {
  const isHere = (call) => (call.direction === 'in' && !isGroup(call.to) ? call.from : call.to) === state.open
  const messages = [...state.messages.values()].map((message) => ({ time: message.time, message }))
  const calls = state.calls.filter(isHere).map((call) => ({ time: call.time, call }))
  return [...messages, ...calls].sort((one, other) => one.time - other.time)
}

function showMessages() {
  const scroll = byId('scroll')
  const isAtEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120
  const [top, openLists] = [scroll.scrollTop, openDetails()]
  const items = []
  let before = null
  for (const item of shownItems()) {
    const isNewDay = before === null || dayOf(before.time) !== dayOf(item.time)
    if (isNewDay) items.push(make('li', { classes: 'day', text: dayOf(item.time) }))
    const isTurn = isNewDay || before.message?.from !== item.message?.from
    items.push(item.call === undefined ? bubble(item.message, isTurn) : callLine(item.call))
    before = item
  }
  byId('messages').replaceChildren(...items)
  for (const id of openLists) find(id)?.querySelector('details')?.setAttribute('open', '')
  scroll.scrollTop = isAtEnd ? scroll.scrollHeight : top
}

/** Lists that somebody has unfolded stay so when the chat is drawn anew. */
function openDetails() {
  return [...byId('messages').querySelectorAll('details[open]')].map((list) => list.closest('li').dataset.id)
}

function find(id) {
  return byId('messages').querySelector(`[data-id="${CSS.escape(id)}"]`)
}

function toEnd() {
  byId('scroll').scrollTop = byId('scroll').scrollHeight
}

// ── what happens meanwhile ──

function messageHeard(message) {
  raiseChat(message)
  if (isGroup(message.chat)) void learnWho(message.from)
  if (state.open !== message.chat) return
  state.messages.set(message.id, message)
  showPeer()
  showMessages()
  toEnd()
  void markOpened()
}

function changeHeard(message) {
  const chat = state.chats.find(({ last }) => last?.id === message.id)
  if (chat !== undefined) {
    chat.last = message
    tell('chats')
  }
  if (state.open !== message.chat || !state.messages.has(message.id)) return
  state.messages.set(message.id, message)
  showMessages()
}

function hiddenHeard({ id, chat }) {
  if (state.open === chat && state.messages.delete(id)) showMessages()
  void tryOut(() => api.chats(state.me)).then((chats) => {
    if (chats === undefined) return
    state.chats = chats
    tell('chats')
  })
}

function statusHeard({ id, chat, status }) {
  const known = state.chats.find((one) => one.chat === chat)
  if (known?.last?.id === id) {
    known.last.status = status
    tell('chats')
  }
  const message = state.messages.get(id)
  if (message === undefined || state.open !== chat) return
  message.status = status
  find(id)?.querySelector('.tick')?.replaceWith(tick(status))
}

function typingHeard({ chat, durationMs, type }) {
  if (state.open !== chat) return
  showPeer(word(type === 'recording' ? 'recording' : 'typing'))
  clearTimeout(typingEnd)
  typingEnd = setTimeout(() => showPeer(), Math.min(Math.max(durationMs, 1000), 20_000))
}

function seenHeard({ chat }) {
  const known = state.chats.find((one) => one.chat === chat)
  if (known === undefined || known.unread === 0) return
  known.unread = 0
  tell('chats')
  if (state.open === chat) showUnread()
}

const HEARD = {
  message: ({ message }) => messageHeard(message),
  changed: ({ message }) => changeHeard(message),
  hidden: hiddenHeard,
  status: statusHeard,
  typing: typingHeard,
  seen: seenHeard,
}

/** What the stream of events tells of chats. */
export function chatHeard(event) {
  HEARD[event.kind]?.(event)
}

export function listenToConversation() {
  byId('back').addEventListener('click', closeChat)
  byId('mark-read').addEventListener('click', () => void markRead())
  byId('peer').addEventListener('click', () => tell('about', state.open))
  byId('call-audio').addEventListener('click', () => tell('call', state.open, false))
  byId('call-video').addEventListener('click', () => tell('call', state.open, true))
  // A picture that has just come grows the list below what is looked at.
  byId('messages').addEventListener('load', stayAtEnd, { capture: true })
  byId('messages').addEventListener('loadedmetadata', stayAtEnd, { capture: true })
  document.addEventListener('visibilitychange', () => void markOpened())
}

function stayAtEnd({ target }) {
  const scroll = byId('scroll')
  const left = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight
  if (left < target.getBoundingClientRect().height + 160) toEnd()
}

function redraw() {
  if (state.open === null) return
  showPeer()
  showMessages()
}

on('choose', (chat, byHand) => void openChat(chat, byHand))
on('names', redraw)
on('language', redraw)
on('account', () => showPeer())
on('calls', () => state.open !== null && showMessages())
on('reveal', (id) => {
  find(id)?.scrollIntoView({ block: 'center' })
  find(id)?.classList.add('revealed')
  setTimeout(() => find(id)?.classList.remove('revealed'), 1500)
})
