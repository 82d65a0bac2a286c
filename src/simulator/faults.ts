import type { Clock } from '../lib/clock.ts'
import type { Messenger } from '../model/messenger.ts'
import type { NetworkFile } from './network-file.ts'

/** What can be made to go wrong, and which number a request must give with it; `dropConnections` happens once and is not kept. */
export const FAULT_KINDS = {
  dropConnections: null,
  refuseConnections: 'durationMs',
  delayVerdicts: 'delayMs',
  loseVerdicts: 'count',
  failSends: 'count',
  notInGroup: 'count',
  noReceipts: null,
  delayReceipts: 'delayMs',
  duplicatePushes: 'count',
  suspend: null,
  block: null,
} as const
export type FaultKind = keyof typeof FAULT_KINDS
export type KeptFaultKind = Exclude<FaultKind, 'dropConnections'>

/** Where a fault applies; null means everywhere. */
export interface Scope {
  readonly messenger: Messenger | null
  readonly phone: string | null
}

export interface NetworkFault extends Scope {
  readonly id: number
  readonly kind: KeptFaultKind
  /** Times left (`count`), milliseconds (`delayMs`), or the end as epoch ms (`durationMs`); 0 where the kind has none. */
  readonly value: number
  readonly reason: string
}

export function inScope(scope: Scope, messenger: Messenger, phone: string): boolean {
  return (scope.messenger === null || scope.messenger === messenger) && (scope.phone === null || scope.phone === phone)
}

/** The faults in force. They outlive a restart, like everything else here. */
export class Faults {
  readonly #file: NetworkFile
  readonly #clock: Clock
  readonly #insert
  readonly #setValue
  readonly #delete
  #list: NetworkFault[]

  constructor(file: NetworkFile, clock: Clock) {
    this.#file = file
    this.#clock = clock
    this.#insert = file.prepare<[string | null, string | null, string, number, string], { id: number }>(
      'INSERT INTO faults (messenger, phone, kind, value, reason) VALUES (?, ?, ?, ?, ?) RETURNING id',
    )
    this.#setValue = file.prepare<[number, number]>('UPDATE faults SET value = ? WHERE id = ?')
    this.#delete = file.prepare<[number]>('DELETE FROM faults WHERE id = ?')
    this.#list = file
      .prepare<[], NetworkFault>('SELECT id, messenger, phone, kind, value, reason FROM faults ORDER BY id')
      .all()
  }

  list(): readonly NetworkFault[] {
    this.#forgetExpired()
    return this.#list
  }

  /** The newest fault of this kind for the account. */
  find(kind: KeptFaultKind, messenger: Messenger, phone: string): NetworkFault | null {
    if (this.#list.length === 0) return null
    this.#forgetExpired()
    return this.#list.findLast((fault) => fault.kind === kind && inScope(fault, messenger, phone)) ?? null
  }

  /** As `find` for a kind that counts, and uses up one of its times. */
  take(kind: KeptFaultKind, messenger: Messenger, phone: string): NetworkFault | null {
    const found = this.find(kind, messenger, phone)
    if (found === null) return null
    const value = found.value - 1
    if (value <= 0) {
      this.#drop([found])
      return found
    }
    this.#file.change(() => this.#setValue.run(value, found.id))
    this.#list = this.#list.map((fault) => (fault === found ? { ...found, value } : fault))
    return found
  }

  /** Replaces an older one of the same kind and scope. */
  add(kind: KeptFaultKind, scope: Scope, value: number, reason: string): NetworkFault {
    const same = this.#list.filter(
      (one) => one.kind === kind && one.phone === scope.phone && one.messenger === scope.messenger,
    )
    this.#drop(same)
    const row = this.#file.change(() => this.#insert.get(scope.messenger, scope.phone, kind, value, reason))
    if (row === undefined) throw new Error('the database returned no row for a new fault')
    const made = { id: row.id, kind, messenger: scope.messenger, phone: scope.phone, value, reason }
    this.#list = [...this.#list, made]
    return made
  }

  /** Lifts what matches and says what it was; null matches everything. */
  clear(kind: KeptFaultKind | null, scope: Scope): readonly NetworkFault[] {
    const gone = this.list().filter(
      (fault) =>
        (kind === null || fault.kind === kind) &&
        (scope.phone === null || fault.phone === scope.phone) &&
        (scope.messenger === null || fault.messenger === scope.messenger),
    )
    this.#drop(gone)
    return gone
  }

  #forgetExpired(): void {
    const now = this.#clock.now()
    this.#drop(this.#list.filter((fault) => fault.kind === 'refuseConnections' && fault.value <= now))
  }

  #drop(gone: readonly NetworkFault[]): void {
    if (gone.length === 0) return
    this.#file.change(() => {
      for (const fault of gone) this.#delete.run(fault.id)
    })
    this.#list = this.#list.filter((fault) => !gone.includes(fault))
  }
}
