import { api } from './api.js'
import { byId, clockOf, make, momentOf, row, textButton } from './dom.js'
import { attempt, trouble, tryOut } from './errors.js'
import { toPng } from './pictures.js'
import { MESSENGERS, on, state, tell } from './state.js'
import { word } from './words.js'

function showDevices() {
  const { devices } = state.account
  byId('no-devices').hidden = devices.length > 0
  byId('device-list').replaceChildren(...devices.map((device) => make('li', {}, deviceRow(device))))
  byId('device-count').hidden = devices.length === 0
  byId('device-count').textContent = String(devices.length)
}

function deviceRow({ deviceId, linkedAt, connected, confirmed }) {
  const now = confirmed ? (connected ? 'connected' : 'away') : 'unconfirmed'
  const unlink = () => attempt(byId('link-result'), () => api.unlink(state.me, deviceId))
  return row({
    avatar: make('span', { classes: connected ? 'dot on' : 'dot' }),
    name: deviceId,
    note: `${word(now)} · ${momentOf(linkedAt)}`,
    after: [textButton(word('unlink'), () => void unlink())],
  })
}

let loginEnd

/** What a phone that is being linked has to show or to confirm; over the chats, where nobody overlooks it. */
function showLogin() {
  const { code: sent, asksPasskey } = state.account.login
  const code = sent !== null && sent.until > Date.now() ? sent : null
  clearTimeout(loginEnd)
  if (code !== null) loginEnd = setTimeout(() => state.account !== null && showLogin(), code.until - Date.now())
  const parts = []
  if (code !== null)
    parts.push(
      make('span', {}, `${word('loginCode')} `, make('b', { classes: 'login-code', text: code.code })),
      make('small', { text: `${word('until')} ${clockOf(code.until)}` }),
    )
  if (asksPasskey)
    parts.push(
      make('span', { text: word('asksPasskey') }),
      textButton(word('confirmPasskey'), () => void tryOut(() => api.confirmPasskey(state.me)), 'primary'),
    )
  byId('login').replaceChildren(...parts)
  byId('login').hidden = parts.length === 0
}

async function link(make) {
  const place = byId('link-result')
  const submit = byId('link-form').querySelector('button')
  submit.disabled = true
  say(word('linking'))
  const linked = await attempt(place, make)
  submit.disabled = false
  if (linked === undefined) return
  byId('link-text').value = ''
  if (linked.asked === undefined) say(`${word('linked')} ${linked.deviceId} · ${MESSENGERS[linked.messenger]}`)
  else say(word(linked.asked === 'passkey' ? 'linkAsksPasskey' : 'linkAsksPassword'))
  const { phone, messenger } = state.me
  if (linked.messenger !== messenger) tell('take', { phone, messenger: linked.messenger })
}

function say(text) {
  const place = byId('link-result')
  place.className = 'quiet'
  place.textContent = text
  place.hidden = false
}

function linkWritten(event) {
  event.preventDefault()
  const text = byId('link-text').value.trim()
  return link(() => {
    if (text === '') throw trouble('needLink')
    return /^[\w]{4}-?[\w]{4}$/.test(text) ? api.linkCode(state.me, text) : api.linkQr(state.me, text)
  })
}

function linkPicture(file) {
  if (file === undefined || file === null) return undefined
  return link(async () => {
    const qr = await toPng(file).catch(() => {
      throw trouble('badPicture')
    })
    return api.linkQr(state.me, qr)
  })
}

function pictureIn(transfer) {
  return [...(transfer?.files ?? [])].find((file) => file.type.startsWith('image/'))
}

export function openDevices() {
  byId('link-result').hidden = true
  byId('devices').showModal()
}

export function listenToDevices() {
  const drop = byId('drop')
  byId('link-form').addEventListener('submit', linkWritten)
  byId('picture').addEventListener('change', (event) => {
    const [file] = event.target.files
    void Promise.resolve(linkPicture(file)).finally(() => (event.target.value = ''))
  })
  for (const kind of ['dragover', 'dragleave', 'drop'])
    byId('devices').addEventListener(kind, (event) => {
      event.preventDefault()
      drop.classList.toggle('over', kind === 'dragover')
      if (kind === 'drop') void linkPicture(pictureIn(event.dataTransfer))
    })
  byId('devices').addEventListener('paste', (event) => {
    const file = pictureIn(event.clipboardData)
    if (file === undefined) return
    event.preventDefault()
    void linkPicture(file)
  })
}

for (const what of ['account', 'language'])
  on(what, () => {
    if (state.account === null) return
    showDevices()
    showLogin()
  })
