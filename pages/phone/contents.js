import { api } from './api.js'
import { avatarOf } from './avatar.js'
import { icon, make, momentOf, textButton } from './dom.js'
import { tryOut } from './errors.js'
import { fileView } from './files.js'
import { isPhone, nameOf, state, tell } from './state.js'
import { currentLanguage, word } from './words.js'

/** Each kind as it stands in a bubble. */
const KINDS = {
  text: textView,
  file: (content) => [fileView(content), ...paragraph(content.caption)],
  location: locationView,
  contacts: ({ contacts }) => contacts.map(contactView),
  poll: pollView,
  buttons: buttonsView,
  list: listView,
  choice: ({ text }) => [make('p', { classes: 'chosen', text: `${word('chose')} ${text}` })],
  groupInvite: inviteView,
  product: productView,
  order: orderView,
  unreadable: () => [make('p', { classes: 'faint', text: word('unreadableMessage') })],
  statusText: ({ text }) => paragraph(text),
}

/** The parts of a bubble that show what a message says now. */
export function contentView(message) {
  if (message.isDeleted || message.content === null)
    return [make('p', { classes: 'faint', text: word('deletedMessage') })]
  return KINDS[message.kind]?.(message.content, message) ?? paragraph(message.text)
}

/** Links can be followed; everything else is text. */
function paragraph(text, classes = '') {
  if (text === '') return []
  const parts = text.split(/(https?:\/\/[^\s<>"]+)/)
  return [make('p', { classes }, ...parts.map((part, index) => (index % 2 === 1 ? linkTo(part) : part)))]
}

function linkTo(href, text = href) {
  return make('a', { href, text, target: '_blank', rel: 'noreferrer noopener' })
}

function textView({ text, preview }) {
  if (preview === undefined) return paragraph(text)
  const parts = [make('strong', { text: preview.title }), make('span', { text: preview.description })]
  if (preview.jpegThumbnail !== '')
    parts.unshift(make('img', { src: `data:image/jpeg;base64,${preview.jpegThumbnail}`, alt: '' }))
  return [make('div', { classes: 'card-in' }, ...parts), ...paragraph(text)]
}

function locationView({ latitude, longitude, name, address }) {
  const place = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`
  const map = `https://www.openstreetmap.org/?mlat=${String(latitude)}&mlon=${String(longitude)}#map=16/${String(latitude)}/${String(longitude)}`
  const lines = [make('strong', { text: name || word('location') })]
  if (address !== '') lines.push(make('span', { text: address }))
  return [make('div', { classes: 'item' }, icon('icon-place'), make('div', {}, ...lines, linkTo(map, place)))]
}

function contactView({ displayName, vcard, address }) {
  const listed = /^TEL[^:\n]*:\+?([\d ()-]+)/m.exec(vcard)?.[1]?.replace(/\D/g, '') ?? ''
  const number = address !== undefined && isPhone(address) ? address : listed
  const text = make('div', {}, make('strong', { text: displayName }), make('span', { text: number && `+${number}` }))
  const parts = [avatarOf(number || displayName, displayName), text]
  if (isPhone(number)) parts.push(textButton(word('writeTo'), () => tell('choose', number, true), 'link'))
  return make('div', { classes: 'item' }, ...parts)
}

function pollView({ question, multipleAnswers, isAnonymous }, message) {
  const note = word(multipleAnswers ? 'manyAnswers' : 'oneAnswer') + (isAnonymous ? ` · ${word('anonymous')}` : '')
  const votes = message.votes ?? []
  const all = new Set(votes.flatMap(({ voters }) => voters)).size
  const mine = votes.filter(({ voters }) => voters.includes(state.me.phone)).map(({ option }) => option)
  const options = votes.map(({ option, voters }) => {
    const isChosen = mine.includes(option)
    const others = multipleAnswers ? mine.filter((one) => one !== option) : []
    const choices = isChosen ? others : [...others, option]
    const meter = make('meter', { min: 0, max: Math.max(1, all), value: voters.length })
    meter.setAttribute('aria-hidden', 'true')
    const button = make(
      'button',
      {
        type: 'button',
        classes: 'option',
        title: isAnonymous ? '' : voters.map(nameOf).join(', '),
        onclick: () => act(message, { kind: 'vote', poll: message.id, choices }),
      },
      make('span', {}, make('span', { text: option }), make('b', { text: String(voters.length) })),
      meter,
    )
    button.setAttribute('aria-pressed', String(isChosen))
    return button
  })
  return [make('strong', { text: question }), make('span', { classes: 'quiet', text: note }), ...options]
}

const ACTIONS = {
  url: ({ value }) => open(value, '_blank', 'noreferrer'),
  call: ({ value }) => tell('call', value.replace(/\D/g, ''), false),
  copy: ({ value }) => navigator.clipboard?.writeText(value),
}

function buttonsView({ header, body, footer, buttons }, message) {
  const taps = buttons.map((button) =>
    textButton(
      button.text,
      () =>
        (ACTIONS[button.action] ?? (() => act(message, { kind: 'choice', target: message.id, id: button.id })))(button),
      'tap',
    ),
  )
  return [
    ...(header === '' ? [] : [make('strong', { text: header })]),
    ...paragraph(body),
    ...paragraph(footer, 'faint'),
    make('div', { classes: 'taps' }, ...taps),
  ]
}

function listView({ title, body, footer, buttonText, sections }, message) {
  const rows = sections.flatMap((section) => [
    ...(section.title === '' ? [] : [make('span', { classes: 'quiet', text: section.title })]),
    ...section.rows.map(({ id, title: name, description }) => {
      const tap = textButton(name, () => act(message, { kind: 'choice', target: message.id, id }), 'tap')
      if (description !== '') tap.append(make('small', { text: description }))
      return tap
    }),
  ])
  return [
    ...(title === '' ? [] : [make('strong', { text: title })]),
    ...paragraph(body),
    ...paragraph(footer, 'faint'),
    make('details', { classes: 'taps' }, make('summary', { text: buttonText || word('choose') }), ...rows),
  ]
}

function inviteView({ group, groupName, code, expiresAt, caption }, message) {
  const isIn = state.groups.some((one) => one.group === group)
  const join = isIn
    ? textButton(word('open'), () => tell('choose', group, true), 'tap')
    : textButton(word('join'), () => tell('join', code), 'tap')
  const until = expiresAt > 0 ? [make('span', { text: `${word('until')} ${momentOf(expiresAt)}` })] : []
  const text = make(
    'div',
    {},
    make('strong', { text: groupName }),
    make('span', { text: word('groupInvite') }),
    ...until,
  )
  const taps = message.direction === 'in' || isIn ? [make('div', { classes: 'taps' }, join)] : []
  return [make('div', { classes: 'item' }, avatarOf(group, groupName), text), ...paragraph(caption), ...taps]
}

function productView({ title, description, currency, price, url, image }) {
  const lines = [make('strong', { text: title }), make('span', { text: `${price} ${currency}`.trim() })]
  return [
    ...(image === undefined ? [] : [fileView(image)]),
    make('div', { classes: 'card-in' }, ...lines, ...paragraph(description)),
    ...(/^https?:/.test(url) ? [linkTo(url)] : []),
  ]
}

function orderView({ title, itemCount, currency, total }) {
  const sum = (Number(total) / 100).toLocaleString(currentLanguage(), { minimumFractionDigits: 2 })
  const note = `${word('items')} ${String(itemCount)} · ${sum} ${currency}`
  const text = make('div', {}, make('strong', { text: title || word('order') }), make('span', { text: note }))
  return [make('div', { classes: 'item' }, icon('icon-order'), text)]
}

function act(message, content) {
  return tryOut(() => api.say(state.me, message.chat, { content }))
}
