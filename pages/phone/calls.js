import { api } from './api.js'
import { avatarOf } from './avatar.js'
import { callWord } from './call-lines.js'
import { byId, icon, iconButton, lengthOf, make, row, timeOf } from './dom.js'
import { tryOut } from './errors.js'
import { isGroup, nameOf, on, state, tell } from './state.js'
import { word } from './words.js'

/** A call rings for a minute and then is over, even for those who talk: the page hangs up before. */
const LONGEST_TALK_MS = 55_000

/** The call that is shown, and since when it is talked; null while it rings. */
let current = null
let answeredAt = null
let clock

const peerOf = (call) => (call.direction === 'in' && !isGroup(call.to) ? call.from : call.to)

/** What the stream of events tells of calls. */
export function callHeard(call) {
  state.calls = [call, ...state.calls.filter(({ id }) => id !== call.id)]
  tell('calls')
  if (call.status === 'offer' && current === null) show(call)
  else if (current?.id === call.id && call.status !== 'offer') hide()
}

/** After a break: whatever still rings. */
export function resumeCalls() {
  const ringing = state.calls.find(({ status }) => status === 'offer')
  if (ringing === undefined) hide()
  else if (current?.id !== ringing.id) show(ringing)
}

async function startCall(to, isVideo) {
  const { me } = state
  await tryOut(() => api.startCall(me, to, isVideo))
}

function end(status) {
  const { id } = current
  const durationS = answeredAt === null ? 0 : Math.round((Date.now() - answeredAt) / 1000)
  return tryOut(() => api.endCall(state.me, id, status, durationS))
}

function show(call) {
  current = call
  answeredAt = null
  draw()
  if (!byId('call').open) byId('call').showModal()
}

function hide() {
  clearInterval(clock)
  current = null
  if (byId('call').open) byId('call').close()
}

function answer() {
  answeredAt = Date.now()
  clock = setInterval(() => {
    byId('call-note').textContent = lengthOf(Math.round((Date.now() - answeredAt) / 1000))
    if (Date.now() - current.time > LONGEST_TALK_MS) void end('pickUp')
  }, 500)
  draw()
}

function draw() {
  const peer = peerOf(current)
  const ringing = word(current.direction === 'in' ? 'ringsIn' : 'ringsOut')
  const note = answeredAt === null ? ringing : lengthOf(0)
  const kind = word(current.isVideo ? 'videoCall' : 'audioCall')
  const by = isGroup(peer) && current.direction === 'in' ? `${nameOf(current.from)} · ` : ''
  byId('call').replaceChildren(
    avatarOf(peer),
    make('h2', { id: 'call-name', text: nameOf(peer) }),
    make('p', { text: by + kind }),
    make('p', { id: 'call-note', classes: 'quiet', text: note }),
    make('div', { classes: 'call-buttons' }, ...buttons()),
  )
}

function buttons() {
  if (answeredAt !== null) return [callButton('icon-hang', 'hangUp', 'stop', () => void end('pickUp'))]
  if (current.direction === 'out')
    return [
      callButton('icon-hang', 'hangUp', 'stop', () => void end('declined')),
      callButton('icon-call', 'peerAnswers', 'go', answer),
      callButton('icon-close', 'peerRefuses', 'stop', () => void end('hungUp')),
    ]
  return [
    callButton('icon-hang', 'decline', 'stop', () => void end('hungUp')),
    callButton('icon-call', 'answer', 'go', answer),
  ]
}

function callButton(name, key, tone, onclick) {
  return make('label', {}, iconButton(name, word(key), onclick, { classes: tone }), make('span', { text: word(key) }))
}

function showCalls() {
  const rows = state.calls.map((call) => {
    const peer = peerOf(call)
    const again = iconButton(call.isVideo ? 'icon-video' : 'icon-call', word('callAgain'), () =>
      startCall(peer, call.isVideo),
    )
    const isMissed = call.direction === 'in' && call.status !== 'pickUp' && call.status !== 'offer'
    const way = icon('icon-arrow', `way ${call.direction}${isMissed ? ' missed' : ''}`)
    const note = [way, make('span', { text: callWord(call) })]
    return make(
      'li',
      {},
      row({
        avatar: avatarOf(peer),
        name: nameOf(peer),
        aside: [make('time', { text: timeOf(call.time) })],
        note,
        after: [again],
      }),
    )
  })
  byId('call-list').replaceChildren(...rows)
  byId('no-calls').hidden = rows.length > 0
}

export function listenToCalls() {
  // Escape must not hide a call that goes on.
  byId('call').addEventListener('cancel', (event) => event.preventDefault())
}

for (const what of ['calls', 'names', 'language']) on(what, () => state.me !== null && showCalls())
on('call', (to, isVideo) => void startCall(to, isVideo))
on('language', () => current !== null && draw())
