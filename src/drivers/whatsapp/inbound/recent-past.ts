import type { Clock } from '../../../lib/clock.ts'
import { Recent } from '../../../lib/recent.ts'
import type { ChatId, EpochMs, MessageId } from '../../../model/ids.ts'
import type { Note } from '../../driver.ts'
import type { Draft, SessionStore } from '../life.ts'

/** What was said longer ago does not come to us by itself. */
const RECENT_MS = 3_600_000
const NOTE_KEPT_MS = 86_400_000
/** A piece of the past may wait so long until it could be fetched. */
export const PAST_WAITS_MS = 7 * 86_400_000
const PREFIX = 'past|'
/** Of the messages that came last. */
const HEARD_KEPT = 64
const NOTHING = Buffer.of(1)

/** When this device was linked; kept as long as its phone may still tell its past, and what it told may wait. */
const LINKED_AT = 'linked-at'

export function linkedAtNote(at: EpochMs): readonly [string, Note] {
  return [LINKED_AT, { value: Buffer.from(String(at)), until: at + NOTE_KEPT_MS + PAST_WAITS_MS }]
}

/**
 * A phone that tells its past tells what was said since it linked us too. That is news: before our keys are known nobody can send it to
 * us otherwise. What was said a little before may come by itself as well, earlier or later, and is news then: what was kept as of the
 * past has a note until it came, `past|<chat>|<id>`.
 */
export class RecentPast {
  readonly #store: SessionStore
  readonly #clock: Clock
  #waiting: Promise<Set<string>> | undefined
  #linkedAt: Promise<EpochMs> | undefined
  /** Perhaps on their way to the journal still. */
  readonly #heard = new Recent<string, true>(HEARD_KEPT)

  constructor(store: SessionStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** Of a message that comes by itself: whether it was kept as of the past, and nobody was told. */
  async heard(chat: ChatId, id: MessageId, draft: Draft): Promise<boolean> {
    const name = nameOf(chat, id)
    this.#heard.set(name, true)
    const waiting = await this.#all()
    if (!waiting.delete(name)) return false
    draft.secrets.set(name, null)
    return true
  }

  /** Of a message that the phone told of its past at `toldAt`; `known`: it came by itself before. */
  async told(
    chat: ChatId,
    id: MessageId,
    at: EpochMs,
    draft: Draft,
    toldAt: EpochMs,
  ): Promise<'past' | 'news' | 'known'> {
    const name = nameOf(chat, id)
    if (this.#heard.get(name) === true) return 'known'
    if (toldAt - at > RECENT_MS) return 'past'
    this.#linkedAt ??= this.#store.read(LINKED_AT).then((kept) => timeIn(kept))
    // The network tells whole seconds: what was said in the one of the linking is rather told than lost.
    if (at >= Math.floor((await this.#linkedAt) / 1000) * 1000) return 'news'
    const waiting = await this.#all()
    waiting.add(name)
    draft.notes.set(name, { value: NOTHING, until: this.#clock.now() + NOTE_KEPT_MS })
    return 'past'
  }

  #all(): Promise<Set<string>> {
    this.#waiting ??= this.#store.readAll(PREFIX).then((kept) => new Set(kept.keys()))
    return this.#waiting
  }
}

function timeIn(kept: Uint8Array | null): EpochMs {
  const time = kept === null ? Number.NaN : Number(Buffer.from(kept).toString())
  return Number.isFinite(time) ? time : Number.POSITIVE_INFINITY
}

function nameOf(chat: ChatId, id: MessageId): string {
  return `${PREFIX}${chat}|${id}`
}
