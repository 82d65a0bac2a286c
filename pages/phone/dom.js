import { currentLanguage, word } from './words.js'

export const byId = (id) => document.getElementById(id)

/** Makes an element; texts are texts, never markup. */
export function make(tag, { classes = '', text, label, data = {}, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties)
  if (classes !== '') element.className = classes
  if (text !== undefined) element.textContent = text
  if (label !== undefined) {
    element.setAttribute('aria-label', label)
    if (tag === 'button') element.title = label
  }
  Object.assign(element.dataset, data)
  element.append(...children.filter((child) => child !== null && child !== undefined))
  return element
}

export function icon(name, classes = '') {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use')
  use.setAttribute('href', `#${name}`)
  if (classes !== '') svg.setAttribute('class', classes)
  svg.append(use)
  return svg
}

export function iconButton(name, label, onclick, more = {}) {
  const classes = `icon ${more.classes ?? ''}`.trim()
  return make('button', { type: 'button', ...more, classes, label, onclick }, icon(name))
}

export function textButton(text, onclick, classes = 'secondary') {
  return make('button', { type: 'button', classes, text, onclick })
}

export function tick(status) {
  const svg = icon(status === 'sent' ? 'tick-one' : 'tick-two', status === 'read' ? 'tick read' : 'tick')
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-label', word(status))
  return svg
}

/** One line of a list: a picture, a name with a time or so beside it, a quiet line below, and what follows. */
export function row({ avatar, name, aside = [], note = [], after = [], onclick, data }) {
  const text = make(
    'span',
    { classes: 'text' },
    make('span', { classes: 'top' }, make('strong', { text: name }), ...aside),
    make('span', { classes: 'bottom' }, ...(typeof note === 'string' ? [make('span', { text: note })] : note)),
  )
  const tag = onclick === undefined ? 'div' : 'button'
  return make(tag, { classes: 'row', data, ...(onclick && { type: 'button', onclick }) }, avatar, text, ...after)
}

export function clockOf(time) {
  return new Date(time).toLocaleTimeString(currentLanguage(), { hour: '2-digit', minute: '2-digit' })
}

/** The hour of today, the date of any other day. */
export function timeOf(time) {
  if (dayOf(time) === word('today')) return clockOf(time)
  return new Date(time).toLocaleDateString(currentLanguage(), { dateStyle: 'short' })
}

export function momentOf(time) {
  return new Date(time).toLocaleString(currentLanguage(), { dateStyle: 'short', timeStyle: 'short' })
}

export function dayOf(time) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(time).setHours(0, 0, 0, 0)) / 86_400_000)
  if (days === 0) return word('today')
  if (days === 1) return word('yesterday')
  return new Date(time).toLocaleDateString(currentLanguage(), { day: 'numeric', month: 'long', year: 'numeric' })
}

export function lengthOf(seconds) {
  return `${String(Math.floor(seconds / 60))}:${String(seconds % 60).padStart(2, '0')}`
}
