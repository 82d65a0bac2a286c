import type { Clock } from '../lib/clock.ts'
import type { CallStatus } from '../model/call.ts'
import type { Device } from './devices.ts'
import type { NetworkFile } from './network-file.ts'

/** Something that a device must hear; kept until the device says that it has it. */
export type DeviceEvent =
  | { readonly kind: 'message'; readonly detail: 'in' | 'out'; readonly message: number }
  | { readonly kind: 'status'; readonly detail: 'delivered' | 'read'; readonly message: number }
  /** How far a viewer (digits) came with a status. */
  | {
      readonly kind: 'receipt'
      readonly detail: 'delivered' | 'read'
      readonly message: number
      readonly actor: string
    }
  | { readonly kind: 'call'; readonly detail: CallStatus; readonly call: number }
  | { readonly kind: 'restricted'; readonly detail: 'suspended' | 'authorized' }

/** As stored, joined with its message or call; `seq` is the push id. */
export interface WaitingEvent {
  readonly seq: number
  readonly kind: DeviceEvent['kind']
  readonly detail: string
  readonly at: number
  readonly id: string | null
  readonly sender: string | null
  readonly recipient: string | null
  readonly content: string | null
  readonly sentAt: number | null
  readonly actor: string | null
  readonly caller: string | null
  readonly callee: string | null
  /** JSON: the digits of everybody who was called. */
  readonly called: string | null
  readonly isVideo: number | null
  readonly durationS: number | null
}

/** The events of all devices, each device's in the order in which they happened. */
export class DeviceEvents {
  readonly #file: NetworkFile
  readonly #clock: Clock
  readonly #insert
  readonly #waiting
  readonly #ack
  /** Devices with events that were stored since the last call of `takeTouched`. */
  #touched = new Set<number>()

  constructor(file: NetworkFile, clock: Clock) {
    this.#file = file
    this.#clock = clock
    this.#insert = file.prepare<(string | number | null)[]>(
      'INSERT INTO events (device, kind, detail, message, call, actor, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    this.#waiting = file.prepare<[number, number, number], WaitingEvent>(
      `SELECT e.seq, e.kind, e.detail, e.at, COALESCE(m.id, c.id) AS id, m.sender, m.recipient, m.content, m.at AS sentAt, e.actor,
         c.caller, c.callee, c.called, c.is_video AS isVideo, c.duration_s AS durationS
       FROM events e LEFT JOIN messages m ON m.seq = e.message LEFT JOIN calls c ON c.seq = e.call
       WHERE e.device = ? AND e.acked = 0 AND e.seq > ? AND (e.message IS NULL OR m.seq IS NOT NULL)
         AND (e.call IS NULL OR c.seq IS NOT NULL) ORDER BY e.seq LIMIT ?`,
    )
    this.#ack = file.prepare<[number, number]>('UPDATE events SET acked = 1 WHERE seq = ? AND device = ? AND acked = 0')
  }

  add(device: Device, event: DeviceEvent): void {
    const message = 'message' in event ? event.message : null
    const call = 'call' in event ? event.call : null
    const actor = 'actor' in event ? event.actor : null
    const { kind, detail } = event
    this.#file.change(() => this.#insert.run(device.no, kind, detail, message, call, actor, this.#clock.now()))
    this.#touched.add(device.no)
  }

  /** What the device has not acknowledged and what lies behind `after`, oldest first. */
  waiting(device: Device, after: number, limit: number): readonly WaitingEvent[] {
    return this.#waiting.all(device.no, after, limit)
  }

  /** How many of these the device had not acknowledged before. */
  acknowledge(device: Device, seqs: readonly number[]): number {
    return this.#file.change(() => seqs.reduce((sum, seq) => sum + this.#ack.run(seq, device.no).changes, 0))
  }

  takeTouched(): ReadonlySet<number> {
    const touched = this.#touched
    if (touched.size > 0) this.#touched = new Set()
    return touched
  }
}
