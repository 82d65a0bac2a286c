import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Instance } from '../../instances/instance.ts'
import type { LinkingStep } from '../../instances/linking.ts'
import { LostOwnership } from '../../instances/record.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { Pace } from '../../lib/pace.ts'
import { Refusal, statusText } from '../errors.ts'
import { ALREADY_LOGGED, PASSKEY_REQUIRED, PENDING_PASSWORD } from '../green/linking.ts'
import type { InstanceFamily } from '../green/family.ts'
import type { Target } from '../target.ts'
import { refuseUpgrade } from '../refuse-upgrade.ts'
import type { QrImages } from './qr-images.ts'

export interface ScanSocketsDeps {
  readonly family: InstanceFamily
  readonly images: QrImages
  readonly clock: Clock
  readonly log: Log
  readonly rateLimitScale: number
  /** A socket that shows codes for so long ends with `timeout`. */
  readonly timeoutMs: number
}

/** Openings a second and instance, as the contract has it. */
const PER_SECOND = 1
/** Sockets at one time and instance: a page on a desk and one on a phone, and some reloads. */
const MOST_SOCKETS = 8

const CLOSE_DONE = 1000
const CLOSE_SHUTDOWN = 1001

/** `scanqrcode`: shows each QR as it comes, until the phone is linked or the time is over. The client says nothing. */
export class ScanSockets {
  readonly #deps: ScanSocketsDeps
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 4096, perMessageDeflate: false })
  readonly #pace = new Pace<number>()
  readonly #open = new Map<number, number>()

  constructor(deps: ScanSocketsDeps) {
    this.#deps = deps
  }

  /** Answers a request to open a socket. The token is checked like that of any method. */
  accept(target: Target, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { family, clock, rateLimitScale } = this.#deps
    const instance = family.admit(target, undefined, request.url ?? '')
    if (instance instanceof Refusal) return refuseUpgrade(socket, instance.status, statusText(instance.status))
    const turn = this.#pace.take(instance.id, PER_SECOND * rateLimitScale, clock.now())
    if (!turn.allowed || (this.#open.get(instance.id) ?? 0) >= MOST_SOCKETS) {
      return refuseUpgrade(socket, 429, statusText(429))
    }
    this.#server.handleUpgrade(request, socket, head, (client) => void this.#serve(instance, client))
  }

  close(): void {
    for (const client of this.#server.clients) client.close(CLOSE_SHUTDOWN)
  }

  /** Cuts off those that have not answered `close`. */
  terminate(): void {
    for (const client of this.#server.clients) client.terminate()
  }

  async #serve(instance: Instance, client: WebSocket): Promise<void> {
    const { clock, log, timeoutMs } = this.#deps
    this.#open.set(instance.id, (this.#open.get(instance.id) ?? 0) + 1)
    const gone = new AbortController()
    client.on('close', () => gone.abort())
    client.on('error', () => client.terminate())
    const timer = clock.after(timeoutMs, () => {
      sendFrame(client, { type: 'timeout', message: 'timeoutExpired' })
      gone.abort()
    })
    try {
      for await (const step of instance.linking.watch(gone.signal)) {
        sendFrame(client, await this.#frame(instance, step))
      }
    } catch (error) {
      // Of one that is another node's, or may be, this is no news.
      if (!(error instanceof LostOwnership)) log.error({ idInstance: instance.id, error }, 'a scanqrcode socket failed')
      sendFrame(client, { type: 'error', message: 'linking failed, try again' })
    } finally {
      timer.cancel()
      client.close(CLOSE_DONE)
      this.#leave(instance.id)
    }
  }

  #leave(id: number): void {
    const left = (this.#open.get(id) ?? 1) - 1
    if (left === 0) this.#open.delete(id)
    else this.#open.set(id, left)
  }

  async #frame(instance: Instance, step: LinkingStep): Promise<object> {
    switch (step.kind) {
      case 'qr':
        return { type: 'qrCode', message: await this.#deps.images.base64(step.value) }
      case 'linked': {
        const { wid, pushName } = step.account
        return { type: 'accountData', wid, pushname: pushName, proxy: '', webhookUrl: instance.settings.webhookUrl }
      }
      case 'alreadyLinked':
        return ALREADY_LOGGED
      case 'passkey':
        return PASSKEY_REQUIRED
      case 'password':
        return PENDING_PASSWORD
      case 'ended':
        return { type: 'error', message: step.fault.message }
      default:
        return step satisfies never
    }
  }
}

function sendFrame(client: WebSocket, frame: object): void {
  if (client.readyState === client.OPEN) client.send(JSON.stringify(frame))
}
