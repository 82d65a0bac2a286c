import { silentLog } from '../../../src/lib/log.ts'
import { systemRandom } from '../../../src/lib/random.ts'
import { SkippingClock } from '../../../src/lib/skipping-clock.ts'
import { RecordingHost } from '../../../src/drivers/conformance/host.ts'
import type { Change } from '../../../src/drivers/driver.ts'
import { openDirectory } from '../../../src/drivers/whatsapp/directory.ts'
import type { BinaryNode, Engine, GroupMetadata } from '../../../src/drivers/whatsapp/engine/engine.ts'
import { loadEngine } from '../../../src/drivers/whatsapp/engine/load.ts'
import type { WaMessage } from '../../../src/drivers/whatsapp/engine/proto.ts'
import type { Draft, SessionStore } from '../../../src/drivers/whatsapp/life.ts'
import { openPeople } from '../../../src/drivers/whatsapp/people.ts'
import type { InboundParts } from '../../../src/drivers/whatsapp/inbound/reading.ts'

/** For tests: the account that receives, somebody who writes to it, and a group of both. */
export const OWN = { pn: '79001000001@s.whatsapp.net', lid: '100200300400001@lid' }
export const PEER = { pn: '79001000002@s.whatsapp.net', lid: '100200300400002@lid', chat: '79001000002@c.us' }
export const OTHER = { pn: '79001000003@s.whatsapp.net', lid: '100200300400003@lid', chat: '79001000003@c.us' }
export const GROUP = '120363043968066561@g.us'
export const FILE_LIMIT_BYTES = 4096

export const GROUP_DATA: GroupMetadata = {
  ...{ id: GROUP, subject: 'Friends', addressingMode: 'lid' },
  participants: [
    { id: OWN.lid, phoneNumber: OWN.pn, admin: 'superadmin' },
    { id: PEER.lid, phoneNumber: PEER.pn },
    { id: OTHER.lid, phoneNumber: OTHER.pn },
  ],
}

/** A store without transactions, over the memory of a host. */
class PlainStore implements SessionStore {
  readonly #host: RecordingHost

  constructor(host: RecordingHost) {
    this.#host = host
  }

  stage(): void {
    throw new Error('there are no transactions here')
  }

  commit(change: Change): Promise<void> {
    return this.#host.commit(change)
  }

  read(name: string): Promise<Uint8Array | null> {
    return this.#host.secret(name)
  }

  readAll(prefix: string): Promise<ReadonlyMap<string, Uint8Array>> {
    return this.#host.secrets(prefix)
  }

  transaction<T>(work: () => Promise<T>): Promise<T> {
    return work()
  }
}

export interface Rig extends InboundParts {
  readonly host: RecordingHost
  readonly clock: SkippingClock
  readonly life: AbortController
  readonly ended: AbortSignal
  /** The groups that the network was asked for. */
  readonly asked: string[]
}

interface Options {
  readonly hidesNumbers?: boolean
  readonly kept?: Map<string, Uint8Array>
  /** What the network answers; nothing where it has none. */
  readonly groups?: readonly GroupMetadata[]
  readonly engine?: Engine
}

/** The parts of a session as readers need them, on a host that remembers. */
export async function openRig({
  hidesNumbers = false,
  kept,
  groups = [GROUP_DATA],
  engine,
}: Options = {}): Promise<Rig> {
  const clock = new SkippingClock()
  const surroundings = { clock, random: systemRandom, log: silentLog }
  const host = new RecordingHost(1101000001, surroundings, { hidesNumbers, ...(kept !== undefined && { kept }) })
  const store = new PlainStore(host)
  const people = openPeople({ host, store, own: OWN })
  const asked: string[] = []
  const askGroup = (jid: string) => {
    asked.push(jid)
    const found = groups.find(({ id }) => id === jid)
    return found === undefined ? Promise.reject(new Error('item-not-found')) : Promise.resolve(found)
  }
  const directory = openDirectory({ store, people, clock, askGroup })
  const life = new AbortController()
  return {
    ...{ host, clock, store, people, directory, asked, life, ended: life.signal },
    ...{ engine: engine ?? (await loadEngine()), own: OWN, fileLimitBytes: FILE_LIMIT_BYTES },
  }
}

let lastId = 0

export function newId(): string {
  lastId += 1
  return `3EB0${String(lastId).padStart(16, '0')}`
}

/** A message stanza from the peer, at a fixed time. */
export function stanza(attrs: Record<string, string> = {}): BinaryNode {
  return {
    tag: 'message',
    attrs: {
      id: newId(),
      from: PEER.pn,
      sender_lid: PEER.lid,
      t: '1760000000',
      notify: 'Peter',
      type: 'text',
      ...attrs,
    },
  }
}

export function encoded(engine: Engine, message: WaMessage): Uint8Array {
  const { Message } = engine.proto
  return Message.encode(Message.fromObject(message)).finish()
}

/** Commits a draft, as the ratchet's transaction would. */
export async function commit({ host }: Rig, draft: Draft): Promise<void> {
  await host.commit(draft)
}
