import { words as en } from './linking/en.js'
import { words as ru } from './linking/ru.js'
import { BEFORE, hintOf, mayTryAgain, phoneWay, pictureSource, spacedCode, stepsOf, TONES } from './linking/view.js'

/*
 * Draws what the attempt to link shows (`linking/view.ts`), in the language of whoever looks. What is decided is decided there, and in the
 * same way for the console.
 */

const WORDS = { en, ru }
const page = document.documentElement

export const messenger = page.dataset.messenger
/** Of linking, which its messenger has. */
const ways = new Set(page.dataset.ways.split(' '))
export const $ = (name) => document.getElementById(name)

let words = en
let view = BEFORE

// ── language ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export function firstLanguage() {
  const asked = new URLSearchParams(location.search).get('lang')
  const chosen = remembered()
  return [asked, chosen, ...navigator.languages.map((name) => name.slice(0, 2))].find((name) => name in WORDS) ?? 'en'
}

/** Storage may be forbidden, in a frame for one. */
function remembered() {
  try {
    return localStorage.getItem('lang') ?? ''
  } catch {
    return ''
  }
}

export function speak(language) {
  words = WORDS[language]
  page.lang = language
  for (const button of document.querySelectorAll('[data-lang]')) {
    button.setAttribute('aria-pressed', String(button.dataset.lang === language))
  }
  draw(view)
}

for (const button of document.querySelectorAll('[data-lang]')) {
  button.addEventListener('click', () => {
    try {
      localStorage.setItem('lang', button.dataset.lang)
    } catch {
      // It is chosen for this visit then.
    }
    speak(button.dataset.lang)
  })
}

// ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────────────

export function draw(now) {
  const before = view
  view = now
  const { end } = view
  $('linking').hidden = end !== null
  $('end').hidden = end === null
  document.title = end === null ? words.title[messenger] : words.ends[end].title
  if (end !== null) return drawEnd()
  drawLinking()
  attend(before)
}

function drawLinking() {
  const { way, asked, code, isBusy } = view
  $('title').textContent = words.title[messenger]
  const steps = stepsOf(view, messenger, words)
  $('steps').replaceChildren(...steps.map((text) => Object.assign(document.createElement('li'), { textContent: text })))
  $('by-qr').hidden = way !== 'qr' || asked !== null
  $('by-phone').hidden = way === 'qr' || asked !== null
  $('asked').hidden = asked === null || asked === 'passkey'
  $('passkey').hidden = asked !== 'passkey'
  $('phone-label').textContent = words.phone
  $('ask').textContent = words.ask[phoneWay(messenger)]
  $('ask').disabled = isBusy
  $('code').textContent = code === null ? '' : spacedCode(code)
  $('code').hidden = code === null
  drawPicture()
  drawSwap()
  drawAnswer()
  drawHint()
}

function drawPicture() {
  const picture = $('picture')
  picture.alt = words.picture
  picture.hidden = view.picture === null
  if (view.picture === null) return
  const source = pictureSource(view.picture)
  if (picture.src === source) return
  picture.src = source
  picture.classList.remove('fresh')
  void picture.offsetWidth
  picture.classList.add('fresh')
}

function drawSwap() {
  const { way, asked } = view
  $('swap').hidden = !ways.has(phoneWay(messenger)) || (asked !== null && asked !== 'smsCode')
  const other = way === 'qr' ? phoneWay(messenger) : 'qr'
  $('swap').textContent = words.instead[asked === 'smsCode' ? 'otherNumber' : other]
}

function drawAnswer() {
  const isCode = view.asked === 'smsCode'
  $('answer-label').textContent = isCode ? words.sentCode : words.password
  $('answer').type = isCode ? 'text' : 'password'
  $('answer').inputMode = isCode ? 'numeric' : 'text'
  $('answer').autocomplete = isCode ? 'one-time-code' : 'current-password'
  $('give').textContent = words.give
  $('give').disabled = view.isBusy
}

function drawHint() {
  const { way, asked } = view
  const form = asked === 'passkey' ? 'passkey' : asked === null ? (way === 'qr' ? 'qr' : 'phone') : 'asked'
  const { text, isTrouble } = hintOf(view, words)
  const place = $(`${form}-hint`)
  place.textContent = text
  place.classList.toggle('trouble', isTrouble)
}

/** Whoever is asked for something else can begin to type; what was refused can be typed over. */
function attend(before) {
  const { asked, reason } = view
  if (asked === null || asked === 'passkey') return
  if (asked !== before.asked) {
    $('answer').value = ''
    $('answer').focus()
  } else if (reason !== null && before.reason === null) $('answer').select()
}

function drawEnd() {
  const { end, phone } = view
  const { title, text } = words.ends[end]
  $('end').dataset.tone = TONES[end]
  $('end-title').textContent = title
  $('end-text').textContent = text
  $('number').textContent = phone === null ? '' : `+${phone}`
  $('number').hidden = phone === null
  $('again').textContent = words.again
  $('again').hidden = !mayTryAgain(end)
}
