import { claimCount, giftsOf, heirsOf, type Gift } from '../../src/cluster/placement.ts'

const LEASE_MS = 5000
const BEAT_MS = LEASE_MS / 5
/** Whether somebody has too much is looked at once in so many beats, and when a node came or went. */
const LOOK_EVERY_BEATS = 5
/** Of which a tenth is linked: of those 5 go in a second, and of the others what belongs to them. */
const MOVES_PER_BEAT = 50
/** 24 at once, 20 ms each. */
const LEAVING_MOVES_PER_BEAT = 1200

interface SimulatedNode {
  readonly name: string
  owned: number
  isKilled: boolean
  isLeaving: boolean
  isGone: boolean
  nextBeatAt: number
  expiresAt: number
  /** From then on it may take those for dead that seem so. */
  readonly steadyAt: number
  /** For how many of its beats there has been something free. */
  rounds: number
  beats: number
  /** From a look that finds too much, until there is not. */
  isGiving: boolean
  takers: string
}

export interface Settled {
  /** Until every instance had an owner that lives. */
  readonly ownedS: number
  /** Until nobody gave anything away any more. */
  readonly settledS: number
  /** Claims and hand-overs. */
  readonly moved: number
}

/** One database and its nodes; of the instances only how many each node owns. */
export class SimulatedCell {
  readonly instances: number
  readonly #nodes: SimulatedNode[] = []
  #nowMs = 0
  #dice: number
  #moved = 0
  #lastMoveAt = 0
  #lastFreeAt = 0
  #orphans: number

  /** The nodes start at about one time, and nobody owns anything. */
  constructor(instances: number, nodes: number, seed: number) {
    this.instances = instances
    this.#orphans = instances
    this.#dice = seed
    this.join(nodes)
  }

  /** Nodes that take leases. */
  get size(): number {
    return this.#takers().length
  }

  /** Says how many instances lose their owner. */
  kill(count: number): number {
    let lost = 0
    for (const node of this.#takers().slice(0, count)) {
      node.isKilled = true
      lost += node.owned
    }
    return lost
  }

  /** Says how many instances are to go to the new ones. */
  join(count: number): number {
    for (let n = 0; n < count; n++) {
      const at = this.#nowMs + this.#random() * BEAT_MS
      const name = `node:${Math.floor(this.#random() * 2 ** 48).toString(16)}`
      const state = {
        isKilled: false,
        isLeaving: false,
        isGone: false,
        isGiving: false,
        rounds: 0,
        beats: 0,
        takers: '',
      }
      this.#nodes.push({ name, owned: 0, nextBeatAt: at, expiresAt: at + LEASE_MS, steadyAt: at + LEASE_MS, ...state })
    }
    return Math.floor((this.instances * count) / this.size)
  }

  /** Says how many instances it has to hand over. */
  leave(): number {
    const [node] = this.#takers()
    if (node === undefined) return 0
    node.isLeaving = true
    return node.owned
  }

  /** How far the largest share is above an even one, and the smallest below. */
  get spread(): { readonly above: number; readonly below: number } {
    const counts = this.#takers().map(({ owned }) => owned)
    const share = this.instances / counts.length
    return { above: Math.max(...counts) / share - 1, below: 1 - Math.min(...counts) / share }
  }

  /** Time goes on until nothing happens for a while. */
  settle(withinS: number): Settled {
    const began = this.#nowMs
    this.#moved = 0
    this.#lastMoveAt = this.#lastFreeAt = began
    const isQuiet = () => this.#nowMs - Math.max(this.#lastMoveAt, began) > 2 * LEASE_MS + LOOK_EVERY_BEATS * BEAT_MS
    while (this.#isUnowned() || !isQuiet()) {
      if (this.#nowMs - began > withinS * 1000) throw new Error('the cell does not come to rest')
      this.#step()
    }
    const since = (at: number) => (at - began) / 1000
    return { ownedS: since(this.#lastFreeAt), settledS: since(this.#lastMoveAt), moved: this.#moved }
  }

  /** The next beat of whoever beats next. */
  #step(): void {
    const runs = this.#nodes.filter((node) => !node.isKilled && !node.isGone)
    const node = runs.reduce((first, other) => (other.nextBeatAt < first.nextBeatAt ? other : first))
    this.#nowMs = Math.max(this.#nowMs, node.nextBeatAt)
    node.nextBeatAt += BEAT_MS
    node.expiresAt = this.#nowMs + LEASE_MS
    if (node.isLeaving) this.#giveAll(node)
    else {
      this.#claim(node)
      this.#balance(node)
    }
    const sum = this.#nodes.reduce((all, { owned }) => all + owned, this.#orphans)
    if (sum !== this.instances) throw new Error(`${String(sum)} instances of ${String(this.instances)}`)
    if (this.#isUnowned()) this.#lastFreeAt = this.#nowMs
  }

  #claim(node: SimulatedNode): void {
    const dead = this.#nodes.filter(({ expiresAt, isGone }) => isGone || expiresAt <= this.#nowMs)
    const free = dead.reduce((all, { owned }) => all + owned, this.#orphans)
    const isAlone = this.#nodes.every((one) => one === node || one.isGone)
    if (this.#nowMs < node.steadyAt && !isAlone) return
    node.rounds = free === 0 ? 0 : node.rounds + 1
    const takers = this.#known().length
    const wanted = claimCount({ mine: node.owned, total: this.instances, free, takers, rounds: node.rounds })
    let left = Math.min(wanted, free)
    if (left > 0) this.#noteMoves(left)
    node.owned += left
    const orphans = Math.min(left, this.#orphans)
    this.#orphans -= orphans
    left -= orphans
    for (const one of dead) {
      const part = Math.min(left, one.owned)
      one.owned -= part
      left -= part
    }
  }

  #balance(node: SimulatedNode): void {
    const known = this.#known()
    const takers = known.map(({ name }) => name).join()
    node.beats = takers === node.takers ? node.beats + 1 : 0
    node.takers = takers
    if (node.beats % LOOK_EVERY_BEATS === 0) node.isGiving = true
    if (!node.isGiving) return
    const gifts = giftsOf(node.name, new Map(known.map(({ name, owned }) => [name, owned])))
    node.isGiving = gifts.length > 0
    this.#give(node, gifts, MOVES_PER_BEAT)
  }

  #giveAll(node: SimulatedNode): void {
    const loads = new Map([...this.#known(), node].map(({ name, owned }) => [name, owned]))
    this.#give(node, heirsOf(node.name, loads), LEAVING_MOVES_PER_BEAT)
    if (node.owned === 0) node.isGone = true
  }

  /** At most so many, each heir its part of them. */
  #give(from: SimulatedNode, gifts: readonly Gift[], most: number): void {
    const total = gifts.reduce((sum, { count }) => sum + count, 0)
    const part = Math.min(1, most / total)
    for (const { to, count } of gifts) {
      const heir = this.#nodes.find(({ name }) => name === to)
      if (heir === undefined) throw new Error(`nobody is ${to}`)
      const moving = Math.min(from.owned, Math.ceil(count * part))
      from.owned -= moving
      heir.owned += moving
      this.#noteMoves(moving)
    }
  }

  #noteMoves(count: number): void {
    this.#moved += count
    this.#lastMoveAt = this.#nowMs
  }

  /** Whether an instance is without a node that lives, whoever knows of it already. */
  #isUnowned(): boolean {
    return this.#orphans > 0 || this.#nodes.some(({ isKilled, isGone, owned }) => (isKilled || isGone) && owned > 0)
  }

  /** As the database tells: a killed one lives until its lease is over. */
  #known(): readonly SimulatedNode[] {
    return this.#nodes.filter(({ isLeaving, isGone, expiresAt }) => !isLeaving && !isGone && expiresAt > this.#nowMs)
  }

  #takers(): readonly SimulatedNode[] {
    return this.#nodes.filter(({ isKilled, isLeaving, isGone }) => !isKilled && !isLeaving && !isGone)
  }

  /** From 0 to below 1; the same for the same seed. */
  #random(): number {
    this.#dice = (this.#dice * 1_103_515_245 + 12_345) % 2_147_483_648
    return this.#dice / 2_147_483_648
  }
}
