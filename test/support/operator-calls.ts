import assert from 'node:assert/strict'
import { OPERATOR_TOKEN, type Answer, type TestServer } from './server.ts'

export type Json = Readonly<Record<string, unknown>>

/** The operator of a test server, at its API. */
export class Operator {
  readonly #server: TestServer

  constructor(server: TestServer) {
    this.#server = server
  }

  call(verb: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
    const all = { authorization: `Bearer ${OPERATOR_TOKEN}`, ...type, ...headers }
    return this.#server.call(verb, `/api/operator/v1${path}`, body, all)
  }

  /** What a call that succeeds answers. */
  async done(verb: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Json> {
    const answer = await this.call(verb, path, body, headers)
    assert.ok(answer.status < 300, `${verb} ${path}: ${String(answer.status)} ${answer.text}`)
    return (answer.json ?? {}) as Json
  }

  /** Status, code and message of a call that is refused. */
  async refused(
    verb: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<readonly [status: number, code: string, message: string]> {
    const answer = await this.call(verb, path, body, headers)
    const { error } = answer.json as { readonly error: { readonly code: string; readonly message: string } }
    assert.deepEqual(Object.keys(answer.json as Json), ['error'])
    return [answer.status, error.code, error.message]
  }

  async items(path: string): Promise<readonly Json[]> {
    return (await this.done('GET', path))['items'] as readonly Json[]
  }

  /** A new account's id, and its first token where it is a partner. */
  async account(
    kind: 'partner' | 'personal',
    terms: object = {},
  ): Promise<{ readonly id: string; readonly token: string; readonly tokenId: string }> {
    const made = await this.done('POST', '/accounts', { kind, name: `a ${kind}`, terms })
    const first = (made['token'] ?? { id: '', token: '' }) as { readonly id: string; readonly token: string }
    return { id: made['id'] as string, token: first.token, tokenId: first.id }
  }
}
