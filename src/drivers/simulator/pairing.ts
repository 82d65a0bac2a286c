import { fault, type Fault } from '../../model/fault.ts'
import type { Messenger } from '../../model/messenger.ts'
import type { FromNetwork } from '../../simulator/protocol.ts'
import type { PhoneWay, SessionHost } from '../driver.ts'
import { DEVICE_SECRET, toBytes, type Credentials } from './credentials.ts'
import { linkedAccount, pairingFault } from './login.ts'

/** The number that a way of linking names, without its plus; null where it names none. */
export function phoneOf(way: PhoneWay): string | null {
  return way.way === 'qr' ? null : way.phone.replace(/^\+/, '')
}

/** Why no phone can be paired with what is stored now; undefined where one can. */
export function whyNotPair(stored: Credentials | Fault, phone: string | null): Fault | undefined {
  if (!('fault' in stored)) return ALREADY_LINKED
  if (stored.fault !== 'notLinked') return stored
  return phone !== null && !/^\d{1,64}$/.test(phone) ? pairingFault('invalidPhone') : undefined
}

export const ALREADY_LINKED = fault('alreadyLinked', 'the session is linked')

/** Stores a new device and tells who is linked, at once. False where that failed: nothing of it is stored then. */
export async function storeDevice(
  host: SessionHost,
  messenger: Messenger,
  given: Extract<FromNetwork, { t: 'credentials' }>,
): Promise<boolean> {
  const account = linkedAccount(messenger, given)
  const secrets = new Map([[DEVICE_SECRET, toBytes(given)]])
  try {
    await host.commit({ secrets, events: [{ kind: 'linked', account, at: given.at }] })
    return true
  } catch (error) {
    host.log.warn({ error: String(error) }, 'the credentials of a new device were not stored')
    return false
  }
}
