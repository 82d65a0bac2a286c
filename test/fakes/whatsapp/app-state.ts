import { randomBytes } from 'node:crypto'
import { AppStateCollection, type SyncChange, type SyncKey, type SyncValue } from './app-state-collection.ts'
import { expandKey } from './app-state-crypto.ts'
import { sealFile } from './media-crypto.ts'
import type { Account, Answer, Device, Network, Node, QueryHandler } from './network.ts'
import { bytesOf, child, children } from './nodes.ts'
import type { SyncProto } from './sync-proto.ts'
import { isVirtualPhone, type VirtualPhone } from './virtual-phone.ts'
import { seconds, stanzaId } from './stanza.ts'

const COLLECTIONS = ['critical_block', 'critical_unblock_low', 'regular_high', 'regular_low', 'regular'] as const
export type CollectionName = (typeof COLLECTIONS)[number]

interface AccountState {
  readonly keyId: Buffer
  readonly keyData: Buffer
  readonly collections: ReadonlyMap<string, AppStateCollection>
}

/** A mutation that a device made, as the phone read it. */
export interface SeenChange extends SyncChange {
  readonly phone: string
  readonly device: number
  readonly collection: string
}

/** Of the protocol's kinds of messages. */
const APP_STATE_SYNC_KEY_SHARE = 6

/**
 * The app state of all accounts: the server's side (`w:sync:app:state`: versions, patches, snapshots, who is told of what) and the
 * phones', which make the keys, share them with a new device, read what devices change, and change things themselves.
 */
export class AppState implements QueryHandler {
  readonly xmlns = 'w:sync:app:state'
  /** Whatever was wrong with a patch of a device. */
  readonly complaints: string[] = []
  /** What devices changed, oldest first. */
  readonly changes: SeenChange[] = []
  /** Answers who asks for everything with a snapshot; with all patches otherwise. */
  givesSnapshots = true
  readonly #network: Network
  readonly #proto: SyncProto
  readonly #states = new Map<string, AccountState>()

  constructor(network: Network, proto: SyncProto) {
    this.#network = network
    this.#proto = proto
  }

  async handle(query: Node, device: Device): Promise<Answer> {
    const asked = children(child(query, 'sync'), 'collection')
    const answers = asked.map((node) => this.#answer(node, device))
    return Promise.resolve([{ tag: 'sync', attrs: {}, content: answers }])
  }

  /** What stands under an index now: `['archive', jid]`, `['mute', jid]`, `['contact', jid]`, `['setting_pushName']` … */
  value(account: Account, collection: CollectionName, index: readonly string[]): SyncValue | undefined {
    return this.#collection(account, collection)?.values.get(JSON.stringify(index))
  }

  values(account: Account, collection: CollectionName): ReadonlyMap<string, SyncValue> {
    return this.#collection(account, collection)?.values ?? new Map<string, SyncValue>()
  }

  /** The phone changes something; all devices are told. */
  write(account: Account, collection: CollectionName, ...changes: readonly SyncChange[]): void {
    const there = this.#collection(account, collection)
    if (there === undefined) throw new Error(`there is no collection ${collection}`)
    there.write(changes, this.#network.now())
    this.#tell(account, there)
  }

  /** The phone of a device that came on for the first time shares the keys, after it has put down what a phone always has. */
  async share(phone: VirtualPhone, device: Device): Promise<void> {
    const { account } = phone
    const { keyId, keyData } = this.#state(account)
    // Nobody is told: a device asks for everything once it has the keys.
    if (this.value(account, 'critical_block', ['setting_pushName']) === undefined)
      this.#collection(account, 'critical_block')?.write([pushName(account.name)], this.#network.now())
    const fingerprint = { rawId: 1, currentIndex: 0, deviceIndexes: [0] }
    const timestamp = Math.floor(this.#network.now() / 1000)
    const keys = [{ keyId: { keyId }, keyData: { keyData, fingerprint, timestamp } }]
    const protocolMessage = { type: APP_STATE_SYNC_KEY_SHARE, appStateSyncKeyShare: { keys } }
    await phone.tellDevice(device, { protocolMessage })
  }

  #answer(asked: Node, device: Device): Node {
    const { name = '', version: known = '0', return_snapshot: wantsAll } = asked.attrs
    const collection = this.#collection(device.account, name)
    if (collection === undefined) return refusal(name, '400', 'bad-request')
    const patch = child(asked, 'patch')
    if (patch === undefined) return this.#changesSince(collection, Number(known), wantsAll === 'true')
    if (Number(known) !== collection.version) return refusal(name, '409', 'conflict')
    const changes = collection.take(bytesOf(patch))
    for (const change of changes) {
      this.changes.push({ ...change, phone: device.account.phone, device: device.id, collection: name })
      this.#obey(device.account, change)
    }
    this.#tell(device.account, collection, device)
    return { tag: 'collection', attrs: { name, version: String(collection.version) } }
  }

  #changesSince(collection: AppStateCollection, known: number, wantsAll: boolean): Node {
    const { name, version } = collection
    const attrs = { name, version: String(version), has_more_patches: 'false' }
    if (wantsAll && version > 0 && this.givesSnapshots)
      return { tag: 'collection', attrs, content: [{ tag: 'snapshot', attrs: {}, content: this.#stored(collection) }] }
    const patches = collection.patches.slice(wantsAll ? 0 : known)
    if (patches.length === 0) return { tag: 'collection', attrs }
    const nodes = patches.map((content): Node => ({ tag: 'patch', attrs: {}, content }))
    return { tag: 'collection', attrs, content: [{ tag: 'patches', attrs: {}, content: nodes }] }
  }

  /** Puts the snapshot onto the media servers and says where it is. */
  #stored(collection: AppStateCollection): Uint8Array {
    const { body, mediaKey, fileSha256, fileEncSha256, fileLength } = sealFile(collection.snapshot(), 'app-state')
    const { directPath } = this.#network.media.put(body)
    const type = this.#proto.ExternalBlobReference
    const reference = { mediaKey, directPath, fileSizeBytes: fileLength, fileSha256, fileEncSha256 }
    return type.encode(type.fromObject(reference)).finish()
  }

  /** What a change means for the network itself. */
  #obey(account: Account, { index, value }: SyncChange): void {
    const setting = value?.['pushNameSetting']
    if (index[0] !== 'setting_pushName' || typeof setting !== 'object' || setting === null) return
    if ('name' in setting && typeof setting.name === 'string') account.name = setting.name
  }

  #tell(account: Account, { name, version }: AppStateCollection, except?: Device): void {
    for (const device of account.devices.values()) {
      if (device === except) continue
      this.#network.deliver(device, {
        tag: 'notification',
        attrs: {
          ...{ type: 'server_sync', id: stanzaId(), from: 's.whatsapp.net' },
          t: seconds(this.#network.now()),
        },
        content: [{ tag: 'collection', attrs: { name, version: String(version) } }],
      })
    }
  }

  #collection(account: Account, name: string): AppStateCollection | undefined {
    return this.#state(account).collections.get(name)
  }

  #state(account: Account): AccountState {
    const known = this.#states.get(account.phone)
    if (known !== undefined) return known
    const keyData = randomBytes(32)
    const key: SyncKey = { id: Buffer.concat([Buffer.from([0, 0]), randomBytes(4)]), keys: expandKey(keyData) }
    const complain = (what: string) => this.complaints.push(`${account.phone}: ${what}`)
    const made = COLLECTIONS.map((name) => new AppStateCollection(name, this.#proto, key, complain))
    const state = { keyId: key.id, keyData, collections: new Map(made.map((one) => [one.name, one])) }
    this.#states.set(account.phone, state)
    return state
  }
}

export function pushName(name: string): SyncChange {
  return { index: ['setting_pushName'], value: { pushNameSetting: { name } }, version: 1 }
}

/** How the phone's address book names somebody; null takes the entry away. */
export function contact(jid: string, lidJid: string, name: string | null): SyncChange {
  const value = name === null ? null : { contactAction: { fullName: name, lidJid, saveOnPrimaryAddressbook: true } }
  return { index: ['contact', jid], value, version: 2 }
}

export function archived(jid: string, isArchived: boolean): SyncChange {
  return { index: ['archive', jid], value: { archiveChatAction: { archived: isArchived } }, version: 3 }
}

/** 0: no longer. */
export function muted(jid: string, untilMs: number): SyncChange {
  const muteAction = { muted: untilMs !== 0, ...(untilMs !== 0 && { muteEndTimestamp: untilMs }) }
  return { index: ['mute', jid], value: { muteAction }, version: 2 }
}

/** The phone of an account that has one which can share its state. */
export function phoneOf(account: Account): VirtualPhone {
  if (!isVirtualPhone(account.phoneDevice)) throw new Error(`${account.phone} has no phone that can do this`)
  return account.phoneDevice
}

function refusal(name: string, code: string, text: string): Node {
  return { tag: 'collection', attrs: { name, type: 'error' }, content: [{ tag: 'error', attrs: { code, text } }] }
}
