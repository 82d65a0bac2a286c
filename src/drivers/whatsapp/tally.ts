import type { Measure } from '../driver.ts'
import { Standings } from '../network/standings.ts'
import { ENDINGS } from './ending.ts'
import type { BinaryNode, EngineSocket } from './engine/engine.ts'
import { isRefusalCode } from './outbound/refusals.ts'

/** What is counted, with what it says; values of labels come from closed sets, for each is kept for as long as the process lives. */
const COUNTED = {
  opened: { name: 'connections_opened', help: 'Connections to WhatsApp that were opened.', label: null },
  closed: {
    name: 'connections_closed',
    help: "Connections that ended though nobody asked for it, by WhatsApp's code (none: without one, self: given up here).",
    label: 'code',
  },
  unread: { name: 'undecrypted', help: 'Stanzas that could not be decrypted, each time they came.', label: null },
  unreadable: { name: 'unreadable', help: 'Messages that were told as unreadable in the end.', label: null },
  retries: { name: 'retry_receipts', help: 'Receipts by which others asked for a message again.', label: null },
  refused: {
    name: 'refused',
    help: 'Messages that WhatsApp refused, by the code of its acknowledgement.',
    label: 'code',
  },
  budget: { name: 'budget_refusals', help: 'What was not done for a budget that is used up.', label: 'budget' },
  restarted: {
    name: 'watchdog_restarts',
    help: 'Connections that were opened again because they brought nothing any more.',
    label: 'why',
  },
} as const satisfies Readonly<Record<string, { name: string; help: string; label: string | null }>>

type Counted = keyof typeof COUNTED

const CODES: ReadonlySet<number> = new Set(ENDINGS.map(({ code }) => code))
const PREFIX = 'jadegate_whatsapp_'

/** What an operator is shown of all sessions of this process; nothing of it names an account. */
export class Tally {
  readonly standings = new Standings()
  readonly #counts = new Map<Counted, Map<string, number>>()

  count(what: Exclude<Counted, 'closed' | 'refused' | 'budget' | 'restarted'>): void
  count(what: 'budget', budget: 'first' | 'checks'): void
  count(what: 'restarted', why: 'silent' | 'stuck'): void
  count(what: Counted, value = ''): void {
    this.#add(what, value)
  }

  /** A connection ended without having been asked to. */
  closed(code: number, isOwnDoing: boolean): void {
    if (isOwnDoing) this.#add('closed', 'self')
    else if (code === 0) this.#add('closed', 'none')
    else this.#add('closed', CODES.has(code) ? String(code) : 'other')
  }

  /** Counts what comes by a connection, until that lets go of its listeners. */
  follow({ ws }: EngineSocket): void {
    ws.on('CB:receipt', ({ attrs }: BinaryNode) => {
      if (attrs['type'] === 'retry') this.count('retries')
    })
    ws.on('CB:ack,class:message', ({ attrs }: BinaryNode) => {
      const code = attrs['error']
      if (code !== undefined) this.#add('refused', isRefusalCode(code) ? code : 'other')
    })
  }

  *measures(waiting: number): Iterable<Measure> {
    yield* this.standings.measures(PREFIX, waiting)
    for (const [what, { name, help, label }] of Object.entries(COUNTED)) {
      const values = this.#counts.get(what as Counted) ?? new Map<string, number>(label === null ? [['', 0]] : [])
      yield { name: `${PREFIX}${name}_total`, kind: 'counter', help, label, values }
    }
  }

  #add(what: Counted, value: string): void {
    const counts = this.#counts.get(what) ?? new Map<string, number>()
    this.#counts.set(what, counts)
    counts.set(value, (counts.get(value) ?? 0) + 1)
  }
}
