import assert from 'node:assert/strict'
import { ConsoleBrowser } from './console-browser.ts'
import type { TestServer } from './server.ts'
import { ROLES, type Role } from '../../src/model/person.ts'

export const CONSOLE_PASSWORD = 'correct horse battery'
/** What a server needs for tests with people: passwords that cost little. */
export const CONSOLE_SETTINGS = { JADEGATE_PASSWORD_COST: '10' } as const

/** The first operator, signed in. */
export async function firstOperator(server: TestServer): Promise<ConsoleBrowser> {
  const browser = new ConsoleBrowser(server)
  const link = server.consoleLink ?? assert.fail('this start made no link')
  const given = { password: CONSOLE_PASSWORD, email: 'operator@example.com', name: 'Olga' }
  const entered = await browser.accept(link, given)
  assert.equal(entered.status, 200, entered.text)
  return browser
}

/** Somebody new in an account, signed in. */
export async function newMember(
  server: TestServer,
  operator: ConsoleBrowser,
  account: string,
  role: Role,
): Promise<ConsoleBrowser> {
  const email = `${role}-${account}@example.com`
  const { link } = await operator.good('POST', `/accounts/${account}/people`, { email, role })
  const browser = new ConsoleBrowser(server)
  const entered = await browser.accept(String(link), { password: CONSOLE_PASSWORD, name: role })
  assert.equal(entered.status, 200, entered.text)
  return browser
}

/** One of each role in an account. */
export async function allRoles(
  server: TestServer,
  operator: ConsoleBrowser,
  account: string,
): Promise<Readonly<Record<Role, ConsoleBrowser>>> {
  const entries: [string, ConsoleBrowser][] = []
  for (const role of ROLES) entries.push([role, await newMember(server, operator, account, role)])
  return Object.fromEntries(entries) as Record<Role, ConsoleBrowser>
}
