import type { Change } from '../drivers/driver.ts'
import { fault, type Fault } from '../model/fault.ts'
import type { LinkedAccount } from '../model/instance.ts'
import type { Messenger } from '../model/messenger.ts'
import { DELETED, NOT_LINKED } from './refusals.ts'
import type { InstanceRecord } from './record.ts'
import type { Runner } from './runner.ts'

/** All that makes an instance the linked device. Whoever has it is that device: it is as secret as the account itself. */
export interface Link {
  readonly messenger: Messenger
  readonly account: LinkedAccount
  /** What its driver keeps, by its names. */
  readonly secrets: ReadonlyMap<string, Uint8Array>
}

/** Moves links from one server to another. Each runs with the session closed, so that no key changes meanwhile. */
export class LinkTransfer {
  readonly #record: InstanceRecord
  readonly #runner: Runner

  constructor(record: InstanceRecord, runner: Runner) {
    this.#record = record
    this.#runner = runner
  }

  /** A copy, for a backup: it loses its use with the next messages. */
  copy(): Promise<Link | Fault> {
    return this.#runner.whileClosed(() => this.#read())
  }

  /** The link is gone from here, and the phone doesn't know: it stays linked, to whoever takes it over. */
  release(): Promise<Link | Fault> {
    return this.#runner.whileClosed(async () => {
      const link = await this.#read()
      if (!('fault' in link)) await this.#runner.commit({ events: [{ kind: 'unlinked', at: this.#now }] })
      return link
    })
  }

  /** Takes a link over: from then on this instance is the device. */
  adopt({ messenger, account, secrets }: Link): Promise<Fault | undefined> {
    return this.#runner.whileClosed(async () => {
      const { state, messenger: own, deletedAt } = this.#record.row
      if (deletedAt !== null) return DELETED
      if (state !== 'notAuthorized') return fault('conflict', 'The instance is linked already: log it out first')
      if (messenger !== own) return fault('invalid', `The link is of ${messenger}, and the instance of ${own}`)
      const change: Change = { secrets, events: [{ kind: 'linked', account, at: this.#now }] }
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
    return { messenger: row.messenger, account: row.linked, secrets: await node.store.secrets.list(id, '') }
  }
}
