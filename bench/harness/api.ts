import { Pool } from 'undici'
import { jsonCall } from './json-call.ts'

/** One instance as a client knows it. */
export interface Access {
  readonly id: number
  readonly token: string
}

/** Sets things up over the public API; it is not what measures. */
export class Api {
  readonly #pool: Pool
  readonly #partnerToken: string

  constructor(port: number, partnerToken = '') {
    this.#pool = new Pool(`http://127.0.0.1:${port}`, { connections: 64 })
    this.#partnerToken = partnerToken
  }

  /** `body` may differ by the number of the instance. */
  async createInstances(count: number, body: object | ((number: number) => object)): Promise<Access[]> {
    const bodyOf = typeof body === 'function' ? (body as (number: number) => object) : () => body
    const made = await inParallel(count, async (number) => {
      const answer = await jsonCall(this.#pool, 'POST', `/partner/createInstance/${this.#partnerToken}`, bodyOf(number))
      return { id: Number(answer['idInstance']), token: String(answer['apiTokenInstance']) }
    })
    if (made.some((one) => !(one.id > 0))) throw new Error('an instance was not created')
    return made
  }

  /** Asks for a code for this phone; the text of the code. */
  async code(access: Access, phoneNumber: number): Promise<string> {
    const answer = await this.call('POST', access, 'getAuthorizationCode', { phoneNumber })
    if (answer['status'] !== true) throw new Error(`no code: ${JSON.stringify(answer)}`)
    return String(answer['code'])
  }

  call(verb: 'GET' | 'POST', access: Access, method: string, body?: object): Promise<Record<string, unknown>> {
    return jsonCall(this.#pool, verb, pathOf(access, method), body)
  }

  async post(path: string, body: object): Promise<Record<string, unknown>> {
    return await jsonCall(this.#pool, 'POST', path, body)
  }

  /** The whole list, as the bytes that were sent. */
  async listBytes(): Promise<Buffer> {
    const answer = await this.#pool.request({ method: 'GET', path: `/partner/getInstances/${this.#partnerToken}` })
    return Buffer.from(await answer.body.arrayBuffer())
  }

  async close(): Promise<void> {
    await this.#pool.destroy()
  }
}

export function pathOf({ id, token }: Access, method: string): string {
  return `/waInstance${id}/${method}/${token}`
}

/** Runs the work for each number from 0, sixty-four at a time. */
export async function inParallel<T>(count: number, work: (number: number) => Promise<T>): Promise<T[]> {
  const results = new Array<T>(count)
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count) {
      const number = next++
      results[number] = await work(number)
    }
  }
  await Promise.all(Array.from({ length: Math.min(64, count) }, worker))
  return results
}
