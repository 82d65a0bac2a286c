import {
  changeSum,
  indexMacOf,
  macOf,
  openValue,
  patchMacOf,
  sealValue,
  snapshotMacOf,
  SUM_BYTES,
  type AppStateKeys,
  type Operation,
} from './app-state-crypto.ts'
import type { SyncdPatch, SyncdRecord, SyncProto } from './sync-proto.ts'

/** What an index stands for now: the fields of the protocol's SyncActionValue. */
export type SyncValue = Readonly<Record<string, unknown>>

export interface SyncKey {
  readonly id: Buffer
  readonly keys: AppStateKeys
}

/** One change: what is set under an index, or that it is taken away. */
export interface SyncChange {
  readonly index: readonly string[]
  readonly value: SyncValue | null
  /** Of the kind of action. */
  readonly version: number
}

/** A part of the app state, with all its patches: what the server keeps, and what a phone reads in it. */
export class AppStateCollection {
  readonly name: string
  version = 0
  /** Oldest first; the first makes version 1. */
  readonly patches: Buffer[] = []
  readonly #proto: SyncProto
  readonly #key: SyncKey
  readonly #complain: (what: string) => void
  /** By the index's mac. */
  readonly #records = new Map<string, SyncdRecord>()
  /** By the index's JSON. */
  readonly #values = new Map<string, SyncValue>()
  #sum: Buffer = Buffer.alloc(SUM_BYTES)

  constructor(name: string, proto: SyncProto, key: SyncKey, complain: (what: string) => void) {
    this.name = name
    this.#proto = proto
    this.#key = key
    this.#complain = (what) => complain(`${name} v${String(this.version)}: ${what}`)
  }

  get values(): ReadonlyMap<string, SyncValue> {
    return this.#values
  }

  /** Takes a device's patch as the next version, and says what it changed. Wrong macs are complained of, and what can be read is taken. */
  take(bytes: Uint8Array): readonly SyncChange[] {
    const patch = this.#proto.SyncdPatch.decode(bytes)
    this.version += 1
    patch.version = { version: this.version }
    const changes = this.#apply(patch)
    this.#check(patch)
    this.patches.push(Buffer.from(this.#proto.SyncdPatch.encode(patch).finish()))
    return changes
  }

  /** The phone's own patch. */
  write(changes: readonly SyncChange[], now: number): void {
    const { id, keys } = this.#key
    this.version += 1
    const mutations = changes.map((change) => this.#mutation(change, now))
    const patch: SyncdPatch = { version: { version: this.version }, mutations, keyId: { id } }
    this.#apply(patch)
    const snapshotMac = snapshotMacOf(this.#sum, this.version, this.name, keys)
    const macs = mutations.map(({ record }) => macOf(record.value.blob))
    Object.assign(patch, { snapshotMac, patchMac: patchMacOf(snapshotMac, macs, this.version, this.name, keys) })
    this.patches.push(Buffer.from(this.#proto.SyncdPatch.encode(this.#proto.SyncdPatch.fromObject(patch)).finish()))
  }

  /** Everything as it is now. */
  snapshot(): Uint8Array {
    const { id, keys } = this.#key
    const mac = snapshotMacOf(this.#sum, this.version, this.name, keys)
    const records = [...this.#records.values()]
    const snapshot = { version: { version: this.version }, records, mac, keyId: { id } }
    return this.#proto.SyncdSnapshot.encode(this.#proto.SyncdSnapshot.fromObject(snapshot)).finish()
  }

  #mutation({ index, value, version }: SyncChange, now: number) {
    const { id, keys } = this.#key
    const operation: Operation = value === null ? 'remove' : 'set'
    const name = Buffer.from(JSON.stringify(index))
    const data = { index: name, value: { ...(value ?? {}), timestamp: now }, padding: new Uint8Array(), version }
    const plain = this.#proto.SyncActionData.encode(this.#proto.SyncActionData.fromObject(data)).finish()
    const blob = sealValue(operation, plain, id, keys)
    const record = { index: { blob: indexMacOf(name, keys) }, value: { blob }, keyId: { id } }
    return { operation: operation === 'set' ? 0 : 1, record }
  }

  #apply(patch: SyncdPatch): SyncChange[] {
    const changes: SyncChange[] = []
    for (const { operation, record } of patch.mutations ?? []) {
      const what: Operation = operation === 1 ? 'remove' : 'set'
      try {
        if (record) changes.push(this.#applyOne(what, record))
      } catch (error) {
        this.#complain(error instanceof Error ? error.message : String(error))
      }
    }
    return changes
  }

  #applyOne(operation: Operation, record: SyncdRecord): SyncChange {
    const isSet = operation === 'set'
    const { data, indexMac, blob } = this.#open(operation, record)
    const place = indexMac.toString('base64')
    const before = this.#records.get(place)?.value?.blob
    this.#sum = changeSum(this.#sum, before ? [macOf(before)] : [], isSet ? [macOf(blob)] : [])
    const index = readIndex(Buffer.from(data.index ?? []))
    const value = isSet && data.value ? this.#proto.SyncActionValue.toObject(data.value, { longs: Number }) : null
    if (isSet) this.#records.set(place, record)
    else this.#records.delete(place)
    if (value === null) this.#values.delete(JSON.stringify(index))
    else this.#values.set(JSON.stringify(index), value)
    return { index, value, version: data.version ?? 0 }
  }

  /** Throws when anything of it is not sealed as it should be. */
  #open(operation: Operation, { index, value, keyId }: SyncdRecord) {
    const { id, keys } = this.#key
    const blob = value?.blob ?? new Uint8Array()
    if (!id.equals(keyId?.id ?? new Uint8Array())) throw new Error('a value is sealed with an unknown key')
    const data = this.#proto.SyncActionData.decode(openValue(operation, blob, id, keys))
    const indexMac = Buffer.from(index?.blob ?? [])
    const isRight = indexMacOf(Buffer.from(data.index ?? []), keys).equals(indexMac)
    if (!isRight) throw new Error('the mac of an index is wrong')
    return { data, indexMac, blob }
  }

  #check(patch: SyncdPatch): void {
    const { keys } = this.#key
    const snapshotMac = Buffer.from(patch.snapshotMac ?? [])
    if (!snapshotMacOf(this.#sum, this.version, this.name, keys).equals(snapshotMac))
      this.#complain('the mac of the whole is wrong')
    const macs = (patch.mutations ?? []).map(({ record }) => macOf(record?.value?.blob ?? new Uint8Array()))
    const expected = patchMacOf(snapshotMac, macs, this.version, this.name, keys)
    if (!expected.equals(Buffer.from(patch.patchMac ?? []))) this.#complain('the mac of the patch is wrong')
  }
}

function readIndex(name: Buffer): readonly string[] {
  const index: unknown = JSON.parse(name.toString())
  if (!Array.isArray(index)) throw new Error('an index is no list')
  return index.map(String)
}
