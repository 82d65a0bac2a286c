import { word } from './words.js'

/** What the page knows now. Whoever changes it tells so; whoever shows it listens. */
export const state = {
  /** The phone that is shown: `{phone, messenger}`. */
  me: null,
  account: null,
  chats: [],
  groups: [],
  contacts: [],
  blocked: [],
  calls: [],
  statuses: [],
  /** The open chat's address. */
  open: null,
  /** Its messages by id, oldest first. */
  messages: new Map(),
  quoted: null,
  editing: null,
  isLive: false,
}

const listeners = new Map()

export function on(what, listener) {
  listeners.set(what, [...(listeners.get(what) ?? []), listener])
}

export function tell(what, ...details) {
  for (const listener of listeners.get(what) ?? []) listener(...details)
}

export const MESSENGERS = { whatsapp: 'WhatsApp', v3: 'MAX', telegram: 'Telegram' }

export const digitsOf = (text) => text.replace(/@c\.us$/, '').replace(/[\s()+-]/g, '')
export const isPhone = (text) => /^\d{7,16}$/.test(text)
export const isGroup = (chat) => chat.endsWith('@g.us') || chat.startsWith('-')
export const groupOf = (chat) => state.groups.find(({ group }) => group === chat)

/** Names that others gave themselves, by number. */
const profiles = new Map()

export function learnName(phone, name) {
  if (name !== '') profiles.set(`${state.me?.messenger}/${phone}`, name)
}

/** The name of a person or group as this phone shows it; empty where it knows none. */
export function knownName(chat) {
  if (isGroup(chat)) return groupOf(chat)?.subject ?? state.chats.find((one) => one.chat === chat)?.name ?? ''
  const contact = state.contacts.find(({ phoneNumber }) => phoneNumber === chat)
  if (contact !== undefined) return `${contact.firstName} ${contact.lastName}`.trim()
  return profiles.get(`${state.me?.messenger}/${chat}`) ?? ''
}

export function nameOf(chat) {
  if (chat === state.me?.phone) return word('you')
  const name = knownName(chat)
  if (name !== '') return name
  return isGroup(chat) ? word('group') : `+${chat}`
}

/** The page's own habits, kept in the browser. */
export const habits = { readOnOpen: true }
try {
  habits.readOnOpen = localStorage.getItem('jadegate-phone-reads') !== 'no'
} catch {
  // A browser that keeps nothing.
}

export function setReadOnOpen(isOn) {
  habits.readOnOpen = isOn
  try {
    localStorage.setItem('jadegate-phone-reads', isOn ? 'yes' : 'no')
  } catch {
    // As above.
  }
}
