import assert from 'node:assert/strict'
import type { Answer, TestServer } from './server.ts'

/** What a browser keeps of the console: its cookie and the CSRF token; each comes from an address of its own. */
export class ConsoleBrowser {
  readonly #server: Pick<TestServer, 'call'>
  readonly #headers: Readonly<Record<string, string>>
  cookie: string | undefined
  csrf = ''

  /** `address` counts where the server trusts 127.0.0.1 as a proxy. */
  constructor(server: Pick<TestServer, 'call'>, address = '203.0.113.1') {
    this.#server = server
    this.#headers = { 'X-Forwarded-For': address, 'User-Agent': `Browser of ${address}` }
  }

  /** Below /api/console. A cookie that is set is kept, and a new CSRF token too. */
  async call(verb: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await this.#server.call(verb, `/api/console${path}`, body, {
      ...this.#headers,
      ...(this.cookie !== undefined && { Cookie: this.cookie }),
      ...(this.csrf !== '' && { 'X-CSRF-Token': this.csrf }),
      ...headers,
    })
    const [set] = answer.headers.getSetCookie()
    if (set !== undefined) this.cookie = set.split(';', 1)[0]
    const csrf = stringIn(answer.json, 'csrf')
    if (csrf !== undefined) this.csrf = csrf
    return answer
  }

  async good(verb: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await this.call(verb, path, body)
    assert.ok(answer.status < 300, `${verb} ${path}: ${String(answer.status)} ${answer.text}`)
    return (answer.json ?? {}) as Record<string, unknown>
  }

  signIn(email: string, password: string, code?: string): Promise<Answer> {
    return this.call('POST', '/session', { email, password, ...(code !== undefined && { code }) })
  }

  /** Uses a one-time link, as it is shown. */
  accept(link: string, given: Readonly<Record<string, string>>): Promise<Answer> {
    return this.call('POST', '/links/accept', { token: tokenOf(link), ...given })
  }
}

export function tokenOf(link: string): string {
  const [, token] = link.split('/console/link#')
  assert.ok(token !== undefined, link)
  return token
}

/** The code of an error. */
export function codeOf({ json }: Answer): string | undefined {
  const error = typeof json === 'object' && json !== null && 'error' in json ? json.error : undefined
  return stringIn(error, 'code')
}

function stringIn(value: unknown, key: string): string | undefined {
  const found = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
  return typeof found === 'string' ? found : undefined
}
