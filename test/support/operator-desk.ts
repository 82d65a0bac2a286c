import assert from 'node:assert/strict'
import type { ConsoleBrowser } from './console-browser.ts'
import { OPERATOR_TOKEN, type Answer, type TestServer } from './server.ts'

/** What whoever runs the server does for people by the operator's token, and what comes of it. */
export class OperatorDesk {
  readonly #server: Pick<TestServer, 'call'>
  readonly #newBrowser: () => ConsoleBrowser
  readonly #password: string

  /** `password`: that of everybody who comes in by it. */
  constructor(server: Pick<TestServer, 'call'>, newBrowser: () => ConsoleBrowser, password: string) {
    this.#server = server
    this.#newBrowser = newBrowser
    this.#password = password
  }

  call(verb: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const authorization = { Authorization: `Bearer ${OPERATOR_TOKEN}` }
    return this.#server.call(verb, `/api/operator/v1${path}`, body, { ...authorization, ...headers })
  }

  /** An operator like any other person, where all that is tested is the same for all. */
  async invite(email: string): Promise<void> {
    await this.#enter(await this.invitation(email))
  }

  /** An account of its own with its owner. */
  async owned(name: string, email = 'ow@example.com'): Promise<{ account: string; owner: ConsoleBrowser }> {
    const made = await this.call('POST', '/accounts', { kind: 'personal', name })
    const { id: account } = made.json as { id: string }
    const invited = await this.call('POST', '/people', { email, accountId: account, role: 'owner' })
    return { account, owner: await this.#enter((invited.json as { link: string }).link) }
  }

  async invitation(email: string): Promise<string> {
    return (await this.invited(email)).link
  }

  async invited(email: string): Promise<{ readonly link: string; readonly id: string }> {
    const answer = await this.call('POST', '/people', { email })
    assert.equal(answer.status, 201, answer.text)
    const { link, invitation } = answer.json as { link: string; invitation: { id: string } }
    return { link, id: invitation.id }
  }

  async resetLink(email: string): Promise<string> {
    const answer = await this.call('POST', `/people/${await this.idOf(email)}/reset-link`, {})
    return (answer.json as { link: string }).link
  }

  async idOf(email: string): Promise<string> {
    const { people } = (await this.call('GET', `/people?email=${email}`)).json as { people: { id: string }[] }
    return people[0]?.id ?? assert.fail(email)
  }

  async #enter(link: string): Promise<ConsoleBrowser> {
    const browser = this.#newBrowser()
    const answer = await browser.accept(link, { password: this.#password })
    assert.equal(answer.status, 200, answer.text)
    return browser
  }
}
