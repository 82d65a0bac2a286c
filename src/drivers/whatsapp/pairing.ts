import type { Clock, Timer } from '../../lib/clock.ts'
import { fault, type Fault } from '../../model/fault.ts'
import type { LinkedAccount } from '../../model/instance.ts'
import type { PhoneWay } from '../driver.ts'
import type { BinaryNode, ConnectionUpdate, Credentials, EngineSocket } from './engine/engine.ts'
import { childOf, childrenOf } from './engine/nodes.ts'
import { plainJid, userOf } from './jids.ts'
import type { LoginAttempt } from './login.ts'

/** What the network gives a device that wants to be linked: so many codes, the first for longer than the others. */
const FIRST_CODE_MS = 60_000
const NEXT_CODE_MS = 20_000
/** A code that is typed holds as long as the connection does, which is as long as six QR codes. */
const TYPED_CODE_MS = 160_000

const PASSKEY = /^(?:passkey_|crsc_)/

export interface PairingParts {
  readonly socket: EngineSocket
  readonly clock: Clock
  readonly way: PhoneWay
  readonly attempt: LoginAttempt
  /** No code of this connection is left. */
  readonly usedUp: () => void
  readonly failed: (trouble: Fault) => void
}

/** What is shown and asked while a device is linked over one connection. */
export class Pairing {
  readonly #parts: PairingParts
  #refs: string[] = []
  #timer: Timer | null = null
  #isShown = false
  /** The phone has taken a code: no other one is shown. */
  #isTaken = false
  #isOver = false

  constructor(parts: PairingParts) {
    this.#parts = parts
    const { ws } = parts.socket
    ws.on('CB:iq,type:set,pair-device', (node: BinaryNode) => {
      this.#refs = refsOf(node)
    })
    ws.on('CB:iq,type:error', (node: BinaryNode) => this.#refused(node))
    ws.on('CB:notification', (node: BinaryNode) => this.#notified(node))
  }

  /** Whether the phone goes on by its own from here. */
  get isTaken(): boolean {
    return this.#isTaken
  }

  updated({ qr }: ConnectionUpdate): void {
    if (qr === undefined || this.#isShown || this.#isOver) return
    this.#isShown = true
    const { way } = this.#parts
    if (way.way === 'qr') this.#show(qr, this.#refs, FIRST_CODE_MS)
    else void this.#showCode(way.phone)
  }

  stop(): void {
    this.#isOver = true
    this.#timer?.cancel()
    this.#timer = null
  }

  /** The codes differ by their reference alone; they are replaced by our clock and not by the engine's. */
  #show(qr: string, [ref = '', ...later]: readonly string[], lastsMs: number): void {
    const { attempt, clock } = this.#parts
    attempt.show('qr', qr, clock.now() + lastsMs)
    this.#timer = clock.after(lastsMs, () => {
      const [next] = later
      if (next === undefined) this.#usedUp()
      else
        this.#show(
          qr.replace(ref, () => next),
          later,
          NEXT_CODE_MS,
        )
    })
  }

  async #showCode(phone: string): Promise<void> {
    const { attempt, clock, socket, failed } = this.#parts
    try {
      const code = await socket.requestPairingCode(phone)
      if (this.#isOver) return
      attempt.show('code', code, clock.now() + TYPED_CODE_MS)
      this.#timer = clock.after(TYPED_CODE_MS, () => this.#usedUp())
    } catch {
      if (!this.#isOver) failed(fault('unavailable', 'no code could be asked for'))
    }
  }

  #usedUp(): void {
    this.#timer = null
    if (!this.#isOver) this.#parts.usedUp()
  }

  /** The engine does not wait for the answer to its request for a code. */
  #refused(node: BinaryNode): void {
    const { way, failed } = this.#parts
    if (this.#isOver || way.way === 'qr' || !this.#isShown) return
    failed(refusedCode(childOf(node, 'error')?.attrs['code'] ?? ''))
  }

  /** The engine knows nothing of passkeys: the phone confirms, or the attempt ends. */
  #notified(node: BinaryNode): void {
    const tags = [node.attrs['type'] ?? '', ...childrenOf(node).map((child) => child.tag)]
    if (this.#isOver || this.#isTaken || !tags.some((tag) => PASSKEY.test(tag))) return
    this.#isTaken = true
    this.#timer?.cancel()
    this.#parts.attempt.askPasskey()
  }
}

/** The number of a way without its plus, null for a way without one; or why it can't be gone. */
export function phoneOf(way: PhoneWay): string | null | Fault {
  if (way.way === 'qr') return null
  const phone = way.phone.replace(/^\+/, '')
  return /^\d{7,16}$/.test(phone) ? phone : fault('invalid', 'the phone number is malformed')
}

/** Who is linked; the name of one who is no business comes later, if at all. */
export function linkedAccount({ me }: Credentials): LinkedAccount | null {
  const phone = userOf(plainJid(me?.id))
  if (me === undefined || phone === '') return null
  const name = me.name === undefined || me.name === '~' ? '' : me.name
  return { wid: `${phone}@c.us`, pushName: name === '' ? `+${phone}` : name, phone, deviceId: me.id }
}

function refusedCode(code: string): Fault {
  if (code === '429') return fault('rateLimited', 'WhatsApp gives no more codes for this number now (429)')
  if (code === '404') return fault('noAccount', 'the number has no account')
  return fault('refused', `WhatsApp gives no code for this number (${code})`)
}

function refsOf(node: BinaryNode): string[] {
  return childrenOf(childOf(node, 'pair-device'), 'ref').flatMap(({ content }) =>
    content !== undefined && !Array.isArray(content) ? [Buffer.from(content).toString('utf8')] : [],
  )
}
