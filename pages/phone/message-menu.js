import { api } from './api.js'
import { byId, iconButton, make, row } from './dom.js'
import { tryOut } from './errors.js'
import { avatarOf } from './avatar.js'
import { openMenu, openSheet } from './sheet.js'
import { nameOf, on, state, tell } from './state.js'
import { word } from './words.js'

const EMOJIS = ['👍', '❤️', '😂', '😮', '😢', '🙏']

/** What can be done with one message. */
export function openMessageMenu(anchor, message) {
  const isMine = message.direction === 'out'
  const canEdit = isMine && (message.kind === 'text' || message.kind === 'file')
  const say = (content) => tryOut(() => api.say(state.me, message.chat, { content }))
  const items = [
    [word('reply'), () => tell('quote', message)],
    [word('forward'), () => forward(message)],
    ...(canEdit ? [[word('edit'), () => tell('edit', message)]] : []),
    ...(message.text === '' ? [] : [[word('copy'), () => navigator.clipboard?.writeText(message.text)]]),
    ...(isMine ? [[word('deleteForAll'), () => say(deletionOf(message, true)), true]] : []),
    [word('deleteForMe'), () => say(deletionOf(message, false)), true],
  ]
  const mine = message.reactions.find(({ from }) => from === state.me.phone)?.emoji
  const emojis = EMOJIS.map((emoji) => emojiButton(emoji, message, mine === emoji))
  openMenu(anchor, items, make('div', { classes: 'emojis' }, ...emojis, otherEmoji(message)))
}

const deletionOf = ({ id }, forEveryone) => ({ kind: 'deletion', target: id, forEveryone })

function emojiButton(emoji, message, isMine) {
  const button = make('button', {
    type: 'button',
    text: emoji,
    label: `${word('react')} ${emoji}`,
    onclick: () => {
      byId('menu').hidePopover()
      react(message, isMine ? '' : emoji)
    },
  })
  button.setAttribute('aria-pressed', String(isMine))
  return button
}

function otherEmoji(message) {
  return iconButton('icon-plus', word('otherEmoji'), () => {
    const given = prompt(word('otherEmoji'))
    byId('menu').hidePopover()
    if (given?.trim()) react(message, given.trim())
  })
}

function react({ id, chat }, emoji) {
  return tryOut(() => api.say(state.me, chat, { content: { kind: 'reaction', target: id, emoji } }))
}

function forward(message) {
  const chats = [...new Set([...state.chats.map(({ chat }) => chat), ...state.groups.map(({ group }) => group)])]
  openSheet(word('forwardTo'), (sheet) => [
    make(
      'ul',
      { classes: 'rows' },
      ...chats.map((chat) =>
        make(
          'li',
          {},
          row({ avatar: avatarOf(chat), name: nameOf(chat), onclick: () => void forwardTo(chat, message, sheet) }),
        ),
      ),
    ),
  ])
}

async function forwardTo(chat, message, sheet) {
  const said = await tryOut(() => api.say(state.me, chat, { forwardedId: message.id }))
  if (said === undefined) return
  sheet.close()
  tell('choose', chat, true)
}

on('react', react)
