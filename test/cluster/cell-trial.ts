import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../../src/lib/until.ts'
import { Clients } from '../durability/clients.ts'
import { Dice } from '../durability/dice.ts'
import type { Delivery, Evidence, Subject } from '../durability/evidence.ts'
import { FileServer } from '../durability/file-server.ts'
import { judgeAtRest } from '../durability/judge.ts'
import { linkFaults, linksIn } from '../durability/links.ts'
import { Moments } from '../durability/moments.ts'
import { Notebook } from '../durability/notebook.ts'
import { Partner } from '../durability/partner.ts'
import { People } from '../durability/people.ts'
import { Receiver } from '../durability/receiver.ts'
import { Cell } from './cell.ts'

const INSTANCES = 12
const BACK_MS = 30_000
/** What waits at the end may be much, and the machine slow: but it must become less, or change, all the time. */
const STANDSTILL_MS = 45_000
const SETTLE_MS = 500
const AT_REST = 'nothing'

/** A cell with linked instances under load from all sides, and everyone's notes. */
export class CellTrial {
  readonly cell: Cell
  readonly notebook = new Notebook()
  readonly #clients: Clients
  readonly #people: People
  readonly #partner: Partner
  readonly #files = new FileServer()
  readonly #receiver: Receiver
  #subjects: readonly Subject[] = []

  private constructor(cell: Cell, seed: number) {
    const moments = new Moments()
    this.cell = cell
    this.#clients = new Clients(cell, this.notebook, moments, this.#files, new Dice(seed + 1))
    this.#people = new People(cell.network, moments, new Dice(seed + 2))
    this.#receiver = new Receiver(this.notebook, moments, new Dice(seed + 3))
    this.#partner = new Partner(cell, new Dice(seed + 4))
    // A node that dies takes with it what it has not answered.
    this.#clients.mayHangUp = true
  }

  /** All nodes run, every instance is linked, and the load has begun. */
  static async begin(databaseUrl: string, leaseMs: number, seed: number): Promise<CellTrial> {
    const trial = new CellTrial(await Cell.open(databaseUrl, leaseMs, new Dice(seed)), seed)
    try {
      await trial.#setUp()
      return trial
    } catch (error) {
      await trial.close()
      throw error
    }
  }

  get subjects(): readonly Subject[] {
    return this.#subjects
  }

  async #setUp(): Promise<void> {
    await this.#files.listen()
    const urlOf = await this.#receiver.listen()
    const subjects: Subject[] = []
    for (let n = 10; n < 10 + INSTANCES; n += 1)
      subjects.push(await this.cell.link(`790044410${n}`, 'whatsapp', (id) => (n % 2 === 0 ? null : urlOf(id))))
    this.#subjects = subjects
    await this.#people.settle(subjects)
    for (const subject of subjects) this.#clients.start(subject, await this.#people.chatsOf(subject, subjects))
    this.#clients.startRebooting(subjects)
    this.#people.start(subjects)
    this.#partner.start()
  }

  /** Ends the load, lets the cell finish what there is, and says what was broken. */
  async conclude(): Promise<readonly string[]> {
    const faults: string[] = []
    const late = (error: unknown): void => void faults.push(String(error))
    await until(() => this.allBack(), 'everything is authorized again', BACK_MS).catch(late)
    await this.#people.stop()
    this.#receiver.isKind = true
    await Promise.all([this.#clients.stopSending(), this.#partner.stop()])
    const ids = this.#subjects.map(({ id }) => id)
    const strange = await this.#partner.faults(ids)
    const after = strange.length === 0 ? [] : await this.#partner.faults(ids)
    faults.push(...strange.map((fault) => `${fault}${after.includes(fault) ? ', and stays so' : ' in a stale list'}`))
    await this.#comeToRest().catch(late)
    await this.#clients.stopFetching()
    faults.push(...(await linkFaults(linksIn(this.notebook.deliveries, this.notebook.uploads), this.cell.api)))
    return [
      ...faults,
      ...judgeAtRest(await this.#evidence()),
      ...(await this.cell.rows.ownerFaults()),
      ...this.notebook.complaints,
      ...this.cell.complaints,
    ]
  }

  async allBack(): Promise<boolean> {
    const states = await Promise.all(this.#subjects.map((subject) => this.cell.isAuthorized(subject)))
    return states.every(Boolean)
  }

  /** Ends everything, whatever state it is in. */
  async close(): Promise<void> {
    await this.#people.stop().catch(() => undefined)
    await Promise.all([this.#clients.abandon(), this.#partner.abandon()])
    await this.cell.close()
    await this.#receiver.close()
    await this.#files.close()
  }

  /** Rejects when nothing has moved for long. */
  async #comeToRest(): Promise<void> {
    for (let left = await this.#left(); left !== AT_REST;) {
      const before = left
      const change = async () => {
        left = await this.#left()
        return left !== before
      }
      await until(change, `something of ${before} ends`, STANDSTILL_MS)
    }
  }

  /** What waits of each instance, and how many events nobody has taken. */
  async #left(): Promise<string> {
    await sleep(SETTLE_MS)
    const waiting = await Promise.all(this.#subjects.map((subject) => this.cell.waiting(subject)))
    const { events } = await this.cell.journal()
    const untaken = events.filter((event) => !event.acknowledged).length
    const isAtRest = untaken === 0 && waiting.every((count) => count === 0)
    return isAtRest ? AT_REST : `${waiting.map((count) => count ?? '?').join(' ')} and ${untaken} events`
  }

  async #evidence(): Promise<Evidence> {
    const { sends, deliveries } = this.notebook
    const network = await this.cell.journal()
    const store = await this.cell.rows.store()
    const deliveredFirst = firstOfEach(deliveries)
    return { subjects: this.#subjects, sends, deliveries: deliveredFirst, network, store, mayLinger: true }
  }

  /** What the trial was worth. */
  async figures(): Promise<Readonly<Record<string, unknown>>> {
    const { sends, events } = await this.cell.journal()
    const { acknowledged, lost, deliveries, kinds } = this.notebook
    return {
      ...{ acknowledged, lost, kinds, delivered: deliveries.length, instancesMade: this.#partner.made },
      ...{ atNetwork: sends.length, events: events.length, answers: this.cell.api.counts },
      ...{ repeatedWebhooks: this.notebook.repeats(true), repeatedReceipts: this.notebook.repeats(false) },
      moves: await this.cell.rows.moves(),
    }
  }
}

/**
 * A node that stood still while another took over may give once more what it was about to give, at any time: webhooks come at least once. In
 * which order they come first is what must hold.
 */
function firstOfEach(deliveries: readonly Delivery[]): readonly Delivery[] {
  const seen = new Set<string>()
  return deliveries.filter(({ receiptId, instance, body }) => {
    const name = `${instance} ${body}`
    const isFirst = !seen.has(name)
    seen.add(name)
    return isFirst || receiptId !== null
  })
}
