import { api } from './api.js'
import { byId, clockOf, iconButton, make } from './dom.js'
import { tryOut } from './errors.js'
import { habits, on, setReadOnOpen, state } from './state.js'
import { word } from './words.js'

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

async function showFaults() {
  const { me } = state
  const all = await api.faults().catch(() => [])
  if (state.me !== me) return
  const isHere = (fault) =>
    (fault.phoneNumber ?? me.phone) === me.phone && (fault.messenger ?? me.messenger) === me.messenger
  const here = all.filter(isHere)
  byId('no-faults').hidden = here.length > 0
  byId('lift').hidden = here.length === 0
  byId('fault-list').replaceChildren(...here.map(faultRow))
}

function faultRow(fault) {
  const left = fault.count === undefined ? '' : ` · ${word('times')} ${String(fault.count)}`
  const until = fault.until === undefined ? '' : ` · ${word('until')} ${clockOf(fault.until)}`
  const lift = () => tryOut(() => api.liftFaults(state.me, fault.kind)).then(showFaults)
  const end = iconButton('icon-close', `${word('liftOne')}: ${word(fault.kind)}`, () => void lift())
  return make('li', { classes: 'row' }, make('span', { classes: 'text', text: word(fault.kind) + left + until }), end)
}

function showFaultButtons() {
  const buttons = FAULTS.map((fault) =>
    make('button', {
      type: 'button',
      classes: fault.kind === 'suspend' || fault.kind === 'block' ? 'strong' : '',
      text: word(fault.kind),
      onclick: () => void tryOut(() => api.addFault(state.me, fault)).then(showFaults),
    }),
  )
  byId('fault-buttons').replaceChildren(...buttons)
}

function showAccount() {
  const { restricted, online, autoRead } = state.account
  byId('restricted').hidden = restricted === null
  if (restricted !== null) byId('restricted').textContent = word(restricted === 'block' ? 'blocked' : 'suspended')
  byId('online').checked = online
  byId('auto-read').checked = autoRead
  byId('read-on-open').checked = habits.readOnOpen
  if (byId('trouble').open) void showFaults()
}

export function listenToTrouble() {
  byId('open-trouble').addEventListener('click', () => {
    byId('trouble').showModal()
    void showFaults()
  })
  byId('online').addEventListener('change', () => set({ online: byId('online').checked }))
  byId('auto-read').addEventListener('change', () => set({ autoRead: byId('auto-read').checked }))
  byId('read-on-open').addEventListener('change', () => setReadOnOpen(byId('read-on-open').checked))
  byId('lift').addEventListener('click', () => void tryOut(() => api.liftFaults(state.me)).then(showFaults))
}

function set(change) {
  void tryOut(() => api.setPhone(state.me, change))
}

on('account', showAccount)
on('language', () => {
  showFaultButtons()
  if (state.account !== null) showAccount()
})
