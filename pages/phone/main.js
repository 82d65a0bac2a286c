import { api, listen } from './api.js'
import { dressAvatar, learnPhone } from './avatar.js'
import { callHeard, listenToCalls, resumeCalls } from './calls.js'
import { learnWho } from './chats.js'
import { endBand, listenToComposer } from './composer.js'
import { editContact, loadContacts } from './contacts.js'
import { chatHeard, closeChat, listenToConversation, openChat } from './conversation.js'
import { listenToDevices, openDevices } from './devices.js'
import { byId } from './dom.js'
import { explain, showToast, tryOut } from './errors.js'
import { createGroup, loadGroups, openJoin } from './groups.js'
import { openProfile } from './profile.js'
import { openMenu } from './sheet.js'
import { listenToStart, showStart } from './start.js'
import { digitsOf, isPhone, MESSENGERS, on, state, tell } from './state.js'
import { loadStatuses, postStatus } from './statuses.js'
import { listenToTrouble } from './trouble.js'
import { switchLanguage, word, writeWords } from './words.js'

const NOTHING = { account: null, chats: [], groups: [], contacts: [], blocked: [], calls: [], statuses: [] }
/** The messengers' own account, which sends login codes. */
const SERVICE = '42777000'
let stopListening = () => undefined

function remember() {
  const { me, open } = state
  const parts = me === null ? {} : { ...me, ...(open !== null && { chat: open }) }
  const search = new URLSearchParams(parts).toString()
  history.replaceState(null, '', search === '' ? location.pathname : `?${search}`)
}

// ── one phone ──

function leave() {
  stopListening()
  state.me = null
  state.open = null
  remember()
  void showStart()
}

function take(chosen, chat) {
  Object.assign(state, NOTHING, { me: chosen })
  byId('start').hidden = true
  byId('phone').hidden = false
  closeChat()
  showTab('chats')
  stopListening()
  stopListening = listen(chosen, heard, (isLive) => {
    showLive(isLive)
    if (isLive) void refresh(chat)
  })
}

function showLive(isLive) {
  state.isLive = isLive
  byId('live').className = isLive ? 'live on' : 'live'
  byId('live').lastElementChild.textContent = word(isLive ? 'live' : 'lost')
}

/** Reads everything anew: at the start, and whenever the stream of events had been interrupted. */
async function refresh(chat) {
  const { me } = state
  try {
    const [account, chats, calls] = await Promise.all([api.phone(me), api.chats(me), api.calls(me)])
    if (state.me !== me) return
    Object.assign(state, { account, chats, calls })
    learnPhone(account)
    await Promise.all([loadGroups(), loadContacts(), loadStatuses()])
    if (state.me !== me) return
    tell('account')
    tell('names')
    resumeCalls()
    void learnWho(...chats.map((one) => one.chat))
    if (state.open !== null) await openChat(state.open)
    else if (chat) await openChat(chat)
  } catch (error) {
    if (state.me === me) showToast(explain(error))
  }
}

function heard(event) {
  if (event.kind === 'call') callHeard(event.call)
  else if (event.kind === 'statuses') void tryOut(loadStatuses)
  else if (event.kind === 'phone') accountHeard()
  else {
    chatHeard(event)
    // Whoever gets a login code shows it in large letters.
    if (event.kind === 'message' && event.message.from === SERVICE) accountHeard()
  }
}

let reading = null

/** Events of a phone come in crowds: while one is being read, one more is enough. */
function accountHeard() {
  if (reading !== null) {
    reading.again = true
    return
  }
  reading = { again: false }
  void tryOut(readAccount).finally(() => {
    const { again } = reading
    reading = null
    if (again && state.me !== null) accountHeard()
  })
}

async function readAccount() {
  const { me } = state
  const account = await api.phone(me)
  if (state.me !== me) return
  state.account = account
  learnPhone(account)
  await Promise.all([loadGroups(), loadContacts()])
  if (state.me === me) tell('account')
}

function showAccount() {
  const { me, account } = state
  byId('own-name').textContent = account.name
  byId('own-number').textContent = `+${me.phone}`
  byId('own-messenger').textContent = MESSENGERS[me.messenger]
  dressAvatar(byId('own-avatar'), me.phone, account.name)
}

// ── putting it together ──

function showTab(name) {
  for (const tab of document.querySelectorAll('[role=tab]')) {
    const isChosen = tab.dataset.tab === name
    tab.setAttribute('aria-selected', String(isChosen))
    byId(tab.getAttribute('aria-controls')).hidden = !isChosen
  }
}

function showTexts() {
  writeWords()
  showLive(state.isLive)
  tell('language')
}

function openTyped(event) {
  event.preventDefault()
  const number = digitsOf(byId('new-number').value)
  byId('new-number').setAttribute('aria-invalid', String(!isPhone(number)))
  if (!isPhone(number)) return
  byId('new-number').value = ''
  void openChat(number, true)
}

function listenToPage() {
  byId('new-chat').addEventListener('submit', openTyped)
  byId('leave').addEventListener('click', leave)
  byId('open-profile').addEventListener('click', openProfile)
  for (const id of ['open-devices', 'link-first']) byId(id).addEventListener('click', openDevices)
  byId('groups-menu').addEventListener('click', ({ currentTarget }) =>
    openMenu(currentTarget, [
      [word('newGroup'), createGroup],
      [word('joinByLink'), openJoin],
    ]),
  )
  byId('add-contact').addEventListener('click', () => editContact())
  byId('post-status').addEventListener('click', postStatus)
  for (const tab of document.querySelectorAll('[role=tab]'))
    tab.addEventListener('click', () => showTab(tab.dataset.tab))
  for (const button of document.querySelectorAll('[data-close]'))
    button.addEventListener('click', () => button.closest('dialog').close())
  for (const dialog of document.querySelectorAll('dialog:not(#call)'))
    dialog.addEventListener('click', (event) => event.target === dialog && dialog.close())
  for (const button of document.querySelectorAll('.language'))
    button.addEventListener('click', () => {
      switchLanguage()
      showTexts()
    })
  document.addEventListener('keydown', (event) => {
    const isBusy = document.querySelector('dialog[open], [popover]:popover-open') !== null
    if (event.key === 'Escape' && !isBusy && state.open !== null && !endBand()) closeChat()
  })
}

on('take', take)
on('opened', remember)
on('account', showAccount)
for (const listenTo of [listenToPage, listenToStart, listenToConversation, listenToComposer, listenToDevices])
  listenTo()
listenToTrouble()
listenToCalls()
showTexts()

const given = new URLSearchParams(location.search)
const phone = digitsOf(given.get('phone') ?? '')
if (isPhone(phone)) {
  const messenger = Object.hasOwn(MESSENGERS, given.get('messenger') ?? '') ? given.get('messenger') : 'whatsapp'
  take({ phone, messenger }, given.get('chat') ?? undefined)
} else {
  leave()
}
