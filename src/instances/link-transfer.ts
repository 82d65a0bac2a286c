import type { Change, Driver, Note } from '../drivers/driver.ts'
import { fault, isFault, type Fault } from '../model/fault.ts'
import { fingerprintOf, type Link } from './link.ts'
import type { InstanceRecord } from './record.ts'
import { DELETED, NOT_LINKED } from './refusals.ts'
import type { Runner } from './runner.ts'

/** Moves links from one server to another. Each step runs with the session closed, so that no key changes meanwhile. */
export class LinkTransfer {
  readonly #record: InstanceRecord
  readonly #runner: Runner
  readonly #driver: Driver

  constructor(record: InstanceRecord, runner: Runner, driver: Driver) {
    this.#record = record
    this.#runner = runner
    this.#driver = driver
  }

  /** A copy. The next messages change the keys, so the session can be left closed for `restMs`: so long the copy can be released. */
  copy(restMs: number): Promise<Link | Fault> {
    return this.#runner.whileClosed(() => this.#read(), restMs)
  }

  /**
   * Forgets the link that was copied; refused when the one that is here is another by now, since the copy would be of no use. The phone
   * doesn't know: it stays linked, to whoever takes the copy over.
   */
  release(fingerprint: string): Promise<Fault | undefined> {
    return this.#runner.whileClosed(async () => {
      const link = await this.#read()
      if (isFault(link)) return link
      if (fingerprintOf(link) !== fingerprint) {
        return fault('conflict', 'The link has changed since it was copied: copy it again')
      }
      await this.#runner.commit({ events: [{ kind: 'unlinked', at: this.#now }] })
      return undefined
    })
  }

  /** Takes a link over: from then on this instance is the device. */
  adopt({ messenger, account, secrets, notes }: Link): Promise<Fault | undefined> {
    return this.#runner.whileClosed(async () => {
      const { state, messenger: own, deletedAt } = this.#record.row
      if (deletedAt !== null) return DELETED
      if (state !== 'notAuthorized') return fault('conflict', 'The instance is linked already: log it out first')
      if (messenger !== own) return fault('invalid', `The link is of ${messenger}, and the instance of ${own}`)
      if (this.#driver.isLink?.(secrets) === false) {
        return fault('invalid', `'secrets' are not those of a device that is linked with ${own} here`)
      }
      const change: Change = { secrets, notes, events: [{ kind: 'linked', account, at: this.#now }] }
      await this.#runner.commit(change)
      return undefined
    })
  }

  get #now(): number {
    return this.#record.node.clock.now()
  }

  async #read(): Promise<Link | Fault> {
    const { id, row, node } = this.#record
    if (row.state === 'notAuthorized' || row.linked === null) return NOT_LINKED
    const kept = await node.store.secrets.all(id)
    const secrets = new Map<string, Uint8Array>()
    const notes = new Map<string, Note>()
    for (const { name, value, until } of this.#driver.movesWithLink?.(kept) ?? kept) {
      if (until === null) secrets.set(name, value)
      else if (until > this.#now) notes.set(name, { value, until })
    }
    return { messenger: row.messenger, account: row.linked, secrets, notes }
  }
}
