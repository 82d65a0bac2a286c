import { setTimeout as sleep } from 'node:timers/promises'
import type { Dice } from '../durability/dice.ts'
import type { TestPostgres } from '../support/postgres.ts'
import type { CellNode } from './cell-node.ts'
import type { Cell } from './cell.ts'

/** What befalls a cell. */
const KINDS = ['kill', 'pause', 'leave', 'no database', 'no peers', 'database dies', 'wrong clock'] as const
type Kind = (typeof KINDS)[number]

/** A quarter of an hour; more is nothing that happens to a server whose clock is set at all. */
const SKEW_MS = 15 * 60_000

/** Everything that can go wrong, at random, two at one time. */
export class Misfortunes {
  /** How often each came. */
  readonly counts: Record<string, number> = {}
  readonly #cell: Cell
  readonly #postgres: TestPostgres
  readonly #leaseMs: number
  readonly #dice: Dice
  readonly #troubled = new Set<CellNode>()
  #isDatabaseDying = false
  #bag: Kind[] = []
  /** When each came, for whoever has to explain what was found. */
  readonly log: string[] = []

  constructor(cell: Cell, postgres: TestPostgres, leaseMs: number, dice: Dice) {
    this.#cell = cell
    this.#postgres = postgres
    this.#leaseMs = leaseMs
    this.#dice = dice
  }

  /** Resolves after so long, and when each kind has come at least once, with everything undone again that was done. */
  async befall(forMs: number): Promise<void> {
    const end = performance.now() + forMs
    const lane = async () => {
      while (performance.now() < end || KINDS.some((kind) => this.counts[kind] === undefined)) {
        await sleep(this.#dice.below(500))
        await this.#one(this.#next())
      }
    }
    await Promise.all([lane(), lane()])
  }

  /** Each kind comes before one comes again. */
  #next(): Kind {
    if (this.#bag.length === 0) this.#bag = [...KINDS]
    const kind = this.#dice.pick(this.#bag)
    this.#bag.splice(this.#bag.indexOf(kind), 1)
    return kind
  }

  async #one(kind: Kind): Promise<void> {
    const free = this.#cell.nodes.filter((node) => !this.#troubled.has(node))
    if (free.length === 0 || (kind === 'database dies' && this.#isDatabaseDying)) {
      this.#bag.push(kind)
      return
    }
    const node = this.#dice.pick(free)
    this.#counted(kind, node)
    if (kind === 'database dies') {
      await this.#databaseDies()
      return
    }
    this.#troubled.add(node)
    await this.#befall(kind, node)
    this.#log(`${kind} is over`, node)
    this.#troubled.delete(node)
  }

  #counted(kind: Kind, node: CellNode): void {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1
    this.#log(kind, node)
  }

  #log(what: string, node: CellNode): void {
    const on = what.startsWith('database') ? '' : ` (node ${this.#cell.nodes.indexOf(node)})`
    this.log.push(`${new Date().toISOString().slice(14, 23)} ${what}${on}`)
  }

  async #befall(kind: Exclude<Kind, 'database dies'>, node: CellNode): Promise<void> {
    switch (kind) {
      case 'kill':
        await node.kill()
        await sleep(this.#dice.below(1.5 * this.#leaseMs))
        await node.start()
        break
      case 'pause':
        node.pause()
        await sleep(this.#leaseMs + this.#dice.below(this.#leaseMs))
        node.resume()
        break
      case 'leave':
        await node.leave()
        await node.start()
        break
      case 'no database':
        await this.#cut(node.database)
        break
      case 'no peers':
        await this.#cut(node.front)
        break
      case 'wrong clock':
        node.shiftClock(this.#dice.below(2 * SKEW_MS) - SKEW_MS)
        break
      default:
        kind satisfies never
    }
  }

  async #cut(wire: CellNode['front']): Promise<void> {
    wire.wire = this.#dice.pick(['shut', 'silent'])
    await sleep(200 + this.#dice.below(2 * this.#leaseMs))
    wire.wire = 'open'
  }

  async #databaseDies(): Promise<void> {
    this.#isDatabaseDying = true
    await this.#postgres.kill()
    await sleep(this.#dice.below(1000))
    await this.#postgres.restart()
    this.#isDatabaseDying = false
  }
}
