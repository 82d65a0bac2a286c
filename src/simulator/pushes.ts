import type { CallStatus } from '../model/call.ts'
import { isGroup, type Addresses } from './addresses.ts'
import { calledOf } from './call-views.ts'
import { contentToDevice } from './content-addresses.ts'
import type { WaitingEvent } from './device-events.ts'
import type { Device } from './devices.ts'
import { contentOf } from './marks.ts'
import { chatOf } from './messages.ts'
import type { Parties } from './parties.ts'
import type { Pushed } from './protocol.ts'

/** Stored events in the words of the link, persons named as the device names them. */
export class Pushes {
  readonly #addresses: Addresses
  readonly #parties: Parties

  constructor(addresses: Addresses, parties: Parties) {
    this.#addresses = addresses
    this.#parties = parties
  }

  render(device: Device, event: WaitingEvent): Pushed {
    switch (event.kind) {
      case 'restricted':
        return { kind: 'restricted', state: event.detail === 'suspended' ? 'suspended' : 'authorized', at: event.at }
      case 'message':
        return this.#message(device, event)
      case 'status': {
        const chat = this.#addresses.toDevice(device, known(event.recipient, event))
        return { kind: 'status', id: known(event.id, event), chat, status: stageOf(event), at: event.at }
      }
      case 'receipt': {
        const participant = this.#addresses.toDevice(device, known(event.actor, event))
        return { kind: 'receipt', id: known(event.id, event), participant, status: stageOf(event), at: event.at }
      }
      case 'call':
        return this.#call(device, event)
      default: {
        const unknown: never = event.kind
        throw new Error(`unknown event ${String(unknown)}`)
      }
    }
  }

  #message(device: Device, event: WaitingEvent): Pushed {
    const sender = known(event.sender, event)
    const author = this.#parties.of(device, sender)
    const chat = chatOf({ sender, recipient: known(event.recipient, event) }, device.phone)
    return {
      ...{ kind: 'message', id: known(event.id, event), direction: event.detail === 'in' ? 'in' : 'out' },
      ...{ chat: chat === sender ? author : this.#parties.of(device, chat), author, at: known(event.sentAt, event) },
      content: contentToDevice(this.#addresses, device, contentOf({ content: known(event.content, event) })),
    }
  }

  #call(device: Device, event: WaitingEvent): Pushed {
    const caller = known(event.caller, event)
    const callee = known(event.callee, event)
    const status = statusOf(event)
    const direction = caller === device.phone ? 'out' : 'in'
    const called = direction === 'out' ? calledOf({ called: known(event.called, event) }) : []
    return {
      ...{ kind: 'call', id: known(event.id, event), direction, status, at: event.at },
      chat: this.#parties.of(device, direction === 'out' ? callee : caller),
      isVideo: event.isVideo === 1,
      isGroup: isGroup(callee),
      durationS: status === 'pickUp' ? known(event.durationS, event) : 0,
      participants: called.map((phone) => ({ address: this.#addresses.toDevice(device, phone), status })),
    }
  }
}

function known<Value>(value: Value | null, event: WaitingEvent): Value {
  if (value === null) throw new Error(`event ${String(event.seq)} refers to nothing`)
  return value
}

function stageOf(event: WaitingEvent): 'delivered' | 'read' {
  return event.detail === 'read' ? 'read' : 'delivered'
}

function statusOf({ detail }: WaitingEvent): CallStatus {
  switch (detail) {
    case 'offer':
    case 'pickUp':
    case 'hungUp':
    case 'declined':
      return detail
    default:
      return 'invalid'
  }
}
