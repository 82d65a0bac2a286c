import { api } from './api.js'
import { make } from './dom.js'
import { tryOut } from './errors.js'
import { pickPicture } from './pick-picture.js'
import { field, formOf, openSheet, switchOf } from './sheet.js'
import { on, state } from './state.js'
import { word } from './words.js'

const SWITCHES = [
  ['hidesNumber', 'hidesNumber', (messenger) => messenger !== 'whatsapp'],
  ['hidesPicture', 'hidesPicture', () => true],
  ['hidesLastSeen', 'hidesLastSeen', () => true],
]

let shown = null

/** The phone's own account: what others see of it, what linking asks for, and whom it hides from. */
export function openProfile() {
  shown = openSheet(word('profile'), sheet, { onclose: () => (shown = null) })
}

const change = (what) => api.setPhone(state.me, what)

function sheet() {
  const { me, account } = state
  const more = account.account
  return [
    pickPicture(me.phone, (picture) => api.setPicture(me, picture), more.picture !== null),
    nameForm(account, more),
    make('h3', { text: word('whenLinking') }),
    passwordForm(more.hasPassword),
    switchOf(word('wantsPasskey'), { checked: more.wantsPasskey, onchange: (wantsPasskey) => set({ wantsPasskey }) }),
    make('h3', { text: word('privacy') }),
    make(
      'div',
      {},
      ...SWITCHES.filter(([, , fits]) => fits(me.messenger)).map(([name, key]) =>
        switchOf(word(key), { checked: more[name], onchange: (isOn) => set({ [name]: isOn }) }),
      ),
    ),
    make('h3', { text: word('business') }),
    switchOf(word('isBusiness'), { checked: more.isBusiness, onchange: (isBusiness) => set({ isBusiness }) }),
    ...(more.isBusiness ? [businessForm(more)] : []),
  ]
}

function set(what) {
  return tryOut(() => change(what))
}

function nameForm(account, { username, description }) {
  const hasUsername = state.me.messenger === 'telegram'
  const fields = [
    field(word('name'), 'name', { value: account.name, maxLength: 100 }),
    field(word('aboutMe'), 'description', { tag: 'textarea', rows: 2, value: description }),
    ...(hasUsername ? [field(word('username'), 'username', { value: username })] : []),
  ]
  return formOf(word('save'), fields, (values) => {
    const name = values.get('name').trim()
    return change({
      ...(name !== '' && { name }),
      description: values.get('description'),
      ...(hasUsername && { username: values.get('username').trim() }),
    })
  })
}

function passwordForm(hasPassword) {
  const label = word(hasPassword ? 'newPassword' : 'password')
  const form = formOf(word('setPassword'), [field(label, 'password', { autocomplete: 'new-password' })], (values) =>
    change({ password: values.get('password') }),
  )
  return make(
    'div',
    { classes: 'stack' },
    make('p', { classes: 'quiet', text: word(hasPassword ? 'hasPassword' : 'noPassword') }),
    form,
  )
}

function businessForm({ email, category }) {
  const fields = [
    field(word('email'), 'email', { value: email }),
    field(word('category'), 'category', { value: category }),
  ]
  return formOf(word('save'), fields, (values) =>
    change({ email: values.get('email'), category: values.get('category') }),
  )
}

on('account', () => shown?.redraw())
