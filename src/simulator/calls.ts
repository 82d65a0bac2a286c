import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import type { CallStatus } from '../model/call.ts'
import type { Messenger } from '../model/messenger.ts'
import { isGroup } from './addresses.ts'
import { calledOf, callViewOf, outcomeForCaller, type CallRow } from './call-views.ts'
import type { DeviceEvents } from './device-events.ts'
import type { Devices } from './devices.ts'
import type { Feed } from './feed.ts'
import type { Groups } from './groups.ts'
import type { NetworkFile } from './network-file.ts'
import type { Phones } from './phones.ts'

/** Nobody picks up for so long: the call is over. */
const RING_MS = 60_000

/** How a call can end. */
export type CallEnd = Exclude<CallStatus, 'offer'>

interface CallsParts {
  readonly file: NetworkFile
  readonly clock: Clock
  readonly random: Random
  readonly phones: Phones
  readonly groups: Groups
  readonly devices: Devices
  readonly events: DeviceEvents
  readonly feed: Feed
}

interface NewCall {
  readonly messenger: Messenger
  readonly from: string
  readonly to: string
  readonly isVideo: boolean
}

const COLUMNS =
  'seq, messenger, id, caller, callee, called, status, is_video AS isVideo, duration_s AS durationS, at' as const
type Value = string | number

/**
 * Calls between phones: one rings at everybody who is called, and is over when it was answered, refused or given up. The devices of
 * the called hear of both, those of the caller of the end alone.
 */
export class Calls {
  readonly #parts: CallsParts
  readonly #statements
  #stopped = false

  constructor(parts: CallsParts) {
    this.#parts = parts
    this.#statements = prepare(parts.file)
  }

  /** What rang when the network went down rings on, or ends. */
  resume(): void {
    for (const row of this.#statements.ringing.all()) this.#endUnanswered(row)
  }

  /** No call ends by itself any more. */
  stop(): void {
    this.#stopped = true
  }

  find(messenger: Messenger, id: string): CallRow | null {
    return this.#statements.find.get(id, messenger) ?? null
  }

  /** The newest first. */
  ofPhone(messenger: Messenger, phone: string, limit: number): readonly CallRow[] {
    return this.#statements.ofPhone.all(messenger, phone, phone, limit)
  }

  /** Begins to ring; one to a number without an account is over at once. */
  start({ messenger, from, to, isVideo }: NewCall): CallRow | string {
    const { file, clock, random, groups, phones, devices, events } = this.#parts
    if (isGroup(to) && groups.member(messenger, to, from) === null) return "'from' is not in this group"
    const everybody = isGroup(to) ? (groups.members(messenger, to) ?? []) : [to]
    const called = everybody.filter((phone) => phone !== from)
    if (called.length === 0) return "'to' is nobody else"
    const id = random.bytes(16).toString('hex').toUpperCase()
    return file.change(() => {
      const at = clock.now()
      const row = this.#statements.add.get(messenger, id, from, to, JSON.stringify(called), Number(isVideo), at)
      if (row === undefined) throw new Error('the database returned no row for a new call')
      if (!isGroup(to) && !phones.get(messenger, to).exists) return this.end(row, 'hungUp', 0) ?? row
      for (const phone of called)
        for (const device of devices.ofPhone(messenger, phone))
          events.add(device, { kind: 'call', detail: 'offer', call: row.seq })
      this.#tellPages(row)
      this.#endUnanswered(row)
      return row
    })
  }

  /** Null when it was over already. A call that nobody answered has no duration. */
  end(row: CallRow, status: CallEnd, durationS: number): CallRow | null {
    const { file, clock, devices, events } = this.#parts
    return file.change(() => {
      const talkedS = status === 'pickUp' ? durationS : 0
      const ended = this.#statements.end.get(status, talkedS, clock.now(), row.seq)
      if (ended === undefined) return null
      const detail = outcomeForCaller(status)
      for (const device of devices.ofPhone(row.messenger, row.caller))
        events.add(device, { kind: 'call', detail, call: row.seq })
      for (const phone of calledOf(row))
        for (const device of devices.ofPhone(row.messenger, phone))
          events.add(device, { kind: 'call', detail: status === 'invalid' ? 'declined' : status, call: row.seq })
      this.#tellPages(ended)
      return ended
    })
  }

  #endUnanswered(row: CallRow): void {
    const { clock } = this.#parts
    clock.after(row.at + RING_MS - clock.now(), () => {
      if (!this.#stopped) this.end(row, 'declined', 0)
    })
  }

  #tellPages(row: CallRow): void {
    for (const phone of [row.caller, ...calledOf(row)])
      this.#parts.feed.publish(row.messenger, phone, () => ({ kind: 'call', call: callViewOf(row, phone) }))
  }
}

function prepare(file: NetworkFile) {
  const rows = (rest: string) => file.prepare<Value[], CallRow>(`SELECT ${COLUMNS} FROM calls WHERE ${rest}`)
  return {
    find: rows('id = ? AND messenger = ?'),
    ringing: rows("status = 'offer' ORDER BY seq"),
    ofPhone: rows(
      `messenger = ? AND (caller = ? OR EXISTS (SELECT 1 FROM json_each(called) WHERE value = ?)) ORDER BY seq DESC LIMIT ?`,
    ),
    add: file.prepare<Value[], CallRow>(
      `INSERT INTO calls (messenger, id, caller, callee, called, is_video, at, status, duration_s)
       VALUES (?, ?, ?, ?, ?, ?, ?, 'offer', 0) RETURNING ${COLUMNS}`,
    ),
    end: file.prepare<Value[], CallRow>(
      `UPDATE calls SET status = ?, duration_s = ?, at = ? WHERE seq = ? AND status = 'offer' RETURNING ${COLUMNS}`,
    ),
  }
}
