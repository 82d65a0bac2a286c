import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { checkedJson } from '../../lib/checked-json.ts'
import type { Clock } from '../../lib/clock.ts'
import { Recent } from '../../lib/recent.ts'
import type { EpochMs } from '../../model/ids.ts'
import type { BinaryNode } from './engine/engine.ts'
import { childOf } from './engine/nodes.ts'
import { isPerson, plainJid, userOf } from './jids.ts'
import type { DurableStore } from './keys/session-store.ts'
import type { People } from './life.ts'

/** Between two questions for the devices of a person of whom no change was told. */
const LAST_MS = 24 * 60 * 60_000
/** An answer that was on its way when a change was told may be from before it. */
const DOUBTED_MS = 5_000
const DOUBTED_HELD = 64

const Kept = Compile(
  Type.Object({
    /** When the network told it. */
    t: Type.Number(),
    /** The number of each device, and the server that its jid names. */
    d: Type.Array(Type.Tuple([Type.Integer(), Type.String()])),
  }),
)

/** As the engine names a device. */
const Device = Type.Object({ user: Type.String(), server: Type.String(), device: Type.Optional(Type.Integer()) })
type Device = Type.Static<typeof Device>
const devicesTold = Compile(Type.Array(Device))

/**
 * The engine's cache of which devices each person has, by what stands before the `@`; kept as `devices|<user>`, so that a new life knows
 * them: at each question the engine makes a new session with everybody whom it asked for, for which it takes one of their one-time keys.
 * Each session has its own: a list leaves out the device that asked. A list is forgotten, durably, before the engine acknowledges that it
 * changed.
 */
export class DeviceLists {
  readonly #store: DurableStore
  readonly #clock: Pick<Clock, 'now'>
  /** Users of whom a change was told, and when. */
  readonly #doubted = new Recent<string, EpochMs>(DOUBTED_HELD)

  constructor(store: DurableStore, clock: Pick<Clock, 'now'>) {
    this.#store = store
    this.#clock = clock
  }

  async get(user: string): Promise<readonly Device[] | undefined> {
    const kept = checkedJson(Kept, await this.#store.readInside(nameOf(user)))
    const age = kept === null ? Number.NaN : this.#clock.now() - kept.t
    // A clock that was set back makes nothing last longer.
    if (kept === null || !(age >= 0 && age < LAST_MS)) return undefined
    return kept.d.map(([device, server]) => ({ user, server, device }))
  }

  async mget(users: readonly string[]): Promise<Record<string, readonly Device[]>> {
    const all = await Promise.all(users.map(async (user) => [user, await this.get(user)] as const))
    return Object.fromEntries(all.flatMap(([user, devices]) => (devices === undefined ? [] : [[user, devices]])))
  }

  set(user: string, told: unknown): Promise<void> {
    return this.mset([{ key: user, value: told }])
  }

  async mset(entries: readonly { readonly key: string; readonly value: unknown }[]): Promise<void> {
    const now = this.#clock.now()
    const secrets = new Map<string, Uint8Array | null>()
    for (const { key, value } of entries) {
      if (!devicesTold.Check(value) || (this.#doubted.get(key) ?? 0) > now - DOUBTED_MS) continue
      const kept = { t: now, d: value.map(({ device = 0, server }) => [device, server]) }
      secrets.set(nameOf(key), Buffer.from(JSON.stringify(kept)))
    }
    await this.#keep(secrets)
  }

  async del(user: string): Promise<void> {
    await this.#keep(new Map([[nameOf(user), null]]))
  }

  flushAll(): void {
    // Nothing is held but what is kept.
  }

  /** For notifications, before the engine sees them. The engine itself follows them for one of a person's names, and not for our own. */
  announced({ people }: { readonly people: People }): (stanza: BinaryNode) => Promise<void> | void {
    return (stanza) => {
      const { type, from } = stanza.attrs
      const isOwn = type === 'account_sync' && childOf(stanza, 'devices') !== undefined
      const jid = plainJid(from)
      return (type === 'devices' || isOwn) && isPerson(jid) ? this.#forgetAll(people, jid) : undefined
    }
  }

  async #forgetAll(people: People, jid: string): Promise<void> {
    const users = (await people.namesOf(jid)).map(userOf)
    for (const user of users) this.#doubted.set(user, this.#clock.now())
    // After the transaction that runs, which may have been told before and is not kept yet.
    await this.#store.transaction(async () => {
      const names = users.map(nameOf)
      const kept = await Promise.all(names.map((name) => this.#store.read(name)))
      const known = names.filter((_name, index) => kept[index] !== null)
      if (known.length > 0) this.#store.stage({ secrets: new Map(known.map((name) => [name, null])) })
    })
  }

  /** Outside of a transaction it waits for none: one may be waiting for who asked here. */
  async #keep(secrets: ReadonlyMap<string, Uint8Array | null>): Promise<void> {
    if (secrets.size === 0) return
    if (this.#store.isInTransaction) this.#store.stage({ secrets })
    else await this.#store.commit({ secrets })
  }
}

function nameOf(user: string): string {
  return `devices|${user}`
}
