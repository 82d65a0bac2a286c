import { api, listen, Refused, toPng } from './phone-api.js'
import { currentLanguage, switchLanguage, word, writeWords } from './phone-words.js'

const MESSENGERS = { whatsapp: 'WhatsApp', v3: 'MAX', telegram: 'Telegram' }
const FAULTS = [
  { kind: 'dropConnections' },
  { kind: 'refuseConnections', durationMs: 30_000 },
  { kind: 'delayVerdicts', delayMs: 5_000 },
  { kind: 'loseVerdicts', count: 1 },
  { kind: 'failSends', count: 1 },
  { kind: 'notInGroup', count: 1 },
  { kind: 'noReceipts' },
  { kind: 'delayReceipts', delayMs: 5_000 },
  { kind: 'duplicatePushes', count: 1 },
  { kind: 'suspend' },
  { kind: 'block' },
]

const byId = (id) => document.getElementById(id)
const digitsOf = (text) => text.replace(/@c\.us$/, '').replace(/[\s()+-]/g, '')
const isPhone = (text) => /^\d{7,16}$/.test(text)

/** Makes an element; texts are texts, never markup. */
function make(tag, { classes = '', text, label, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties)
  if (classes !== '') element.className = classes
  if (text !== undefined) element.textContent = text
  if (label !== undefined) {
    element.setAttribute('aria-label', label)
    element.title = label
  }
  element.append(...children)
  return element
}

function icon(name, classes = '') {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use')
  use.setAttribute('href', `#${name}`)
  if (classes !== '') svg.setAttribute('class', classes)
  svg.append(use)
  return svg
}

function dressAvatar(element, name, number) {
  const letters = name
    .split(/\s+/)
    .slice(0, 2)
    .map((part) => part.slice(0, 1))
    .join('')
  element.textContent = letters === '' ? '#' : letters.toUpperCase()
  element.className = `avatar tone-${String([...number].reduce((sum, digit) => sum + Number(digit), 0) % 6)}`
  return element
}

function tick(status) {
  const svg = icon(status === 'sent' ? 'tick-one' : 'tick-two', status === 'read' ? 'tick read' : 'tick')
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-label', word(status))
  return svg
}

function clockOf(time) {
  return new Date(time).toLocaleTimeString(currentLanguage(), { hour: '2-digit', minute: '2-digit' })
}

function dayOf(time) {
  const date = new Date(time)
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(time).setHours(0, 0, 0, 0)) / 86_400_000)
  if (days === 0) return word('today')
  if (days === 1) return word('yesterday')
  return date.toLocaleDateString(currentLanguage(), { day: 'numeric', month: 'long', year: 'numeric' })
}

/** The phone that is shown: `{phone, messenger}`, and what is known of it. */
let me = null
let account = null
let chats = []
/** The open chat: `{chat, name}`, and its messages by id. */
let open = null
let messages = new Map()
let quoted = null
let stopListening = () => undefined
let typingEnd

function explain(error) {
  if (error instanceof Refused && error.status === 403) {
    byId('start').hidden = byId('phone').hidden = true
    byId('refused').hidden = false
  }
  return error instanceof Refused && error.message !== '' ? error.message : word('failed')
}

/** Shows the trouble of an action where it belongs, and clears what was there. */
async function attempt(place, action) {
  place.hidden = true
  try {
    return await action()
  } catch (error) {
    place.textContent = explain(error)
    place.className = 'error'
    place.hidden = false
    return undefined
  }
}

function remember() {
  const parts = me === null ? {} : { ...me, ...(open && { chat: open.chat }) }
  const search = new URLSearchParams(parts).toString()
  history.replaceState(null, '', search === '' ? location.pathname : `?${search}`)
}

// ── choosing a phone ──

async function showStart() {
  stopListening()
  me = null
  open = null
  remember()
  byId('phone').hidden = true
  byId('start').hidden = false
  byId('start-number').focus()
  const phones = await attempt(byId('start-error'), () => api.phones())
  const used = (phones ?? []).filter((one) => one.exists).slice(0, 8)
  byId('known').hidden = used.length === 0
  byId('known-list').replaceChildren(...used.map(knownPhone))
}

function knownPhone({ phoneNumber, messenger, name, devices }) {
  const note = `${MESSENGERS[messenger]} · +${phoneNumber}`
  const dot =
    devices.length > 0 ? [make('span', { classes: devices.some((one) => one.connected) ? 'dot on' : 'dot' })] : []
  const button = make(
    'button',
    { classes: 'row', type: 'button', onclick: () => take({ phone: phoneNumber, messenger }) },
    dressAvatar(make('span'), name, phoneNumber),
    make(
      'span',
      { classes: 'text' },
      make('span', { classes: 'top' }, make('strong', { text: name }), ...dot),
      make('span', { classes: 'bottom' }, make('span', { text: note })),
    ),
  )
  return make('li', {}, button)
}

async function startSubmitted(event) {
  event.preventDefault()
  const phone = digitsOf(byId('start-number').value)
  const messenger = new FormData(byId('start-form')).get('messenger')
  await attempt(byId('start-error'), async () => {
    if (!isPhone(phone)) throw new Refused(400, word('badNumber'))
    const found = await api.phone({ phone, messenger })
    if (!found.exists) {
      if (!confirm(word('noAccount'))) return
      await api.setPhone({ phone, messenger }, { exists: true })
    }
    await take({ phone, messenger })
  })
}

async function take(chosen, chat) {
  me = chosen
  account = null
  chats = []
  byId('start').hidden = true
  byId('phone').hidden = false
  closeChat()
  stopListening()
  stopListening = listen(me, heard, (live) => {
    showLive(live)
    if (live) void refresh(chat)
  })
}

function showLive(live) {
  byId('live').className = live ? 'live on' : 'live'
  byId('live').lastElementChild.textContent = word(live ? 'live' : 'lost')
  byId('live').dataset.live = String(live)
}

/** Reads everything anew: at the start, and whenever the stream of events had been interrupted. */
async function refresh(chat) {
  const of = me
  try {
    const [phone, list] = await Promise.all([api.phone(of), api.chats(of)])
    if (me !== of) return
    account = phone
    chats = list
    showAccount()
    showChats()
    if (open !== null) await openChat(open.chat)
    else if (chat) await openChat(chat)
  } catch (error) {
    explain(error)
  }
}

function showAccount() {
  byId('own-name').textContent = account.name
  byId('own-number').textContent = `+${me.phone}`
  byId('own-messenger').textContent = MESSENGERS[me.messenger]
  dressAvatar(byId('own-avatar'), account.name, me.phone)
  byId('device-count').hidden = account.devices.length === 0
  byId('device-count').textContent = String(account.devices.length)
  byId('restricted').hidden = account.restricted === null
  if (account.restricted !== null)
    byId('restricted').textContent = word(account.restricted === 'block' ? 'blocked' : 'suspended')
  byId('online').checked = account.online
  byId('auto-read').checked = account.autoRead
  showDevices()
}

// ── chats ──

function showChats() {
  byId('no-chats').hidden = chats.length > 0
  byId('chats').hidden = chats.length === 0
  const focused = document.activeElement?.dataset?.chat
  byId('chats').replaceChildren(...chats.map((chat) => make('li', {}, chatRow(chat))))
  if (focused !== undefined)
    byId('chats')
      .querySelector(`[data-chat="${CSS.escape(focused)}"]`)
      ?.focus()
}

function chatRow({ chat, name, unread, last }) {
  const bottom = [make('span', { text: last === null ? '' : last.text })]
  if (last?.direction === 'out') bottom.unshift(tick(last.status))
  if (unread > 0) bottom.push(make('span', { classes: 'unread', text: String(unread) }))
  const button = make(
    'button',
    { classes: 'row', onclick: () => openChat(chat, true) },
    dressAvatar(make('span'), name, chat),
    make(
      'span',
      { classes: 'text' },
      make(
        'span',
        { classes: 'top' },
        make('strong', { text: name === '' ? `+${chat}` : name }),
        ...(last === null ? [] : [make('time', { text: clockOf(last.time) })]),
      ),
      make('span', { classes: 'bottom' }, ...bottom),
    ),
  )
  button.dataset.chat = chat
  if (open?.chat === chat) button.setAttribute('aria-current', 'true')
  return button
}

async function openChat(chat, byHand = false) {
  const changed = open?.chat !== chat
  const known = chats.find((one) => one.chat === chat)
  open = { chat, name: known?.name ?? '' }
  if (changed) {
    messages = new Map()
    endQuote()
    byId('text').value = ''
    byId('send-error').hidden = true
  }
  remember()
  byId('phone').classList.add('in-chat')
  byId('no-chat').hidden = true
  byId('conversation').hidden = false
  showPeer()
  if (byHand) byId('text').focus()
  const opened = open
  const [list, peer] = await Promise.all([api.messages(me, chat), api.phone({ ...me, phone: chat })]).catch((error) => {
    byId('send-error').textContent = explain(error)
    byId('send-error').hidden = false
    return [[], null]
  })
  if (open !== opened) return
  if (peer !== null) open.name = peer.name
  messages = new Map(list.map((message) => [message.id, message]))
  showPeer()
  showMessages()
  await markRead()
}

function closeChat() {
  const last = open?.chat
  open = null
  messages = new Map()
  byId('phone').classList.remove('in-chat')
  byId('conversation').hidden = true
  byId('no-chat').hidden = false
  remember()
  showChats()
  if (last !== undefined)
    byId('chats')
      .querySelector(`[data-chat="${CSS.escape(last)}"]`)
      ?.focus()
}

function showPeer(note = `+${open.chat}`) {
  byId('peer-name').textContent = open.name === '' ? `+${open.chat}` : open.name
  byId('peer-note').textContent = note
  dressAvatar(byId('peer-avatar'), open.name, open.chat)
}

/** Whoever looks at a chat reads it. */
async function markRead() {
  if (open === null || document.visibilityState !== 'visible') return
  const row = chats.find((one) => one.chat === open.chat)
  if (row !== undefined) row.unread = 0
  showChats()
  await api.read(me, open.chat).catch(explain)
}

function showMessages() {
  const items = []
  let before = null
  for (const message of messages.values()) {
    const day = dayOf(message.time)
    if (before === null || dayOf(before.time) !== day) items.push(make('li', { classes: 'day', text: day }))
    items.push(bubble(message, before === null || before.direction !== message.direction || dayOf(before.time) !== day))
    before = message
  }
  byId('messages').replaceChildren(...items)
  byId('scroll').scrollTop = byId('scroll').scrollHeight
}

function bubble(message, turn) {
  const out = message.direction === 'out'
  const foot = make('footer', {}, make('time', { text: clockOf(message.time) }))
  if (out) foot.append(tick(message.status))
  const body = make('div', { classes: 'bubble' })
  if (message.quote !== null) {
    const who = message.quote.from === me.phone ? word('you') : open.name
    body.append(
      make(
        'blockquote',
        { classes: 'quote' },
        make('strong', { text: who }),
        make('span', { text: message.quote.text ?? '…' }),
      ),
    )
  }
  body.append(make('p', { text: message.text }), foot)
  const reply = make(
    'button',
    { classes: 'icon', label: word('reply'), onclick: () => quote(message) },
    icon('icon-reply'),
  )
  const item = make('li', { classes: `message${out ? ' out' : ''}${turn ? ' turn' : ''}` }, body, reply)
  item.dataset.id = message.id
  return item
}

function quote(message) {
  quoted = message
  byId('quoting').hidden = false
  byId('quoting-who').textContent = message.direction === 'out' ? word('you') : open.name
  byId('quoting-text').textContent = message.text
  byId('text').focus()
}

function endQuote() {
  quoted = null
  byId('quoting').hidden = true
}

async function sendWritten(event) {
  event.preventDefault()
  const field = byId('text')
  const text = field.value
  if (text.trim() === '' || open === null) return
  const to = open.chat
  const sent = await attempt(byId('send-error'), () => api.send(me, to, text, quoted?.id))
  if (sent === undefined || open?.chat !== to) return
  field.value = ''
  endQuote()
  fitText()
  field.focus()
}

function fitText() {
  const field = byId('text')
  field.style.height = 'auto'
  field.style.height = `${String(field.scrollHeight + 2)}px`
}

// ── what happens meanwhile ──

function heard(event) {
  if (event.kind === 'message') messageHeard(event.message)
  else if (event.kind === 'status') statusHeard(event)
  else if (event.kind === 'typing') typingHeard(event)
  else if (event.kind === 'seen') seenHeard(event.chat)
  else void accountHeard()
}

function messageHeard(message) {
  const row = chats.find((one) => one.chat === message.chat) ?? { chat: message.chat, name: '', unread: 0, last: null }
  row.last = message
  if (message.direction === 'in') row.unread += 1
  chats = [row, ...chats.filter((one) => one !== row)]
  if (open?.chat === message.chat) {
    messages.set(message.id, message)
    showPeer()
    showMessages()
    void markRead()
  }
  showChats()
  if (row.name === '') void nameOf(row)
}

async function nameOf(row) {
  const peer = await api.phone({ ...me, phone: row.chat }).catch(() => null)
  if (peer === null) return
  row.name = peer.name
  showChats()
}

function statusHeard({ id, chat, status }) {
  const row = chats.find((one) => one.chat === chat)
  if (row?.last?.id === id) {
    row.last.status = status
    showChats()
  }
  const message = messages.get(id)
  if (message === undefined || open?.chat !== chat) return
  message.status = status
  const item = byId('messages').querySelector(`[data-id="${CSS.escape(id)}"] .tick`)
  item?.replaceWith(tick(status))
}

function typingHeard({ chat, durationMs }) {
  if (open?.chat !== chat) return
  showPeer(word('typing'))
  clearTimeout(typingEnd)
  typingEnd = setTimeout(() => open !== null && showPeer(), Math.min(Math.max(durationMs, 1000), 20_000))
}

function seenHeard(chat) {
  const row = chats.find((one) => one.chat === chat)
  if (row === undefined || row.unread === 0) return
  row.unread = 0
  showChats()
}

async function accountHeard() {
  const of = me
  const found = await api.phone(of).catch(() => null)
  if (found === null || me !== of) return
  account = found
  showAccount()
  if (byId('trouble').open) await showFaults()
}

// ── linked devices ──

function showDevices() {
  byId('no-devices').hidden = account.devices.length > 0
  byId('device-list').replaceChildren(...account.devices.map(deviceRow))
}

function deviceRow({ deviceId, linkedAt, connected, confirmed }) {
  const state = confirmed ? (connected ? 'connected' : 'away') : 'unconfirmed'
  const since = new Date(linkedAt).toLocaleString(currentLanguage(), { dateStyle: 'short', timeStyle: 'short' })
  return make(
    'li',
    { classes: 'row' },
    make('span', { classes: connected ? 'dot on' : 'dot' }),
    make(
      'span',
      { classes: 'text' },
      make('span', { classes: 'top' }, make('strong', { text: deviceId })),
      make('span', { classes: 'bottom' }, make('span', { text: `${word(state)} · ${since}` })),
    ),
    make('button', {
      classes: 'secondary',
      type: 'button',
      text: word('unlink'),
      onclick: () => attempt(byId('link-result'), () => api.unlink(me, deviceId)),
    }),
  )
}

async function link(make) {
  const place = byId('link-result')
  const submit = byId('link-form').querySelector('button')
  submit.disabled = true
  place.className = 'quiet'
  place.textContent = word('linking')
  place.hidden = false
  const linked = await attempt(place, make)
  submit.disabled = false
  if (linked === undefined) return
  byId('link-text').value = ''
  place.className = 'quiet'
  place.textContent = `${word('linked')} ${linked.deviceId} · ${MESSENGERS[linked.messenger]}`
  place.hidden = false
  if (linked.messenger !== me.messenger) await take({ phone: me.phone, messenger: linked.messenger })
}

function linkWritten(event) {
  event.preventDefault()
  const text = byId('link-text').value.trim()
  return link(() => {
    if (text === '') throw new Refused(400, word('needLink'))
    return /^[\w]{4}-?[\w]{4}$/.test(text) ? api.linkCode(me, text) : api.linkQr(me, text)
  })
}

function linkPicture(file) {
  if (file === undefined || file === null) return undefined
  return link(async () => {
    const qr = await toPng(file).catch(() => {
      throw new Refused(400, word('unreadable'))
    })
    return api.linkQr(me, qr)
  })
}

function pictureIn(transfer) {
  return [...(transfer?.files ?? [])].find((file) => file.type.startsWith('image/'))
}

// ── trouble ──

async function showFaults() {
  const all = await api.faults().catch(() => [])
  const here = all.filter(
    (fault) => (fault.phoneNumber ?? me.phone) === me.phone && (fault.messenger ?? me.messenger) === me.messenger,
  )
  byId('no-faults').hidden = here.length > 0
  byId('lift').hidden = here.length === 0
  byId('fault-list').replaceChildren(
    ...here.map((fault) => {
      const left = fault.count === undefined ? '' : ` · ${word('times')} ${String(fault.count)}`
      const until = fault.until === undefined ? '' : ` · ${word('until')} ${clockOf(fault.until)}`
      return make('li', { classes: 'row' }, make('span', { classes: 'text', text: word(fault.kind) + left + until }))
    }),
  )
}

function showFaultButtons() {
  byId('fault-buttons').replaceChildren(
    ...FAULTS.map((fault) =>
      make('button', {
        type: 'button',
        classes: fault.kind === 'suspend' || fault.kind === 'block' ? 'strong' : '',
        text: word(fault.kind),
        onclick: () => api.addFault(me, fault).then(showFaults, explain),
      }),
    ),
  )
}

// ── putting it together ──

function showTexts() {
  writeWords()
  showFaultButtons()
  showLive(byId('live').dataset.live === 'true')
  if (account !== null) showAccount()
  if (me !== null) showChats()
  if (open !== null) {
    showPeer()
    showMessages()
  }
  if (me !== null && byId('trouble').open) void showFaults()
}

function openDialog(id) {
  byId('link-result').hidden = true
  byId(id).showModal()
}

function listenToPage() {
  byId('start-form').addEventListener('submit', startSubmitted)
  byId('composer').addEventListener('submit', sendWritten)
  byId('link-form').addEventListener('submit', linkWritten)
  byId('new-chat').addEventListener('submit', (event) => {
    event.preventDefault()
    const number = digitsOf(byId('new-number').value)
    byId('new-number').setAttribute('aria-invalid', String(!isPhone(number)))
    if (!isPhone(number)) return
    byId('new-number').value = ''
    void openChat(number, true)
  })
  byId('text').addEventListener('input', fitText)
  byId('text').addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    byId('composer').requestSubmit()
  })
  byId('back').addEventListener('click', closeChat)
  byId('leave').addEventListener('click', showStart)
  byId('quoting-end').addEventListener('click', endQuote)
  for (const id of ['open-devices', 'link-first']) byId(id).addEventListener('click', () => openDialog('devices'))
  byId('open-trouble').addEventListener('click', () => {
    openDialog('trouble')
    void showFaults()
  })
  byId('online').addEventListener('change', () => api.setPhone(me, { online: byId('online').checked }).catch(explain))
  byId('auto-read').addEventListener('change', () =>
    api.setPhone(me, { autoRead: byId('auto-read').checked }).catch(explain),
  )
  byId('lift').addEventListener('click', () => api.liftFaults(me).then(showFaults, explain))
  for (const button of document.querySelectorAll('[data-close]'))
    button.addEventListener('click', () => button.closest('dialog').close())
  for (const dialog of document.querySelectorAll('dialog'))
    dialog.addEventListener('click', (event) => event.target === dialog && dialog.close())
  for (const button of document.querySelectorAll('.language'))
    button.addEventListener('click', () => {
      switchLanguage()
      showTexts()
    })
  document.addEventListener('keydown', (event) => {
    const busy = document.querySelector('dialog[open]') !== null
    if (event.key !== 'Escape' || busy || open === null) return
    if (quoted === null) closeChat()
    else endQuote()
  })
  document.addEventListener('visibilitychange', () => void markRead())
  listenForPictures()
}

function listenForPictures() {
  const drop = byId('drop')
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

listenToPage()
showTexts()
const given = new URLSearchParams(location.search)
const phone = digitsOf(given.get('phone') ?? '')
if (isPhone(phone)) {
  const messenger = Object.hasOwn(MESSENGERS, given.get('messenger') ?? '') ? given.get('messenger') : 'whatsapp'
  void take({ phone, messenger }, given.get('chat') ?? undefined)
} else {
  void showStart()
}
