import { $, ASKED_HINTS, draw, firstLanguage, messenger, PHONE_WAY, say, showPicture, shown, speak } from './qr-view.js'

/*
 * The page is in one of these states at a time: `qr`, `code` and `sms` (linking, three ways), and the ends `linked`, `alreadyLinked`,
 * `timedOut`, `failed`, `noPasskey`, `gone`, `paused` and `wrongLink`. An attempt to link ("run") belongs to one state; leaving the state ends it. Within a
 * run the messenger may ask for a code that it has sent, a password or the phone's passkey.
 */

const page = document.documentElement
const [, root, id, token] = /^(.*\/waInstance)(\d+)\/([^/]+)\/?$/.exec(location.pathname) ?? []

/** What the calls of one run may take until it counts as timed out; the server's own bound is the same. */
const RUN_MS = 100_000
const POLL_MS = 5000
const STATE_MS = 2000
const CODE_MS = 150_000
/** So long the server waits for what the messenger asks for. */
const ASKED_MS = 300_000

const address = (method) => `${root}${id}/${method}/${token}`

let run = new AbortController()
/** Until then a code for a phone number is good, and the server shows no QR. */
let codeUntil = 0

/** Leaves whatever ran before. */
function enter(next, word = '') {
  run.abort()
  run = new AbortController()
  // Beginning again would not help whoever has no way to confirm: that has an end of its own.
  const state = shown.asked === 'passkey' && (next === 'failed' || next === 'timedOut') ? 'noPasskey' : next
  Object.assign(shown, { state, asked: null, hint: word })
  $('picture').hidden = true
  $('code').hidden = true
  $('ask').disabled = false
  draw()
  return run.signal
}

/** The messenger wants more. What is asked again is asked already: nothing that is being written is lost. */
function question(what, signal) {
  if (shown.asked === what) return
  Object.assign(shown, { asked: what, hint: ASKED_HINTS[what] })
  $('answer').value = ''
  $('give').disabled = false
  draw()
  if (what !== 'passkey') $('answer').focus()
  setTimeout(() => {
    if (!signal.aborted && shown.asked === what) enter('timedOut')
  }, ASKED_MS)
}

// ── asking the server ────────────────────────────────────────────────────────────────────────────────────────────────

/** The JSON of a call; null when there was none to have now. A link that is no good any more ends the page. */
async function call(method, signal, body) {
  try {
    const request = { signal, cache: 'no-store', ...(body && { method: 'POST', body: JSON.stringify(body) }) }
    const response = await fetch(address(method), request)
    if (signal.aborted) return null
    // Refusals without a reason have no body.
    const json = await response.json().catch(() => null)
    if (signal.aborted) return null
    const end = REFUSALS[json?.message] ?? (response.status === 401 || response.status === 403 ? 'wrongLink' : null)
    if (end !== null) enter(end)
    return response.ok ? json : null
  } catch {
    return null
  }
}

/** What the server says of an instance that can't be linked, now or ever. */
const REFUSALS = {
  'Instance is deleted': 'gone',
  'Your account is suspended': 'paused',
  'Instance account is expired. Renew your instance from personal area': 'paused',
}

/** Ends with the number that is linked, where the messenger tells it. Pages that end at once share a budget of calls: asked again. */
async function finish(end, signal, wid = '') {
  shown.phoneNumber = /^(\d+)@c\.us$/.exec(wid)?.[1] ?? ''
  for (let tries = 0; shown.phoneNumber === '' && tries < 4; tries++) {
    const account = await call(messenger === 'whatsapp' ? 'getWaSettings' : 'getAccountSettings', signal)
    if (signal.aborted) return
    if (/^\d+$/.test(account?.phone ?? '')) shown.phoneNumber = account.phone
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

function endAfter(delayMs, signal) {
  setTimeout(() => {
    if (!signal.aborted && shown.asked === null) enter('timedOut')
  }, delayMs)
}

// ── linking by QR ────────────────────────────────────────────────────────────────────────────────────────────────────

function linkByQr() {
  const signal = enter('qr', 'loading')
  const hasShown = { yes: false }
  endAfter(RUN_MS, signal)
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
    // Whoever is asked for something has longer than a socket lives.
    if (frame.type === 'timeout' && shown.asked !== null) return
    isOver = !GOES_ON.has(frame.type)
    take(frame, signal, hasShown)
  })
  socket.addEventListener('close', () => {
    if (!signal.aborted && !isOver) void poll(signal, hasShown)
  })
}

const GOES_ON = new Set(['qrCode', 'pending_password', 'passkeyRequired'])

async function poll(signal, hasShown) {
  while (!signal.aborted) {
    const answer = await call('qr', signal)
    if (signal.aborted) return
    if (answer === null) {
      if (shown.asked === null) say('offline')
    } else if (answer.type === 'error' && shown.asked === null) say('codeRuns')
    else take(answer, signal, hasShown)
    await pause(answer === null ? STATE_MS : POLL_MS)
  }
}

function take(frame, signal, hasShown) {
  switch (frame.type) {
    case 'qrCode':
      hasShown.yes = true
      // What was asked for is asked no more: that attempt has ended.
      return shown.asked === null ? showPicture(frame.message) : enter('failed')
    case 'pending_password':
      hasShown.yes = true
      return question('password', signal)
    case 'passkeyRequired':
      hasShown.yes = true
      return question('passkey', signal)
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

$('by-phone').addEventListener('submit', (event) => {
  event.preventDefault()
  const digits = $('phone').value.replace(/\D/g, '')
  if (digits.length < 7 || digits.length > 15) say('badPhone')
  else if (PHONE_WAY === 'code') void linkByCode(digits)
  else void linkBySms(digits)
})

/** The code that this page shows is typed into the phone. */
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
  endAfter(CODE_MS, signal)
  await follow(signal)
}

/** The code that the phone shows is typed in here. */
async function linkBySms(digits) {
  const signal = enter('sms', 'asking')
  $('ask').disabled = true
  const answer = await call('startAuthorization', signal, { phoneNumber: Number(digits) })
  if (signal.aborted) return
  $('ask').disabled = false
  if (!answer?.status) {
    say(answer?.data.reason ?? 'offline')
    return
  }
  await waitForSms(signal)
}

async function waitForSms(signal) {
  codeUntil = Date.now() + ASKED_MS
  question('smsCode', signal)
  await follow(signal)
}

/** What the instance's state says of the attempt, until it is over. */
async function follow(signal) {
  while (!signal.aborted) {
    const now = await call('getStateInstance', signal)
    if (signal.aborted) return
    if (now?.stateInstance === 'authorized') return void finish('linked', signal)
    if (now?.stateInstance === 'pendingPassword') question('password', signal)
    else if (now?.stateInstance === 'notAuthorized' && shown.asked !== null) return void enter('failed')
    await pause(STATE_MS)
  }
}

// ── what the messenger asks for ──────────────────────────────────────────────────────────────────────────────────────

$('asked').addEventListener('submit', (event) => {
  event.preventDefault()
  const value = $('answer').value.trim()
  if (value === '') say('empty')
  else void give(value, run.signal)
})

async function give(value, signal) {
  const { asked } = shown
  $('give').disabled = true
  say('checking')
  const answer =
    asked === 'smsCode'
      ? await call('sendAuthorizationCode', signal, { code: value })
      : await call('sendAuthorizationPassword', signal, { password: value })
  if (signal.aborted || shown.asked !== asked) return
  // What was right is not asked again: whoever follows the attempt goes on.
  if (answer?.status) return
  $('give').disabled = false
  say(answer?.data.reason ?? 'offline')
  $('answer').select()
}

// ── begin ────────────────────────────────────────────────────────────────────────────────────────────────────────────

$('swap').addEventListener('click', () => {
  if (shown.state === 'qr' || shown.asked === 'smsCode') {
    enter(PHONE_WAY)
    $('phone').focus()
  } else linkByQr()
})
$('again').addEventListener('click', linkByQr)

/** Whoever comes back to a page where a code was sent finds the field for it. */
async function begin() {
  if (PHONE_WAY === 'code') return linkByQr()
  const signal = enter('qr', 'loading')
  let now = null
  // Another page of the same instance may have used up this second's calls.
  for (let tries = 0; now === null && tries < 3; tries++) {
    if (tries > 0) await pause(1_300)
    now = await call('getStateInstance', signal)
    if (signal.aborted) return undefined
  }
  if (now?.stateInstance !== 'pendingCode') return linkByQr()
  return waitForSms(enter('sms'))
}

if (page.dataset.state === 'live') void begin()
else enter(page.dataset.state)
speak(firstLanguage())
