import { api } from './api.js'
import { avatarOf } from './avatar.js'
import { byId, iconButton, make, row } from './dom.js'
import { trouble, tryOut } from './errors.js'
import { field, formOf, openMenu, openSheet } from './sheet.js'
import { digitsOf, isGroup, isPhone, nameOf, on, state, tell } from './state.js'
import { openGroup } from './groups.js'
import { word } from './words.js'

export async function loadContacts() {
  const { me } = state
  const [contacts, blocked] = await Promise.all([api.contacts(me), api.blocked(me)])
  if (state.me !== me) return
  Object.assign(state, { contacts, blocked })
  tell('names')
}

function showContacts() {
  byId('contact-list').replaceChildren(...state.contacts.map((contact) => make('li', {}, contactRow(contact))))
  byId('no-contacts').hidden = state.contacts.length > 0
}

function contactRow({ phoneNumber }) {
  const more = iconButton('icon-more', `${word('more')}: ${nameOf(phoneNumber)}`, ({ currentTarget }) =>
    openMenu(currentTarget, itemsOf(phoneNumber)),
  )
  const button = row({
    avatar: avatarOf(phoneNumber),
    name: nameOf(phoneNumber),
    note: `+${phoneNumber}${state.blocked.includes(phoneNumber) ? ` · ${word('isBlocked')}` : ''}`,
    onclick: () => tell('choose', phoneNumber, true),
  })
  return make('div', { classes: 'row-line' }, button, more)
}

function itemsOf(phone) {
  const isBlocked = state.blocked.includes(phone)
  const isKnown = state.contacts.some(({ phoneNumber }) => phoneNumber === phone)
  return [
    [word(isKnown ? 'editContact' : 'addContact'), () => editContact(phone)],
    [word(isBlocked ? 'unblockPerson' : 'blockPerson'), () => block(phone, !isBlocked), !isBlocked],
    ...(isKnown ? [[word('removeContact'), () => change(() => api.removeContact(state.me, phone)), true]] : []),
  ]
}

function change(what) {
  return tryOut(async () => {
    await what()
    await loadContacts()
  })
}

function block(phone, isBlocked) {
  return change(() => api.block(state.me, phone, isBlocked))
}

export function editContact(phone = '') {
  const known = state.contacts.find(({ phoneNumber }) => phoneNumber === phone)
  const { close } = openSheet(word(known === undefined ? 'addContact' : 'editContact'), () => [
    formOf(
      word('save'),
      [
        field(word('number'), 'phone', { inputMode: 'tel', value: phone, readOnly: phone !== '' }),
        field(word('firstName'), 'first', { value: known?.firstName ?? '' }),
        field(word('lastName'), 'last', { value: known?.lastName ?? '' }),
      ],
      async (values) => {
        const phoneNumber = digitsOf(values.get('phone'))
        if (!isPhone(phoneNumber)) throw trouble('badNumber')
        const firstName = values.get('first').trim()
        if (firstName === '') throw trouble('needName')
        await api.putContact(state.me, { phoneNumber, firstName, lastName: values.get('last').trim() })
        close()
        await loadContacts()
      },
    ),
  ])
}

/** What the head of a chat leads to. */
function about(chat) {
  if (isGroup(chat)) return openGroup(chat)
  return openMenu(byId('peer'), itemsOf(chat))
}

on('about', about)
for (const what of ['names', 'language']) on(what, () => state.me !== null && showContacts())
