import type { EpochMs } from '../../../model/ids.ts'
import type { BinaryNode } from '../engine/engine.ts'
import { plainJid } from '../jids.ts'
import type { Life } from '../life.ts'
import { within } from '../../network/within.ts'

/** How long the network may take to say when somebody was there; who hides it is told of by silence. */
const SEEN_MS = 1_500

/** Whether contacts see the account online: kept over breaks of the connection, told again in each life. */
export class Presence {
  #isOnline: boolean | undefined
  #life: Life | null = null
  #stopWaiting: () => void = () => undefined

  /** In every life when it is open. */
  opened(life: Life): void {
    this.#life = life
    if (this.#isOnline === true) this.#tell(life)
  }

  set(isOnline: boolean, life: Life | null): void {
    this.#isOnline = isOnline
    if (life !== null) this.#tell(life)
  }

  /** The network takes it only with the account's name, which the phone sends some time after linking. */
  #tell(life: Life): void {
    this.#stopWaiting()
    this.#life = life
    const say = () => {
      const type = this.#isOnline === true ? 'available' : 'unavailable'
      // Best effort: where the connection is gone, the next life says it.
      life.socket.sendPresenceUpdate(type).catch(() => undefined)
    }
    if (nameOf(life) !== '') return say()
    this.#stopWaiting = life.socket.ev.process(() => {
      if (nameOf(life) === '' || this.#life !== life) return
      this.#stopWaiting()
      say()
    })
  }
}

/** When somebody was there last; null when that is hidden or nobody says. */
export async function lastSeen(life: Life, jid: string): Promise<EpochMs | null> {
  const names = await life.people.namesOf(jid)
  let stop: () => void = () => undefined
  const come = new Promise<EpochMs | null>((resolve) => {
    const hear = (node: BinaryNode) => {
      const { from = '', type, last } = node.attrs as Partial<Record<string, string>>
      if (!names.includes(plainJid(from))) return
      const seconds = Number(last)
      if (type !== 'unavailable') resolve(life.host.clock.now())
      else resolve(last !== undefined && Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : null)
    }
    life.socket.ws.on('CB:presence', hear)
    stop = () => life.socket.ws.off('CB:presence', hear)
  })
  try {
    await life.socket.presenceSubscribe(jid)
    return (await within(life, SEEN_MS, come)) ?? null
  } finally {
    stop()
  }
}

function nameOf({ socket }: Life): string {
  return socket.authState.creds.me?.name ?? ''
}
