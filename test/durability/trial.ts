import { readdir } from 'node:fs/promises'
import { until } from '../../src/lib/until.ts'
import { Clients } from './clients.ts'
import { Dice } from './dice.ts'
import type { Evidence, Subject } from './evidence.ts'
import { FileServer } from './file-server.ts'
import { Gateway } from './gateway.ts'
import { judge, judgeAtRest } from './judge.ts'
import { linkFaults, linksIn } from './links.ts'
import { Moments } from './moments.ts'
import { Notebook } from './notebook.ts'
import { Partner } from './partner.ts'
import { People } from './people.ts'
import { listFaults, Readers } from './readers.ts'
import { Receiver } from './receiver.ts'
import { readStore } from './store-file.ts'

const MESSENGERS = ['whatsapp', 'whatsapp', 'whatsapp', 'whatsapp', 'v3', 'v3'] as const
const REST_MS = 90_000

/** A server with linked instances under load from all sides, and everyone's notes. */
export class Trial {
  readonly gateway: Gateway
  readonly moments = new Moments()
  readonly notebook = new Notebook()
  readonly dice: Dice
  readonly clients: Clients
  readonly #partner: Partner
  readonly #people: People
  readonly #readers: Readers
  readonly #files = new FileServer()
  /** By instance. */
  readonly #chats = new Map<number, readonly string[]>()
  #draftsLeft = 0
  #links = 0
  readonly receiver: Receiver
  #subjects: readonly Subject[] = []

  private constructor(gateway: Gateway, seed: number) {
    const { moments, notebook } = this
    this.gateway = gateway
    this.dice = new Dice(seed)
    // Dice of their own, so that who rolls first by chance of timing changes nothing for the others.
    this.clients = new Clients(gateway, notebook, moments, this.#files, new Dice(seed + 1))
    this.#people = new People(gateway.network, moments, new Dice(seed + 2))
    this.#partner = new Partner(gateway, new Dice(seed + 4))
    this.#readers = new Readers(gateway, notebook, moments, new Dice(seed + 5))
    this.receiver = new Receiver(notebook, moments, new Dice(seed + 3))
  }

  /** The first server runs, every instance is linked, and the load has begun. */
  static async begin(seed: number): Promise<Trial> {
    const trial = new Trial(await Gateway.open(), seed)
    try {
      await trial.#setUp()
      return trial
    } catch (error) {
      await trial.close()
      throw error
    }
  }

  async #setUp(): Promise<void> {
    await this.gateway.start()
    await this.#files.listen()
    const urlOf = await this.receiver.listen()
    const subjects: Subject[] = []
    for (const [index, messenger] of MESSENGERS.entries()) {
      const phone = `7900444100${index}`
      subjects.push(await this.gateway.link(phone, messenger, (id) => (index % 2 === 0 ? null : urlOf(id))))
    }
    this.#subjects = subjects
    await this.#people.settle(subjects)
    for (const subject of subjects) this.#chats.set(subject.id, await this.#people.chatsOf(subject, subjects))
    for (const subject of subjects) this.clients.start(subject, this.#chats.get(subject.id) ?? [])
    this.clients.startRebooting(subjects)
    this.clients.startGrouping(subjects, this.#people.friend)
    this.#readers.start(subjects)
    this.#people.start(subjects)
    this.#partner.start()
  }

  /** Resolves when all instances are themselves again, or the server is gone; throws when one is not. */
  async allBack(): Promise<void> {
    await Promise.all(this.#subjects.map((subject) => this.gateway.isBack(subject)))
  }

  async dropConnections(): Promise<void> {
    await this.gateway.network.ask('POST', '/simulator/faults', { kind: 'dropConnections' })
  }

  /** Lets the server end in order; clients may see connections close meanwhile. */
  async stop(): ReturnType<Gateway['terminate']> {
    this.clients.mayHangUp = true
    return this.gateway.terminate()
  }

  /** Starts it again after a stop. */
  async start(): Promise<void> {
    await this.gateway.start()
    this.clients.mayHangUp = false
  }

  /** Counts what a killed server has left half received. */
  async countDrafts(): Promise<void> {
    this.#draftsLeft += (await this.#drafts()).length
  }

  async #drafts(): Promise<readonly string[]> {
    return readdir(this.gateway.drafts).catch(() => [])
  }

  /** What the evidence breaks now, the server being down. */
  async inspect(): Promise<readonly string[]> {
    return [...judge(await this.#evidence()), ...this.notebook.complaints, ...this.gateway.networkErrors]
  }

  /** Ends the load, lets the running server finish what there is, stops it, and says what was broken. */
  async conclude(): Promise<readonly string[]> {
    await this.#people.stop()
    this.receiver.isKind = true
    await Promise.all([this.clients.stopSending(), this.#partner.stop(), this.#readers.stop()])
    const faults = [...(await this.#partner.faults(this.#subjects.map(({ id }) => id)))]
    await until(() => this.#atRest(), 'everything has come to rest', REST_MS).catch((error: unknown) => {
      faults.push(String(error))
    })
    const links = linksIn(this.notebook.deliveries, this.notebook.uploads)
    this.#links = links.size
    faults.push(...(await linkFaults(links, this.gateway.api)))
    const lists = await this.#readers.lists(this.#subjects, this.#chats)
    const missing = await this.#people.missing(this.notebook.groups)
    faults.push(...missing.map((group) => `group ${group} was answered as made and is not there`))
    this.clients.mayHangUp = true
    const [end] = await Promise.all([this.gateway.terminate(), this.clients.stopFetching()])
    if (end.code !== 0) faults.push(`SIGTERM ended the server with ${end.code ?? end.signal}`)
    const evidence = await this.#evidence()
    const drafts = await this.#drafts()
    return [
      ...faults,
      ...end.errors,
      ...drafts.map((draft) => `${draft} is half a file that nobody removed`),
      ...judgeAtRest(evidence),
      ...listFaults(lists, evidence.store.messages),
      ...this.notebook.complaints,
      ...this.gateway.networkErrors,
    ]
  }

  /** Ends everything, whatever state it is in. */
  async close(): Promise<void> {
    await this.#people.stop().catch(() => undefined)
    await this.gateway.kill()
    await Promise.all([this.clients.abandon(), this.#partner.abandon(), this.#readers.stop()])
    await this.gateway.close()
    await this.receiver.close()
    await this.#files.close()
  }

  async #atRest(): Promise<boolean> {
    const waiting = await Promise.all(this.#subjects.map((subject) => this.gateway.waiting(subject)))
    if (waiting.some((count) => count > 0)) return false
    const { events } = await this.gateway.journal()
    return events.every((event) => event.acknowledged)
  }

  async #evidence(): Promise<Evidence> {
    const { sends, deliveries } = this.notebook
    const network = await this.gateway.journal()
    return { subjects: this.#subjects, sends, deliveries, network, store: await readStore(this.gateway.file) }
  }

  /** What the trial was worth. */
  async figures(): Promise<Figures> {
    const { sends, events } = await this.gateway.journal()
    const { acknowledged, lost, deliveries } = this.notebook
    return {
      acknowledged,
      kinds: this.notebook.kinds,
      groups: this.notebook.groups.size,
      links: this.#links,
      listsRead: this.#readers.answered,
      draftsLeft: this.#draftsLeft,
      instancesMade: this.#partner.made,
      lostAnswers: lost,
      atNetwork: sends.length,
      refused: sends.filter((send) => send.verdict !== 'sent').length,
      offeredAgain: sends.filter((send) => send.offered > 1).length,
      events: events.length,
      delivered: deliveries.length,
      repeatedWebhooks: this.notebook.repeats(true),
      repeatedReceipts: this.notebook.repeats(false),
    }
  }
}

interface Figures {
  readonly acknowledged: number
  /** Of these, by what was sent. */
  readonly kinds: Readonly<Record<string, number>>
  readonly groups: number
  /** Of files, each fetched at the end. */
  readonly links: number
  readonly listsRead: number
  /** Half-received files that kills left behind. */
  readonly draftsLeft: number
  readonly instancesMade: number
  /** Sends that nobody was answered about. */
  readonly lostAnswers: number
  readonly atNetwork: number
  readonly refused: number
  readonly offeredAgain: number
  readonly events: number
  readonly delivered: number
  readonly repeatedWebhooks: number
  readonly repeatedReceipts: number
}
