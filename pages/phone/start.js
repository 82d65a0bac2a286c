import { api } from './api.js'
import { avatarOf } from './avatar.js'
import { byId, make, row } from './dom.js'
import { attempt, trouble } from './errors.js'
import { digitsOf, isPhone, MESSENGERS, tell } from './state.js'
import { word } from './words.js'

/** The page's first sight: which phone is it to be? */
export async function showStart() {
  byId('phone').hidden = true
  byId('start').hidden = false
  // In a frame of another page it waits until somebody comes to it.
  if (window.top === window || document.hasFocus()) byId('start-number').focus()
  const phones = await attempt(byId('start-error'), () => api.phones())
  const used = (phones ?? []).filter((one) => one.exists).slice(0, 8)
  byId('known').hidden = used.length === 0
  byId('known-list').replaceChildren(...used.map((phone) => make('li', {}, knownPhone(phone))))
}

function knownPhone(phone) {
  const { phoneNumber, messenger, name, devices } = phone
  const isOn = devices.some(({ connected }) => connected)
  return row({
    avatar: avatarOf(phoneNumber, name),
    name,
    aside: devices.length > 0 ? [make('span', { classes: isOn ? 'dot on' : 'dot' })] : [],
    note: `${MESSENGERS[messenger]} · +${phoneNumber}`,
    onclick: () => tell('take', { phone: phoneNumber, messenger }),
  })
}

async function submitted(event) {
  event.preventDefault()
  const phone = digitsOf(byId('start-number').value)
  const messenger = new FormData(byId('start-form')).get('messenger')
  await attempt(byId('start-error'), async () => {
    if (!isPhone(phone)) throw trouble('badNumber')
    const found = await api.phone({ phone, messenger })
    if (!found.exists) {
      if (!confirm(word('noAccount'))) return
      await api.setPhone({ phone, messenger }, { exists: true })
    }
    tell('take', { phone, messenger })
  })
}

export function listenToStart() {
  byId('start-form').addEventListener('submit', submitted)
}
