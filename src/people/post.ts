import type { Log } from '../lib/log.ts'
import type { Language } from '../model/person.ts'
import { linkLetter, type Mailer } from './mail.ts'
import type { NewLink } from './one-time-links.ts'

export interface PostDeps {
  /** Undefined where no mail server is set. */
  readonly mailer: Mailer | undefined
  readonly log: Pick<Log, 'warn'>
}

/** Sends links to those that they were made for. That a letter was not taken is no fault: the link can be handed on otherwise. */
export class Post {
  readonly #deps: PostDeps

  constructor(deps: PostDeps) {
    this.#deps = deps
  }

  get hasMail(): boolean {
    return this.#deps.mailer !== undefined
  }

  /** Whether a mail server took it. */
  async send({ row, url }: NewLink, name: string, language: Language | null): Promise<boolean> {
    const { mailer, log } = this.#deps
    if (mailer === undefined || row.email === '') return false
    try {
      await mailer.send(linkLetter(row, url, name, language ?? 'en'))
      return true
    } catch (error) {
      log.warn({ reason: error instanceof Error ? error.message : 'unknown' }, 'the mail server did not take a letter')
      return false
    }
  }
}
