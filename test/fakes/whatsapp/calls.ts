import { randomBytes } from 'node:crypto'
import { names } from './group-node.ts'
import type { Account, Device, Network, Node, StanzaHandler } from './network.ts'
import { children } from './nodes.ts'
import { seconds, stanzaId } from './stanza.ts'

/** How a call ended, or that it has not. */
export type CallEnd = 'accepted' | 'rejected' | 'given up' | 'unanswered'

/** By the protocol's numbers: connected, missed, rejected. */
const OUTCOMES: Readonly<Record<CallEnd, number>> = { accepted: 0, rejected: 3, 'given up': 1, unanswered: 1 }

export interface Call {
  readonly id: string
  readonly from: Account
  readonly to: Account
  readonly isVideo: boolean
  /** Null while it rings. */
  end: CallEnd | null
  /** The device that refused it; 0: the phone. */
  rejectedBy: number | null
  /** Seconds that were talked. */
  durationS: number
}

/**
 * Calls between phones. The linked devices of the called one hear of them as they go on; those of the caller when they are over, by
 * what the phone writes into the chat.
 */
export class Calls implements StanzaHandler {
  readonly tag = 'call'
  readonly #network: Network
  readonly #calls = new Map<string, Call>()
  readonly #onEnded: (call: Call) => void

  constructor(network: Network, onEnded: (call: Call) => void) {
    this.#network = network
    this.#onEnded = onEnded
  }

  call(id: string): Call | undefined {
    return this.#calls.get(id)
  }

  /** Rings until it is ended. */
  ring(from: Account, to: Account, isVideo: boolean): Call {
    const id = randomBytes(16).toString('hex').toUpperCase()
    const call: Call = { id, from, to, isVideo, end: null, rejectedBy: null, durationS: 0 }
    this.#calls.set(id, call)
    const sound = { tag: 'audio', attrs: { enc: 'opus', rate: '16000' } }
    const picture = { tag: 'video', attrs: { enc: 'vp8', dec: 'vp8', orientation: '0' } }
    this.#tell(call, 'offer', {}, [sound, ...(isVideo ? [picture] : []), { tag: 'net', attrs: { medium: '3' } }])
    return call
  }

  /** The phones end what rings. False when it rings no more. */
  end(id: string, end: CallEnd, durationS = 0): boolean {
    const call = this.#calls.get(id)
    if (call?.end !== null) return false
    Object.assign(call, { end, durationS, rejectedBy: end === 'rejected' ? 0 : null })
    if (end === 'accepted') this.#tell(call, 'accept', {}, [])
    if (end === 'rejected') this.#tell(call, 'reject', { count: '0' }, [])
    else this.#tell(call, 'terminate', endAttributes(end, durationS), [])
    this.#onEnded(call)
    return true
  }

  /** A device refuses. */
  take(stanza: Node, device: Device): void {
    const { id = '', to = '' } = stanza.attrs
    const [what] = children(stanza)
    const call = this.#calls.get(what?.attrs['call-id'] ?? '')
    device.connection?.send({ tag: 'ack', attrs: { class: 'call', id, from: to, type: what?.tag ?? '' } })
    if (what?.tag === 'reject' && call !== undefined) this.#reject(call, device)
  }

  #reject(call: Call, device: Device): void {
    if (call.end !== null || call.to !== device.account) return
    Object.assign(call, { end: 'rejected', rejectedBy: device.id })
    this.#tell(call, 'terminate', { reason: 'rejected_elsewhere' }, [], device)
    this.#onEnded(call)
  }

  #tell(call: Call, tag: string, attrs: Record<string, string>, content: Node[], except?: Device): void {
    const { lid, pn } = names(this.#network, call.from.phone)
    const t = seconds(this.#network.now())
    for (const device of call.to.devices.values()) {
      if (device === except) continue
      this.#network.deliver(device, {
        tag: 'call',
        attrs: {
          ...{ id: stanzaId(), from: lid, notify: call.from.name, t, e: '0' },
          ...{ platform: 'android', version: '2.26.10.73' },
        },
        content: [
          {
            tag,
            attrs: { 'call-id': call.id, 'call-creator': lid, ...(tag === 'offer' && { caller_pn: pn }), ...attrs },
            ...(content.length > 0 && { content }),
          },
        ],
      })
    }
  }
}

/** What the caller's phone writes into the chat when the call is over; the protocol spells it so. */
export function callLog({ isVideo, end, durationS }: Call): object {
  const callOutcome = OUTCOMES[end ?? 'unanswered']
  return { callLogMesssage: { isVideo, callOutcome, durationSecs: durationS, callType: 0 } }
}

/** Durations are milliseconds here. */
function endAttributes(end: CallEnd, durationS: number): Record<string, string> {
  if (end === 'unanswered') return { reason: 'timeout' }
  if (end === 'given up') return {}
  const duration = String(durationS * 1000)
  return { duration, audio_duration: duration }
}
