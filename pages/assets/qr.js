import { WORDS } from './qr-words.js'

/*
 * The page is in one of these states at a time: `qr` and `code` (linking, two ways), and the ends `linked`, `alreadyLinked`,
 * `timedOut`, `failed`, `gone` and `wrongLink`. An attempt to link ("run") belongs to one state; leaving the state ends it.
 */

const page = document.documentElement
const messenger = page.dataset.messenger
const [, root, id, token] = /^(.*\/waInstance)(\d+)\/([^/]+)\/?$/.exec(location.pathname) ?? []

/** What the calls of one run may take until it counts as timed out; the server's own bound is the same. */
const RUN_MS = 100_000
const POLL_MS = 5000
const STATE_MS = 2000
const CODE_MS = 150_000
const TONES = { linked: 'good', alreadyLinked: 'good', timedOut: 'wait', failed: 'bad', gone: 'bad', wrongLink: 'bad' }

const $ = (name) => document.getElementById(name)
const address = (method) => `${root}${id}/${method}/${token}`

let words = WORDS.en
let state = 'qr'
let hint = 'loading'
let phoneNumber = ''
let run = new AbortController()
/** Until then a code for a phone number is good, and the server shows no QR. */
let codeUntil = 0

// ── language ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function firstLanguage() {
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

function speak(language) {
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

function draw() {
  const isLinking = state === 'qr' || state === 'code'
  $('linking').hidden = !isLinking
  $('end').hidden = isLinking
  document.title = isLinking ? words.title[messenger] : words[state][0]
  if (isLinking) drawLinking()
  else drawEnd()
}

function drawLinking() {
  for (const element of document.querySelectorAll('#linking [data-word]')) {
    const word = words[element.dataset.word]
    element.textContent = typeof word === 'string' ? word : word[messenger]
  }
  const steps = words.steps[state === 'code' ? 'code' : messenger]
  $('steps').replaceChildren(...steps.map((text) => Object.assign(document.createElement('li'), { textContent: text })))
  $('by-qr').hidden = state !== 'qr'
  $('by-code').hidden = state !== 'code'
  $('swap').hidden = messenger !== 'whatsapp'
  $('swap').textContent = state === 'qr' ? words.byCode : words.byQr
  $('picture').alt = words.picture
  const place = $(state === 'qr' ? 'qr-hint' : 'code-hint')
  place.textContent = hint === '' ? '' : words[hint]
  place.classList.toggle('trouble', ['offline', 'badPhone', 'noCode', 'codeRuns'].includes(hint))
}

function drawEnd() {
  const [title, text] = words[state]
  $('end').dataset.tone = TONES[state]
  $('end-title').textContent = title
  $('end-text').textContent = text
  $('number').textContent = phoneNumber === '' ? '' : `+${phoneNumber}`
  $('number').hidden = phoneNumber === '' || TONES[state] !== 'good'
  $('again').textContent = words.again
  $('again').hidden = state !== 'timedOut' && state !== 'failed'
}

function say(word) {
  hint = word
  draw()
}

function showPicture(png) {
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

/** Leaves whatever ran before. */
function enter(next, word = '') {
  run.abort()
  run = new AbortController()
  state = next
  hint = word
  $('picture').hidden = true
  $('code').hidden = true
  $('ask').disabled = false
  draw()
  return run.signal
}

// ── asking the server ────────────────────────────────────────────────────────────────────────────────────────────────

/** The JSON of a call; null when there was none to have now. A link that is no good any more ends the page. */
async function call(method, signal, body) {
  try {
    const request = { signal, cache: 'no-store', ...(body && { method: 'POST', body: JSON.stringify(body) }) }
    const response = await fetch(address(method), request)
    if (signal.aborted) return null
    if (response.status === 401 || response.status === 403) enter('wrongLink')
    const json = await response.json()
    if (response.status === 400 && json.message === 'Instance is deleted') enter('gone')
    return response.ok ? json : null
  } catch {
    return null
  }
}

/** Ends with the number that is linked, where the messenger tells it. Pages that end at once share a budget of calls: asked again. */
async function finish(end, signal, wid = '') {
  phoneNumber = /^(\d+)@c\.us$/.exec(wid)?.[1] ?? ''
  for (let tries = 0; phoneNumber === '' && tries < 4; tries++) {
    const account = await call(messenger === 'whatsapp' ? 'getWaSettings' : 'getAccountSettings', signal)
    if (signal.aborted) return
    if (/^\d+$/.test(account?.phone ?? '')) phoneNumber = account.phone
    else if (account !== null) break
    else await pause(300 + Math.random() * 1500)
  }
  if (!signal.aborted) enter(end)
}

/** The messenger or the server ended it; perhaps because the instance is being deleted, which shows a moment later. */
async function fail(signal) {
  await pause(1200)
  await call('getStateInstance', signal)
  if (!signal.aborted) enter('failed')
}

const pause = (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs))

// ── linking by QR ────────────────────────────────────────────────────────────────────────────────────────────────────

function linkByQr() {
  const signal = enter('qr', 'loading')
  const hasShown = { yes: false }
  setTimeout(() => {
    if (!signal.aborted) enter('timedOut')
  }, RUN_MS)
  if (Date.now() < codeUntil) void poll(signal, hasShown)
  else watchSocket(signal, hasShown)
}

/** Without a socket, through a proxy that knows none, the page asks again and again. */
function watchSocket(signal, hasShown) {
  const socket = new WebSocket(new URL(address('scanqrcode'), location.href.replace(/^http/, 'ws')))
  let isOver = false
  signal.addEventListener('abort', () => socket.close())
  socket.addEventListener('message', ({ data }) => {
    if (signal.aborted) return
    const frame = JSON.parse(data)
    isOver = frame.type !== 'qrCode'
    if (frame.type === 'qrCode') hasShown.yes = true
    take(frame, signal, hasShown)
  })
  socket.addEventListener('close', () => {
    if (!signal.aborted && !isOver) void poll(signal, hasShown)
  })
}

async function poll(signal, hasShown) {
  while (!signal.aborted) {
    const answer = await call('qr', signal)
    if (signal.aborted) return
    if (answer === null) say('offline')
    else if (answer.type === 'error') say('codeRuns')
    else {
      if (answer.type === 'qrCode') hasShown.yes = true
      take(answer, signal, hasShown)
    }
    await pause(answer === null ? STATE_MS : POLL_MS)
  }
}

function take(frame, signal, hasShown) {
  switch (frame.type) {
    case 'qrCode':
      return showPicture(frame.message)
    case 'accountData':
      return void finish('linked', signal, frame.wid)
    case 'alreadyLogged':
      return void finish(hasShown.yes ? 'linked' : 'alreadyLinked', signal)
    case 'timeout':
    case 'timeoutExpired':
      return void enter('timedOut')
    default:
      return void fail(signal)
  }
}

// ── linking by phone number ──────────────────────────────────────────────────────────────────────────────────────────

$('by-code').addEventListener('submit', (event) => {
  event.preventDefault()
  const digits = $('phone').value.replace(/\D/g, '')
  if (digits.length < 7 || digits.length > 15) say('badPhone')
  else void linkByCode(digits)
})

async function linkByCode(digits) {
  const signal = enter('code', 'asking')
  $('ask').disabled = true
  const answer = await call('getAuthorizationCode', signal, { phoneNumber: Number(digits) })
  if (signal.aborted) return
  $('ask').disabled = false
  if (!answer?.status) {
    say('noCode')
    return
  }
  $('code').textContent = answer.code.length === 8 ? `${answer.code.slice(0, 4)}-${answer.code.slice(4)}` : answer.code
  $('code').hidden = false
  codeUntil = Date.now() + CODE_MS
  say('typeCode')
  setTimeout(() => {
    if (!signal.aborted) enter('timedOut')
  }, CODE_MS)
  while (!signal.aborted) {
    const shown = await call('getStateInstance', signal)
    if (shown?.stateInstance === 'authorized') return void finish('linked', signal)
    await pause(STATE_MS)
  }
}

// ── begin ────────────────────────────────────────────────────────────────────────────────────────────────────────────

$('swap').addEventListener('click', () => {
  if (state === 'qr') {
    enter('code')
    $('phone').focus()
  } else linkByQr()
})
$('again').addEventListener('click', linkByQr)

if (page.dataset.state === 'live') linkByQr()
else enter(page.dataset.state)
speak(firstLanguage())
