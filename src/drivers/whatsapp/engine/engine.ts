import type { EventEmitter } from 'node:events'
import type { Agent } from 'node:http'
import type { Readable } from 'node:stream'
import type { WaMessage } from './proto.ts'

/**
 * The part of the WhatsApp engine that we use, in types of our own: the engine is an optional dependency, and this code compiles without
 * it. What is said here of it was read in its version `ENGINE_VERSION`; the driver's suite runs it against the fake network.
 */
export const ENGINE_VERSION = '7.0.0-rc14'

/** A stanza. */
export interface BinaryNode {
  readonly tag: string
  readonly attrs: Record<string, string>
  readonly content?: BinaryNode[] | string | Uint8Array
}

export interface KeyPair {
  readonly public: Uint8Array
  readonly private: Uint8Array
}

/** The engine changes it in place and tells by `creds.update`. */
export interface Credentials {
  me?: { id: string; lid?: string; name?: string }
  registered: boolean
  platform?: string
  nextPreKeyId: number
  firstUnuploadedPreKeyId: number
  myAppStateKeyId?: string
  readonly [other: string]: unknown
}

/** `pre-key`, `session`, `sender-key`, `sender-key-memory`, `app-state-sync-key`, `app-state-sync-version`, `lid-mapping`, `device-list`, `tctoken`, `identity-key`. */
export type KeyType = string
export type KeyChanges = Readonly<Record<KeyType, Readonly<Record<string, unknown>> | undefined>>

export interface KeyStore {
  get(type: KeyType, ids: readonly string[]): Promise<Record<string, unknown>>
  /** null forgets. */
  set(changes: KeyChanges): Promise<void>
}

/** What the engine makes of a key store: everything that is set inside `work` is handed to the store at once, when it ends. */
export interface TransactionalKeyStore extends KeyStore {
  isInTransaction(): boolean
  transaction<T>(work: () => Promise<T>, key: string): Promise<T>
}

export interface SignalRepository {
  decryptMessage(of: { jid: string; type: 'pkmsg' | 'msg'; ciphertext: Uint8Array }): Promise<Uint8Array>
  decryptGroupMessage(of: { group: string; authorJid: string; msg: Uint8Array }): Promise<Uint8Array>
  processSenderKeyDistributionMessage(of: { authorJid: string; item: object }): Promise<void>
  readonly lidMapping: LidMapping
  close?(): void
}

export interface LidMapping {
  /** Held for ever, with a timer per entry; a private member that is replaced. */
  mappingCache?: unknown
  storeLIDPNMappings(pairs: readonly { lid: string; pn: string }[]): Promise<void>
  getLIDForPN(pn: string): Promise<string | null>
  getPNForLID(lid: string): Promise<string | null>
}

export interface SignalAuth {
  readonly creds: unknown
  readonly keys: TransactionalKeyStore
}

/** The logger that the engine wants. */
export interface EngineLog {
  level: string
  child(fields: object): EngineLog
  trace(...said: unknown[]): void
  debug(...said: unknown[]): void
  info(...said: unknown[]): void
  warn(...said: unknown[]): void
  error(...said: unknown[]): void
}

export type WaVersion = readonly [number, number, number]

export interface SocketOptions {
  readonly waWebSocketUrl?: string
  readonly version: WaVersion
  readonly browser: readonly [string, string, string]
  readonly auth: { readonly creds: Credentials; readonly keys: KeyStore }
  readonly logger: EngineLog
  readonly agent?: Agent
  readonly fetchAgent?: Agent
  readonly options?: object
  readonly [other: string]: unknown
}

export interface WaKey {
  remoteJid?: string | null
  fromMe?: boolean | null
  id?: string | null
  participant?: string | null
  remoteJidAlt?: string
  participantAlt?: string
}

/** `WebMessageInfo`: a message with its surroundings. */
export interface WaMessageInfo {
  key: WaKey
  message?: WaMessage | null
  messageTimestamp?: number | { toNumber(): number } | null
  status?: number | null
  pushName?: string | null
  participant?: string | null
}

export interface GroupParticipant {
  readonly id: string
  readonly lid?: string
  readonly phoneNumber?: string
  readonly admin?: 'admin' | 'superadmin' | null
}

export interface GroupMetadata {
  readonly id: string
  readonly addressingMode?: string
  readonly owner?: string
  readonly ownerPn?: string
  readonly subject: string
  readonly subjectOwner?: string
  readonly subjectOwnerPn?: string
  readonly subjectTime?: number
  readonly creation?: number
  readonly desc?: string
  readonly restrict?: boolean
  readonly announce?: boolean
  readonly memberAddMode?: boolean
  readonly participants: readonly GroupParticipant[]
  readonly ephemeralDuration?: number
}

export interface WaContact {
  readonly id: string
  readonly lid?: string
  readonly phoneNumber?: string
  readonly name?: string
  readonly notify?: string
  readonly verifiedName?: string
}

export interface WaChat {
  readonly id: string
  readonly name?: string | null
  readonly archived?: boolean | null
  readonly unreadCount?: number | null
  readonly ephemeralExpiration?: number | null
  readonly ephemeralSettingTimestamp?: unknown
  readonly muteEndTime?: unknown
  readonly conversationTimestamp?: unknown
  /** Of the history alone, as the two below. */
  readonly lastMessageRecvTimestamp?: unknown
  /** What proves to the network that this person may be written to, and when we had it and gave ours. */
  readonly tcToken?: Uint8Array | null
  readonly tcTokenTimestamp?: unknown
  readonly tcTokenSenderTimestamp?: unknown
}

/** A piece of what a phone tells of its past. */
export interface WaHistory {
  readonly chats: readonly WaChat[]
  readonly contacts: readonly WaContact[]
  readonly messages: readonly WaMessageInfo[]
  readonly lidPnMappings?: readonly { readonly lid: string; readonly pn: string }[]
}

/** The engine's events of one flush, by their names. */
export interface EngineEvents {
  readonly 'connection.update'?: ConnectionUpdate
  readonly 'creds.update'?: object
  readonly 'chats.upsert'?: readonly WaChat[]
  readonly 'chats.update'?: readonly (Partial<WaChat> & { readonly id?: string })[]
  readonly 'chats.delete'?: readonly string[]
  readonly 'contacts.upsert'?: readonly WaContact[]
  readonly 'contacts.update'?: readonly Partial<WaContact>[]
  readonly 'lid-mapping.update'?: { readonly lid: string; readonly pn: string }
  readonly 'groups.upsert'?: readonly GroupMetadata[]
  readonly 'groups.update'?: readonly Partial<GroupMetadata>[]
  readonly 'group-participants.update'?: {
    readonly id: string
    readonly participants: readonly (GroupParticipant | string)[]
    readonly action: string
  }
}

export interface ConnectionUpdate {
  readonly connection?: 'open' | 'connecting' | 'close'
  readonly lastDisconnect?: { readonly error?: EngineError }
  readonly isNewLogin?: boolean
  readonly qr?: string
  readonly receivedPendingNotifications?: boolean
  readonly reachoutTimeLock?: { readonly isActive?: boolean; readonly timeEnforcementEnds?: Date }
}

/** What the engine throws; `output.statusCode` is of its disconnect table, `data` the server's. */
export interface EngineError extends Error {
  readonly output?: { readonly statusCode?: number }
  readonly data?: unknown
}

/** What carries the frames: a WebSocket of `ws`. */
export interface RawSocket {
  send(frame: Uint8Array, done: (trouble?: Error) => void): void
  terminate(): void
}

export interface EngineSocket {
  /** Stanzas as `CB:<tag>…` events; see the engine's `socket.js`. */
  readonly ws: EventEmitter & { readonly isOpen: boolean; readonly socket: RawSocket | null; close(): Promise<void> }
  readonly ev: {
    process(handler: (events: EngineEvents) => void): () => void
    /** Goes to the handlers with the next flush while it is buffering, else at once. */
    emit(event: keyof EngineEvents, told: unknown): boolean
    isBuffering(): boolean
    buffer(): void
    flush(): boolean
    destroy(): void
  }
  readonly authState: { readonly creds: Credentials; readonly keys: TransactionalKeyStore }
  readonly signalRepository: SignalRepository
  end(error: Error | undefined): Promise<void>
  logout(): Promise<void>
  query(node: BinaryNode, timeoutMs?: number): Promise<BinaryNode | undefined>
  sendNode(node: BinaryNode): Promise<void>
  requestPairingCode(phone: string): Promise<string>
  /** Makes sessions with devices that there are none with; `force`: with all of them. */
  assertSessions(jids: readonly string[], force: boolean): Promise<boolean>
  /** The devices of persons; from its cache where that is asked for. What can't be asked is empty, and so is who has no account. */
  getUSyncDevices(
    jids: readonly string[],
    useCache: boolean,
    ignoreZeroDevices: boolean,
  ): Promise<readonly { readonly user: string; readonly device?: number; readonly jid: string }[]>
  relayMessage(jid: string, message: WaMessage, options: RelayOptions): Promise<string>
  readonly waUploadToServer: unknown
  refreshMediaConn(force?: boolean): Promise<unknown>
  updateMediaMessage(message: WaMessageInfo): Promise<WaMessageInfo>
  readMessages(keys: readonly WaKey[]): Promise<void>
  sendReceipts(keys: readonly WaKey[], type: string | undefined): Promise<void>
  sendPresenceUpdate(type: string, jid?: string): Promise<void>
  presenceSubscribe(jid: string): Promise<void>
  profilePictureUrl(jid: string, type?: 'preview' | 'image', timeoutMs?: number): Promise<string | undefined>
  updateProfilePicture(jid: string, picture: Buffer): Promise<void>
  onWhatsApp(...numbers: string[]): Promise<{ jid: string; exists: boolean }[] | undefined>
  fetchStatus(...jids: string[]): Promise<unknown>
  fetchBlocklist(): Promise<(string | undefined)[]>
  getBusinessProfile(jid: string): Promise<unknown>
  getCatalog(of: { readonly jid: string; readonly limit: number }): Promise<unknown>
  chatModify(change: object, jid: string): Promise<void>
  addOrEditContact(jid: string, contact: object): Promise<void>
  removeContact(jid: string): Promise<void>
  rejectCall(id: string, from: string): Promise<void>
  fetchMessageHistory(count: number, oldest: WaKey, oldestAt: number): Promise<string>
  groupMetadata(jid: string): Promise<GroupMetadata>
  groupFetchAllParticipating(): Promise<Record<string, GroupMetadata>>
  groupCreate(subject: string, participants: readonly string[]): Promise<GroupMetadata>
  groupLeave(jid: string): Promise<void>
  groupUpdateSubject(jid: string, subject: string): Promise<void>
  groupParticipantsUpdate(
    jid: string,
    participants: readonly string[],
    action: 'add' | 'remove' | 'promote' | 'demote',
  ): Promise<{ status: string; jid: string | undefined }[]>
  groupSettingUpdate(jid: string, setting: 'announcement' | 'not_announcement' | 'locked' | 'unlocked'): Promise<void>
  groupMemberAddMode(jid: string, mode: 'admin_add' | 'all_member_add'): Promise<void>
  groupInviteCode(jid: string): Promise<string | undefined>
  groupToggleEphemeral(jid: string, seconds: number): Promise<void>
}

export interface RelayOptions {
  readonly messageId: string
  readonly participant?: { readonly jid: string; readonly count: number }
  readonly additionalAttributes?: Record<string, string>
  readonly additionalNodes?: BinaryNode[]
  readonly useCachedGroupMetadata?: boolean
  readonly statusJidList?: readonly string[]
}

/** A type of the protocol, as its code generator made it. */
export interface ProtoType<T> {
  decode(bytes: Uint8Array): T
  encode(value: T): { finish(): Uint8Array }
  fromObject(value: object): T
}

/** The loaded module. */
export interface Engine {
  makeSocket(options: SocketOptions): EngineSocket
  makeSignalRepository(auth: SignalAuth, log: EngineLog, toLid?: unknown): SignalRepository
  initCredentials(): Credentials
  makeKeyPair: () => KeyPair
  /** How many one-time keys a new device hands to the network. */
  readonly firstKeyCount: number
  readonly json: {
    readonly replacer: (key: string, value: unknown) => unknown
    readonly reviver: (key: string, value: unknown) => unknown
  }
  readonly proto: {
    readonly Message: ProtoType<WaMessage> & { readonly AppStateSyncKeyData: ProtoType<object> }
    readonly WebMessageInfo: ProtoType<WaMessageInfo>
    readonly HistorySync: ProtoType<object>
    readonly [other: string]: unknown
  }
  /** Shipped with the package. */
  readonly version: WaVersion
  /** `generateWAMessageContent`: what goes out, from the engine's own form of it; uploads files. */
  makeContent(content: object, options: object): Promise<WaMessage>
  prepareFile(file: object, options: object): Promise<WaMessage>
  decryptPollVote(vote: { encPayload: Uint8Array; encIv: Uint8Array }, of: object): { selectedOptions?: Uint8Array[] }
  downloadFile(
    file: { mediaKey: Uint8Array; directPath?: string; url?: string },
    type: string,
    options: object,
  ): Promise<Readable>
  /** `processHistoryMessage`: a decoded `HistorySync` sorted; it is changed by that. */
  sortHistory(history: object): WaHistory
  readonly statuses: Readonly<Record<string, number>>
}
