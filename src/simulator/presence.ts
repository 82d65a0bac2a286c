import type { Messenger } from '../model/messenger.ts'
import type { OpenDevice } from './device-channels.ts'

/** Which accounts their linked devices show as online. It ends with the device's channel, and with the process. */
export class Presence {
  readonly #online = new Map<string, Set<OpenDevice>>()

  isOnline(messenger: Messenger, phone: string): boolean {
    return this.#online.has(`${messenger}/${phone}`)
  }

  /** False when nothing changed for those who look. */
  set(open: OpenDevice, isOnline: boolean): boolean {
    const { messenger, phone } = open.device
    const key = `${messenger}/${phone}`
    const devices = this.#online.get(key)
    if (isOnline) {
      this.#online.set(key, (devices ?? new Set()).add(open))
      return devices === undefined
    }
    if (devices?.delete(open) !== true || devices.size > 0) return false
    this.#online.delete(key)
    return true
  }
}
