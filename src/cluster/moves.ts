import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { pause } from '../lib/pause.ts'
import { within } from '../lib/within.ts'
import type { InstanceId } from '../model/ids.ts'
import { JOBS, type Beat, type ClusterStore, type NodeRow } from '../storage/cluster-store.ts'
import { takesLeases } from './claims.ts'
import type { HandOver, Heir } from './hand-over.ts'
import type { Holdings } from './holdings.ts'
import type { Membership } from './membership.ts'
import { giftsOf, heirsOf, type Gift, type Loads } from './placement.ts'
import type { Residents } from './residents.ts'

export interface MovesNeeds {
  readonly store: Pick<ClusterStore, 'loads'>
  readonly clock: Clock
  readonly log: Log
  readonly node: string
  readonly holdings: Pick<Holdings, 'living' | 'owned'>
  readonly membership: Pick<Membership, 'beat' | 'isLeaving' | 'isSure'>
  readonly handOver: Pick<HandOver, 'one'>
  readonly residents: () => Pick<Residents, 'hasSession' | 'isBusy'>
  /** Sessions that go to another node in a second while nobody is in a hurry. */
  readonly movesPerSecond: number
  readonly monotonicMs: () => number
}

/** Whether somebody has too much is looked at once in so many beats, and whenever a node came or went. */
const LOOK_EVERY_BEATS = 5
/** Of those that have no session so many go in one round. */
const QUIET_ROUND = 200
const AT_ONCE = 8
/** A node that leaves is in more of a hurry: whoever stops it waits. */
const LEAVING_AT_ONCE = 24
const AGAIN_MS = 200
const VAIN_ROUNDS = 10

/** Gives instances to other nodes: what is above this node's share, slowly; everything, when it leaves. */
export class Moves {
  readonly #needs: MovesNeeds
  readonly #stopping = new AbortController()
  #balancing: Promise<void> | undefined
  #beats = 0
  #takers = ''

  constructor(needs: MovesNeeds) {
    this.#needs = needs
  }

  heard({ nodes }: Beat): void {
    const takers = nodes.filter(takesLeases).map(({ node }) => node)
    const has = takers.join()
    this.#beats = has === this.#takers ? this.#beats + 1 : 0
    this.#takers = has
    const isDue = this.#beats % LOOK_EVERY_BEATS === 0
    if (!isDue || this.#balancing !== undefined || takers.length < 2 || this.#stopping.signal.aborted) return
    this.#balancing = this.#balance()
      .catch((error: unknown) => {
        this.#needs.log.warn({ error }, 'instances could not be given to other nodes')
      })
      .finally(() => (this.#balancing = undefined))
  }

  async #balance(): Promise<void> {
    const { membership, node, clock, movesPerSecond, monotonicMs } = this.#needs
    const { signal } = this.#stopping
    let quietLeft = 0
    for (let left = 0; !signal.aborted && membership.isSure();) {
      const gifts = giftsOf(node, await this.#loads())
      const began = monotonicMs()
      const total = gifts.reduce((sum, { count }) => sum + count, 0)
      const kinds = this.#kinds()
      const all = Math.max(1, kinds.sessions.length + kinds.quiet.length)
      // Of both kinds in proportion, so that the sessions end up as even as all together; by what there was when it began, since quiet ones go faster.
      quietLeft = Math.min(total, quietLeft + Math.round((Math.max(0, total - left) * kinds.quiet.length) / all))
      const most = Math.max(1, Math.round(movesPerSecond))
      const sessions = this.#spread(kinds.sessions.slice(0, Math.min(total - quietLeft, most)), gifts)
      const quiet = this.#spread(kinds.quiet.slice(0, Math.min(quietLeft, QUIET_ROUND)), gifts)
      quietLeft -= quiet.length
      left = total - quiet.length - sessions.length
      const given = await this.#hand([...sessions, ...quiet], AT_ONCE, () => signal.aborted)
      if (given === 0) return
      await pause(clock, Math.max(0, (sessions.length * 1000) / movesPerSecond - (monotonicMs() - began)), signal)
    }
  }

  #kinds(): Readonly<Record<'sessions' | 'quiet', readonly InstanceId[]>> {
    const residents = this.#needs.residents()
    const kinds: Record<'sessions' | 'quiet', InstanceId[]> = { sessions: [], quiet: [] }
    for (const id of this.#needs.holdings.living.keys()) {
      if (id !== JOBS && !residents.isBusy(id)) kinds[residents.hasSession(id) ? 'sessions' : 'quiet'].push(id)
    }
    return kinds
  }

  /** Each heir gets its part of them. */
  #spread(ids: readonly InstanceId[], gifts: readonly Gift[]): readonly Move[] {
    const total = gifts.reduce((sum, { count }) => sum + count, 0)
    const heirs = new Map(this.#nodes.map((row) => [row.node, row]))
    return ids.flatMap((id, at) => {
      let place = Math.floor(((at + 0.5) * total) / ids.length)
      const gift = gifts.find(({ count }) => (place -= count) < 0)
      const to = gift && heirs.get(gift.to)
      return to === undefined ? [] : [{ id, to }]
    })
  }

  /** Everything, within so long, whatever hangs; resolves at once where nobody could take it. */
  async giveAll(withinMs: number): Promise<void> {
    const { holdings, clock, monotonicMs, log } = this.#needs
    this.#stopping.abort()
    const endsAt = monotonicMs() + withinMs
    const giving = this.#giveAll(() => monotonicMs() >= endsAt)
    await within(clock, withinMs, giving, undefined)
    if (holdings.owned > 0 && this.#nodes.length > 0) {
      log.warn({ instances: holdings.owned }, 'not everything was handed over in time')
    }
  }

  async #giveAll(isOver: () => boolean): Promise<void> {
    const { holdings, node, clock } = this.#needs
    await this.#balancing
    for (let vain = 0; holdings.owned > 0 && vain < VAIN_ROUNDS && !isOver();) {
      const loads = await this.#loads().catch(() => undefined)
      if (this.#nodes.length === 0) return
      const heirs = loads === undefined ? [] : heirsOf(node, new Map(loads).set(node, holdings.living.size))
      const moves = this.#spread([...holdings.living.keys()], heirs)
      const given = await this.#hand(moves, LEAVING_AT_ONCE, isOver)
      // A database that does not answer takes its time to say so.
      vain = given > 0 ? 0 : vain + (loads === undefined ? VAIN_ROUNDS / 2 : 1)
      if (given === 0) await pause(clock, AGAIN_MS, NEVER)
    }
  }

  /** Says how many were given. */
  async #hand(moves: readonly Move[], atOnce: number, isOver: () => boolean): Promise<number> {
    const queue = moves.values()
    let given = 0
    const work = async () => {
      for (const { id, to } of queue) {
        if (isOver()) return
        if (await this.#needs.handOver.one(id, to)) given += 1
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work))
    return given
  }

  /** The nodes that could take something, this one not. */
  get #nodes(): readonly NodeRow[] {
    const nodes = this.#needs.membership.beat?.nodes ?? []
    return nodes.filter((row) => takesLeases(row) && row.node !== this.#needs.node)
  }

  async #loads(): Promise<Loads> {
    const loads = await this.#needs.store.loads()
    const mine = [this.#needs.node, loads.get(this.#needs.node) ?? 0] as const
    return new Map([mine, ...this.#nodes.map(({ node }) => [node, loads.get(node) ?? 0] as const)])
  }
}

interface Move {
  readonly id: InstanceId
  readonly to: Heir
}

const NEVER = new AbortController().signal
