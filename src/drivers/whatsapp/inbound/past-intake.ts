import { backoffMs } from '../../../lib/backoff.ts'
import { pause } from '../../../lib/pause.ts'
import { Serial } from '../../../lib/serial.ts'
import type { TransactionalKeyStore, WaChat, WaHistory } from '../engine/engine.ts'
import { maskedTrouble } from '../engine/log.ts'
import { newDraft, type Draft } from '../life.ts'
import { historyDrafts } from './history.ts'
import { fetchPast, type PastFileParts } from './past-files.ts'
import { noteOfNotice, PAST_NOTICES, readNotice, type PastNotice } from './past-notices.ts'
import { keepPastTokens } from './past-tokens.ts'
import type { InboundParts } from './reading.ts'

export interface PastParts extends InboundParts, PastFileParts {
  readonly keys: TransactionalKeyStore
  /** Everything of these chats is kept now. */
  readonly kept: (chats: readonly WaChat[]) => void
  /** Ends the socket. */
  readonly fail: (why: string) => void
}

/** Altogether some hours. */
const MOST_TRIES = 16
const AGAIN = { firstMs: 1_000, longestMs: 30 * 60_000 }

/**
 * Takes in the past, piece by piece. Each is named by a note that is committed with the ratchet's step that told of it and is gone with the
 * last commit of what is in it: whatever happens between is made up for by the next try, or by the next life.
 */
export class PastIntake {
  readonly #parts: PastParts
  readonly #serial = new Serial()
  /** Told in a transaction that is perhaps not committed. */
  readonly #expected = new Set<string>()
  #isOpen = false

  constructor(parts: PastParts) {
    this.#parts = parts
  }

  /** A note of this name is staged. */
  expect(name: string): void {
    this.#expected.add(name)
  }

  /** The transaction of a message ended: what was expected of it is there, or will be told again. */
  look(id: string): void {
    const name = `${PAST_NOTICES}${id}`
    if (this.#expected.delete(name) && this.#isOpen) this.#take(name)
  }

  /** The session is open, so that it is known who we are. */
  async start(): Promise<void> {
    this.#isOpen = true
    for (const name of await this.#waiting()) this.#take(name)
  }

  /** In the order in which they were told. */
  async #waiting(): Promise<readonly string[]> {
    const all = [...(await this.#parts.store.readAll(PAST_NOTICES))]
    const toldAt = (kept: Uint8Array) => readNotice(kept)?.at ?? 0
    return all.sort(([, one], [, other]) => toldAt(one) - toldAt(other)).map(([name]) => name)
  }

  #take(name: string): void {
    const { ended, host } = this.#parts
    this.#serial
      .run(() => (ended.aborted ? Promise.resolve() : this.#bring(name)))
      .catch((error: unknown) => {
        if (ended.aborted) return
        // The next life begins with what is kept.
        host.log.warn({ idInstance: host.instance, error: maskedTrouble(error) }, 'the past could not be kept')
        this.#parts.fail('the past could not be kept')
      })
  }

  async #bring(name: string): Promise<void> {
    const { store } = this.#parts
    const kept = await store.read(name)
    if (kept === null) return
    const notice = readNotice(kept)
    if (notice === null) {
      await store.commit({ secrets: new Map([[name, null]]) })
      return
    }
    let history: WaHistory
    try {
      history = await fetchPast(this.#parts, notice)
    } catch (error) {
      if (!this.#parts.ended.aborted) await this.#againLater(name, notice, error)
      return
    }
    try {
      await this.#keep(name, notice, history)
    } catch (error) {
      // What is held in memory may be ahead of what is kept, which only a new life reads; one that can never be kept is given up in the end.
      if (!this.#parts.ended.aborted) await this.#againLater(name, notice, error)
      throw error
    }
  }

  /** The note goes with the last of it. */
  async #keep(name: string, notice: PastNotice, history: WaHistory): Promise<void> {
    const { store } = this.#parts
    await keepPastTokens(this.#parts, history)
    let last: Draft = newDraft()
    for await (const draft of historyDrafts(this.#parts, history, notice.at)) {
      await store.commit(last)
      last = draft
    }
    last.secrets.set(name, null)
    await store.commit(last)
    this.#parts.kept(history.chats)
  }

  async #againLater(name: string, notice: PastNotice, error: unknown): Promise<void> {
    const { store, host, ended } = this.#parts
    const tries = notice.tries + 1
    const about = { idInstance: host.instance, kind: notice.kind, tries, error: maskedTrouble(error) }
    if (tries >= MOST_TRIES) {
      await store.commit({ secrets: new Map([[name, null]]) })
      host.log.warn(about, 'a piece of the past could not be fetched and is given up')
      return
    }
    await store.commit({ notes: new Map([[name, noteOfNotice({ ...notice, tries })]]) })
    host.log.info(about, 'a piece of the past could not be fetched; again later')
    void pause(host.clock, backoffMs(AGAIN, tries, host.random), ended).then(() => this.#take(name))
  }
}
