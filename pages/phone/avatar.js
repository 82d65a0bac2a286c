import { make } from './dom.js'
import { previewOf } from './pictures.js'
import { groupOf, isGroup, knownName, learnName, state } from './state.js'

/** Pictures of persons by number, as far as the page has asked for them. */
const pictures = new Map()

/** What the page was told of a phone: its name, and its picture where it shows one. */
export function learnPhone({ phoneNumber, messenger, name, account }) {
  if (messenger !== state.me?.messenger) return
  learnName(phoneNumber, name)
  const isShown = !account.hidesPicture || phoneNumber === state.me.phone
  pictures.set(`${messenger}/${phoneNumber}`, isShown ? account.picture : null)
}

function pictureOf(chat) {
  return isGroup(chat) ? groupOf(chat)?.picture : pictures.get(`${state.me?.messenger}/${chat}`)
}

function lettersOf(name) {
  const letters = name
    .split(/\s+/)
    .slice(0, 2)
    .map((part) => [...part][0] ?? '')
    .join('')
  return letters === '' ? '#' : letters.toUpperCase()
}

/** Makes an element the picture of a person or group: its own one, or the first letters of its name. */
export function dressAvatar(element, chat, name = knownName(chat)) {
  const tone = [...chat].reduce((sum, sign) => sum + sign.charCodeAt(0), 0) % 6
  element.textContent = lettersOf(name)
  element.className = `avatar tone-${String(tone)}`
  element.setAttribute('aria-hidden', 'true')
  const picture = pictureOf(chat)
  if (picture)
    void previewOf(picture, 'image/jpeg').then((src) => {
      if (src !== null && pictureOf(chat) === picture) element.replaceChildren(make('img', { src, alt: '' }))
    })
  return element
}

export function avatarOf(chat, name) {
  return dressAvatar(make('span'), chat, name)
}
