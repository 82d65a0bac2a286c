/** The parts of the protocol that carry the app state and the history, as the engine's generated code reads and writes them. */

export interface ProtoType<T> {
  decode(bytes: Uint8Array): T
  encode(value: T): { finish(): Uint8Array }
  fromObject(value: object): T
  toObject(value: T, options: { readonly longs: NumberConstructor }): Record<string, unknown>
}

type Num = number | { toNumber(): number }
type Opt<T> = T | null | undefined

export interface SyncdRecord {
  index?: Opt<{ blob?: Opt<Uint8Array> }>
  value?: Opt<{ blob?: Opt<Uint8Array> }>
  keyId?: Opt<{ id?: Opt<Uint8Array> }>
}

export interface SyncdPatch {
  version?: Opt<{ version?: Opt<Num> }>
  /** 0 sets, 1 removes. */
  mutations?: Opt<{ operation?: Opt<number>; record?: Opt<SyncdRecord> }[]>
  snapshotMac?: Opt<Uint8Array>
  patchMac?: Opt<Uint8Array>
  keyId?: Opt<{ id?: Opt<Uint8Array> }>
}

export interface SyncActionData {
  index?: Opt<Uint8Array>
  value?: Opt<object>
  version?: Opt<number>
}

export interface SyncProto {
  readonly SyncdPatch: ProtoType<SyncdPatch>
  readonly SyncdSnapshot: ProtoType<object>
  readonly SyncActionData: ProtoType<SyncActionData>
  readonly SyncActionValue: ProtoType<object>
  readonly ExternalBlobReference: ProtoType<object>
  readonly HistorySync: ProtoType<object>
}
