import type { DeviceEvents, WaitingEvent } from './device-events.ts'
import type { Device } from './devices.ts'
import type { Faults } from './faults.ts'
import type { NetworkFile } from './network-file.ts'
import type { FromNetwork, Pushed } from './protocol.ts'

/** So many pushes may be under way to a device that has not acknowledged them. */
const WINDOW = 200

/** The way to one server process; what is sent within one turn travels in one frame. */
export interface Wire {
  send(message: FromNetwork): void
}

/** An open device. A small object: ten thousand of them are idle most of the time. */
export interface OpenDevice {
  readonly wire: Wire
  readonly channel: number
  readonly device: Device
  /** The last push on this channel. */
  cursor: number
  inFlight: number
}

export type CloseReason = Extract<FromNetwork, { t: 'closed' }>['reason']

/** An event in the words of the link, as this device is told it. */
type Render = (device: Device, event: WaitingEvent) => Pushed

/** Who is open now, and the pushing of events to them in order, each again at every open until it is acknowledged. */
export class DeviceChannels {
  readonly #file: NetworkFile
  readonly #events: DeviceEvents
  readonly #faults: Faults
  readonly #render: Render
  readonly #open = new Map<number, OpenDevice>()

  constructor(file: NetworkFile, events: DeviceEvents, faults: Faults, render: Render) {
    this.#file = file
    this.#events = events
    this.#faults = faults
    this.#render = render
  }

  /** Ends an older channel of the same device. */
  open(wire: Wire, channel: number, device: Device): OpenDevice {
    this.close(device, 'replaced')
    const opened = { wire, channel, device, cursor: 0, inFlight: 0 }
    this.#open.set(device.no, opened)
    wire.send({ t: 'opened', channel })
    this.#pumpWhenStored(opened)
    return opened
  }

  /** The channel is gone without a word from the network. */
  forget(open: OpenDevice): void {
    if (this.isCurrent(open)) this.#open.delete(open.device.no)
  }

  isCurrent(open: OpenDevice): boolean {
    return this.#open.get(open.device.no) === open
  }

  isOpen(device: Device): boolean {
    return this.#open.has(device.no)
  }

  close(device: Device, reason: CloseReason): void {
    const open = this.#open.get(device.no)
    if (open === undefined) return
    this.#open.delete(device.no)
    open.wire.send({ t: 'closed', channel: open.channel, reason })
  }

  closeWhere(matches: (device: Device) => boolean, reason: CloseReason): void {
    for (const open of [...this.#open.values()]) if (matches(open.device)) this.close(open.device, reason)
  }

  acknowledge(open: OpenDevice, ids: readonly number[]): void {
    if (!this.isCurrent(open)) return
    open.inFlight -= this.#events.acknowledge(open.device, ids)
    this.#pumpWhenStored(open)
  }

  /** Pushes what was stored since the last call; called after each commit. */
  pumpTouched(): void {
    for (const no of this.#events.takeTouched()) {
      const open = this.#open.get(no)
      if (open !== undefined) this.#pump(open)
    }
  }

  /** What this turn has changed so far must not be pushed before it is stored. */
  #pumpWhenStored(open: OpenDevice): void {
    this.#file.afterCommit(() => {
      if (this.isCurrent(open)) this.#pump(open)
    })
  }

  #pump(open: OpenDevice): void {
    const room = WINDOW - open.inFlight
    if (room <= 0) return
    for (const event of this.#events.waiting(open.device, open.cursor, room)) {
      open.cursor = event.seq
      open.inFlight += 1
      const message: FromNetwork = {
        t: 'push',
        channel: open.channel,
        id: event.seq,
        event: this.#render(open.device, event),
      }
      open.wire.send(message)
      const { messenger, phone } = open.device
      if (this.#faults.take('duplicatePushes', messenger, phone) !== null) open.wire.send(message)
    }
  }
}
