import { word } from './words.js'

/** What a message is in one line, in the page's language: for the list of chats, quotes and statuses. */
const LINES = {
  text: ({ text }) => text,
  statusText: ({ text }) => text,
  file: (content) => named(fileWord(content), content.caption || content.name),
  location: ({ name }) => named(word('location'), name),
  contacts: ({ contacts }) => named(word('contact'), contacts.map(({ displayName }) => displayName).join(', ')),
  poll: ({ question }) => named(word('poll'), question),
  buttons: ({ body, header }) => body || header,
  list: ({ body, title }) => body || title,
  choice: ({ text }) => text,
  groupInvite: ({ groupName }) => named(word('groupInvite'), groupName),
  product: ({ title }) => named(word('product'), title),
  order: ({ title }) => named(word('order'), title),
  unreadable: () => word('unreadableMessage'),
}

export function fileWord({ type, isVoice, isVideoNote }) {
  return word(isVoice ? 'voice' : isVideoNote ? 'videoNote' : type)
}

function named(kind, name) {
  return name === '' ? kind : `${kind}: ${name}`
}

export function lineOf({ isDeleted, content, text }) {
  if (isDeleted || content === null) return word('deletedMessage')
  return LINES[content.kind]?.(content) ?? text
}
