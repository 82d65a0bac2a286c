import { setTimeout as sleep } from 'node:timers/promises'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import type { Dice } from './dice.ts'
import type { StoredMessage, Subject } from './evidence.ts'
import { pathOf, type Gateway } from './gateway.ts'
import type { Moments } from './moments.ts'
import type { Notebook } from './notebook.ts'

const Items = Compile(Type.Array(Type.Object({ idMessage: Type.String(), chatId: Type.Optional(Type.String()) })))
const ALWAYS = 'minutes=1000000'
const EVERYTHING = 10_000
/** Lists of the last minutes, with the rows of the journal that each shows. */
const LISTS: Readonly<Record<string, (row: StoredMessage) => boolean>> = {
  lastOutgoingMessages: ({ shelf, direction }) => shelf === 'message' && direction === 'out',
  lastIncomingMessages: ({ shelf, direction }) => shelf === 'message' && direction === 'in',
  lastIncomingCalls: ({ shelf, direction }) => shelf === 'call' && direction === 'in',
  getOutgoingStatuses: ({ shelf, direction, kind }) => shelf === 'status' && direction === 'out' && kind !== 'deletion',
}

/** Those who read the journals: what was acknowledged before they asked must be listed, once. */
export class Readers {
  readonly #gateway: Gateway
  readonly #notebook: Notebook
  readonly #moments: Moments
  readonly #dice: Dice
  #going = true
  #activity: Promise<void> = Promise.resolve()
  #answered = 0

  constructor(gateway: Gateway, notebook: Notebook, moments: Moments, dice: Dice) {
    this.#gateway = gateway
    this.#notebook = notebook
    this.#moments = moments
    this.#dice = dice
  }

  /** How many lists were checked under load. */
  get answered(): number {
    return this.#answered
  }

  start(subjects: readonly Subject[]): void {
    this.#activity = this.#read(subjects)
  }

  async stop(): Promise<void> {
    this.#going = false
    await this.#activity
  }

  async #read(subjects: readonly Subject[]): Promise<void> {
    while (this.#going) {
      await this.#readOne(this.#dice.pick(subjects))
      await sleep(20 + this.#dice.below(150))
    }
  }

  async #readOne(subject: Subject): Promise<void> {
    const isMine = ({ instance, kind }: { instance: number; kind: string }) =>
      instance === subject.id && kind !== 'status'
    const before = this.#notebook.sends.filter(isMine).flatMap(({ answers }) => answers)
    const list = `lastOutgoingMessages of ${String(subject.id)}`
    const answer = await this.#gateway.api.call('GET', `${pathOf(subject, 'lastOutgoingMessages')}?${ALWAYS}`)
    if (typeof answer === 'string') return
    const ids = Items.Parse(answer.body).map(({ idMessage }) => idMessage)
    this.#moments.happens('journal read')
    this.#answered += 1
    const listed = new Set(ids)
    const missing = before.filter((id) => !listed.has(id))
    if (missing.length > 0)
      this.#notebook.complaints.push(`${list} misses what was acknowledged: ${missing.join(', ')}`)
    if (listed.size < ids.length) this.#notebook.complaints.push(`${list} shows something twice`)
  }

  /** All lists of a server at rest; to be compared with `faults` when its file can be read. */
  async lists(subjects: readonly Subject[], chats: ReadonlyMap<number, readonly string[]>): Promise<Listed[]> {
    const found: Listed[] = []
    for (const subject of subjects) {
      for (const [method, isMeant] of Object.entries(LISTS)) {
        if (subject.messenger !== 'whatsapp' && !method.endsWith('Messages')) continue
        const rows = Items.Parse(await this.#gateway.api.ask('GET', `${pathOf(subject, method)}?${ALWAYS}`))
        found.push({ name: method, subject, isMeant, ids: rows.map(({ idMessage }) => idMessage) })
      }
      for (const chatId of new Set(chats.get(subject.id))) {
        const body = { chatId, count: EVERYTHING }
        const rows = Items.Parse(await this.#gateway.api.ask('POST', pathOf(subject, 'getChatHistory'), body))
        const isMeant = ({ chat, shelf }: StoredMessage) => chat === chatId && shelf !== 'call'
        found.push({ name: `history of ${chatId}`, subject, isMeant, ids: rows.map(({ idMessage }) => idMessage) })
      }
    }
    return found
  }
}

/** What a list showed, and which rows of the journal it is to show. */
export interface Listed {
  readonly name: string
  readonly subject: Subject
  readonly isMeant: (row: StoredMessage) => boolean
  readonly ids: readonly string[]
}

/** A list shows exactly its rows, newest first, each once. */
export function listFaults(lists: readonly Listed[], messages: readonly StoredMessage[]): readonly string[] {
  // The rows come in the order in which they were stored.
  const rows = messages.map((row, seq) => ({ ...row, seq })).sort((a, b) => b.at - a.at || b.seq - a.seq)
  return lists.flatMap(({ name, subject, isMeant, ids }) => {
    const expected = rows.filter((row) => row.instance === subject.id && isMeant(row)).map(({ id }) => id)
    const wrong = Math.max(ids.length, expected.length) - ids.filter((id, index) => id === expected[index]).length
    if (wrong === 0) return []
    return [
      `${name} of ${String(subject.id)} shows ${String(ids.length)} of ${String(expected.length)}, ${String(wrong)} wrong`,
    ]
  })
}
