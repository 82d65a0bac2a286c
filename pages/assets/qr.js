import { browserClock } from './clock.js'
import { endOfRefusal, readPhone } from './linking/answers.js'
import { LinkAttempt } from './linking/attempt.js'
import { BEFORE } from './linking/view.js'
import { $, draw, firstLanguage, messenger, speak } from './qr-view.js'

/*
 * The public page: its attempt to link (`linking/attempt.ts`) reaches the instance by the token of the page's own address, and is drawn by
 * `qr-view.js`.
 */

const page = document.documentElement
const [, root, id, token] = /^(.*\/waInstance)(\d+)\/([^/]+)\/?$/.exec(location.pathname) ?? []

/** The server's own bound of a socket is the same. */
const RUN_MS = 100_000
/** Several people may have the page of one instance open, and share its calls. */
const POLL_MS = 5000
const NUMBER_TRIES = 4

const address = (method) => `${root}${id}/${method}/${token}`

async function call(method, body, signal) {
  try {
    const request = { signal, cache: 'no-store', ...(body && { method: 'POST', body: JSON.stringify(body) }) }
    const response = await fetch(address(method), request)
    // Refusals without a reason have no body.
    const json = await response.json().catch(() => null)
    const end = endOfRefusal(response.status, json)
    if (end !== null) return { end }
    return response.ok ? { json } : null
  } catch {
    return null
  }
}

function watch(signal, take) {
  return new Promise((resolve) => {
    const socket = new WebSocket(new URL(address('scanqrcode'), location.href.replace(/^http/, 'ws')))
    signal.addEventListener('abort', () => socket.close())
    socket.addEventListener('message', ({ data }) => take(JSON.parse(data)))
    socket.addEventListener('close', resolve)
  })
}

/** Pages that end at once share a budget of calls: asked again. */
async function phone(signal) {
  const method = messenger === 'whatsapp' ? 'getWaSettings' : 'getAccountSettings'
  for (let tries = 0; tries < NUMBER_TRIES; tries++) {
    const answer = await call(method, null, signal)
    if (signal.aborted) return null
    if (answer !== null) return readPhone(answer.json)
    await new Promise((resolve) => setTimeout(resolve, 300 + Math.random() * 1500))
  }
  return null
}

const attempt = new LinkAttempt({
  messenger,
  gateway: { call, watch, phone },
  clock: browserClock,
  onChange: draw,
  runMs: RUN_MS,
  pollMs: POLL_MS,
  looks: true,
})

$('by-phone').addEventListener('submit', (event) => {
  event.preventDefault()
  void attempt.byPhone($('phone').value)
})
$('asked').addEventListener('submit', (event) => {
  event.preventDefault()
  void attempt.answer($('answer').value)
})
$('swap').addEventListener('click', () => {
  const { way, asked } = attempt.view
  if (way === 'phone' && asked === null) return attempt.showQr()
  attempt.reset('phone')
  $('phone').focus()
})
$('again').addEventListener('click', () => attempt.showQr())

speak(firstLanguage())
if (page.dataset.state === 'live') void attempt.begin()
else draw({ ...BEFORE, end: page.dataset.state })
