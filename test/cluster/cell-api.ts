import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { Api, type Answer, type Form, type Verb } from '../durability/api.ts'

/** How the methods of partners refuse, with 200. */
const Refused = Compile(Type.Object({ code: Type.Integer(), description: Type.String() }))

type Headers = Readonly<Record<string, string>>

/**
 * Within so long each call has its answer, whatever befalls: the server's own bound, and what a node may stand still meanwhile. One to a node
 * that dies ends with it.
 */
export const ANSWERED_MS = 25_000

/** A client that asks any node. */
export class CellApi extends Api {
  readonly #pick: () => Api
  /** How often what was answered, or not. */
  readonly counts: Record<string, number> = {}

  /** Answers that no node may give. */
  readonly complaints: string[] = []

  constructor(pick: () => Api) {
    super('http://127.0.0.1:1')
    this.#pick = pick
  }

  override async call(verb: Verb, path: string, body?: object, headers: Headers = {}): Promise<Answer> {
    return this.#seen(path, this.#pick().call(verb, path, body, headers))
  }

  override async upload(path: string, form: Form, headers: Headers = {}): Promise<Answer> {
    return this.#seen(path, this.#pick().upload(path, form, headers))
  }

  override async ask(verb: Verb, path: string, body?: object): Promise<unknown> {
    const answer = await this.call(verb, path, body)
    if (typeof answer === 'object' && answer.status === 200) return answer.body
    throw new Error(`${verb} ${path.split('/')[2] ?? path}: ${JSON.stringify(answer)}`)
  }

  override hashOf(path: string): Promise<string | number> {
    return this.#pick().hashOf(path)
  }

  async #seen(path: string, call: Promise<Answer>): Promise<Answer> {
    const from = performance.now()
    const answer = await call
    if (performance.now() - from >= ANSWERED_MS) this.complaints.push(`${methodIn(path)} was not answered in time`)
    const status = typeof answer === 'string' ? answer : statusOf(path, answer)
    this.counts[status] = (this.counts[status] ?? 0) + 1
    if (typeof answer === 'string') return answer
    // A clock that is set back empties every bucket of its node once: whoever is refused so was not heard, and comes again. As does he who is
    // told that nothing was done.
    if (status === 429 || status === 503) return 'refused'
    if (status === 504) return 'lost'
    const isMaking = path.includes('/createInstance/')
    if (Number(status) < 500 && !(isMaking && status !== 200)) return answer
    this.complaints.push(`${methodIn(path)} was answered with ${status}: ${JSON.stringify(answer.body)}`)
    return 'lost'
  }
}

/** What a partner's call is refused with stands in the body. */
function statusOf(path: string, { status, body }: Exclude<Answer, string>): number {
  return path.startsWith('/partner/') && Refused.Check(body) ? body.code : status
}

function methodIn(path: string): string {
  return path.split('/').find((part) => /^[a-z]+[A-Z]/.test(part) && !part.startsWith('waInstance')) ?? path
}
