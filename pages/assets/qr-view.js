import { WORDS } from './qr-words.js'

const page = document.documentElement
const TONES = {
  linked: 'good',
  alreadyLinked: 'good',
  timedOut: 'wait',
  failed: 'bad',
  noPasskey: 'bad',
  gone: 'bad',
  paused: 'wait',
  wrongLink: 'bad',
}
/** The ends after which another try may help, or another phone. */
const AGAIN = new Set(['timedOut', 'failed', 'noPasskey', 'paused'])
const TROUBLE = new Set(['offline', 'badPhone', 'noCode', 'codeRuns', 'empty', 'refused'])
/** What each thing that the messenger asks for is called, and what is said of it at first. */
export const ASKED_HINTS = { smsCode: 'typeSent', password: 'typePassword', passkey: 'confirmPasskey' }

export const messenger = page.dataset.messenger
/** The other way than the QR. */
export const PHONE_WAY = messenger === 'whatsapp' ? 'code' : 'sms'
export const $ = (name) => document.getElementById(name)

/** What is shown now; `qr.js` changes it and draws. */
export const shown = {
  /** `qr`, `code` and `sms` are the ways to link, all others are ends. */
  state: 'qr',
  /** What the messenger asks for within a way: `smsCode`, `password`, `passkey`. */
  asked: null,
  /** A word, or a reason of the API. */
  hint: 'loading',
  phoneNumber: '',
}

let words = WORDS.en

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
  draw()
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

export function draw() {
  const isLinking = !(shown.state in TONES)
  $('linking').hidden = !isLinking
  $('end').hidden = isLinking
  document.title = isLinking ? words.title[messenger] : words[shown.state][0]
  if (isLinking) drawLinking()
  else drawEnd()
}

function drawLinking() {
  const { state, asked } = shown
  for (const element of document.querySelectorAll('#linking [data-word]')) {
    const word = words[element.dataset.word]
    element.textContent = typeof word === 'string' ? word : word[messenger]
  }
  const steps = words.steps[asked ?? (state === 'qr' ? messenger : state)]
  $('steps').replaceChildren(...steps.map((text) => Object.assign(document.createElement('li'), { textContent: text })))
  $('by-qr').hidden = state !== 'qr' || asked !== null
  $('by-phone').hidden = state === 'qr' || asked !== null
  $('asked').hidden = asked === null || asked === 'passkey'
  $('passkey').hidden = asked !== 'passkey'
  $('ask').textContent = words[state === 'sms' ? 'askSms' : 'ask']
  $('picture').alt = words.picture
  drawSwap()
  drawAnswer()
  drawHint()
}

function drawSwap() {
  const { state, asked } = shown
  $('swap').hidden = asked !== null && asked !== 'smsCode'
  const other = PHONE_WAY === 'code' ? words.byCode : words.bySms
  $('swap').textContent = asked === 'smsCode' ? words.otherNumber : state === 'qr' ? other : words.byQr
}

function drawAnswer() {
  const isCode = shown.asked === 'smsCode'
  $('answer-label').textContent = words[isCode ? 'sentCode' : 'password']
  $('answer').type = isCode ? 'text' : 'password'
  $('answer').inputMode = isCode ? 'numeric' : 'text'
  $('answer').autocomplete = isCode ? 'one-time-code' : 'current-password'
}

function drawHint() {
  const { state, asked, hint } = shown
  const form = asked === 'passkey' ? 'passkey' : asked === null ? (state === 'qr' ? 'qr' : 'phone') : 'asked'
  const place = $(`${form}-hint`)
  place.textContent = hint === '' ? '' : (words[hint] ?? words.reasons[hint] ?? words.refused)
  place.classList.toggle('trouble', TROUBLE.has(hint) || !(hint === '' || hint in words))
}

function drawEnd() {
  const { state, phoneNumber } = shown
  const [title, text] = words[state]
  $('end').dataset.tone = TONES[state]
  $('end-title').textContent = title
  $('end-text').textContent = text
  $('number').textContent = phoneNumber === '' ? '' : `+${phoneNumber}`
  $('number').hidden = phoneNumber === '' || TONES[state] !== 'good'
  $('again').textContent = words.again
  $('again').hidden = !AGAIN.has(state)
}

export function say(word) {
  shown.hint = word
  draw()
}

export function showPicture(png) {
  const picture = $('picture')
  const source = `data:image/png;base64,${png}`
  if (picture.src !== source) {
    picture.src = source
    picture.classList.remove('fresh')
    void picture.offsetWidth
    picture.classList.add('fresh')
  }
  picture.hidden = false
  say('fresh')
}
