import type { Clock } from '../../lib/clock.ts'
import type { EpochMs } from '../../model/ids.ts'
import type { BinaryNode } from './engine/engine.ts'
import { childrenOf } from './engine/nodes.ts'
import { isPerson, plainJid } from './jids.ts'

/** What the ratchets open; everything else under `enc` the engine turns away. */
const KINDS: ReadonlySet<string> = new Set(['msg', 'pkmsg', 'skmsg'])
/** More than these are not counted: what they would tell the ones before them do. */
const MOST = 1_000

/** Messages that came and are not dealt with. */
export class Arrivals {
  readonly #clock: Clock
  /** How many ciphertexts of each stanza wait, by its id; in the order in which they came, which is the one in which they are read. */
  readonly #waiting = new Map<string, number>()
  /** Since when the first of them is the first. */
  #firstSince: EpochMs = 0
  #none: (() => void) | null = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Since when the one that is next has not been dealt with, though nothing is before it; null while none waits. Of many that came at once
   * each has its own time, and what comes past one that hangs does not help it.
   */
  get waitingSince(): EpochMs | null {
    return this.#waiting.size === 0 ? null : this.#firstSince
  }

  arrived(stanza: BinaryNode): void {
    const { id } = stanza.attrs
    const count = ciphertextsIn(stanza)
    if (id === undefined || count === 0 || (this.#waiting.size >= MOST && !this.#waiting.has(id))) return
    if (this.#waiting.size === 0) this.#firstSince = this.#clock.now()
    this.#waiting.set(id, (this.#waiting.get(id) ?? 0) + count)
  }

  /** One of its ciphertexts was. */
  dealtWith({ attrs: { id = '' } }: BinaryNode): void {
    const count = this.#waiting.get(id)
    if (count === undefined) return
    if (count > 1) {
      this.#waiting.set(id, count - 1)
      return
    }
    const [first] = this.#waiting.keys()
    this.#waiting.delete(id)
    if (id === first) this.#firstSince = this.#clock.now()
    if (this.#waiting.size === 0) this.#none?.()
  }

  /** Resolves when none waits. */
  async over(): Promise<void> {
    if (this.#waiting.size > 0) await new Promise<void>((resolve) => (this.#none = resolve))
  }
}

/** None in a stanza of nobody, which the engine turns away. */
function ciphertextsIn(stanza: BinaryNode): number {
  const { from, participant } = stanza.attrs
  if (!isPerson(plainJid(from)) && !isPerson(plainJid(participant))) return 0
  const all = childrenOf(stanza, 'enc')
  // With one that it does not know in front it turns the whole stanza away.
  if (!isKnown(all[0])) return 0
  return all.filter((each) => isKnown(each) && each.content instanceof Uint8Array).length
}

function isKnown(enc: BinaryNode | undefined): boolean {
  return KINDS.has(enc?.attrs['type'] ?? '')
}
