import assert from 'node:assert/strict'
import type { Json } from '../../support/operator-calls.ts'
import type { Answer, Made } from '../../support/server.ts'
import { withoutTimes } from './compare.ts'
import { done, partnerCall, quiet } from './party.ts'
import { fieldsOf, nameOf, OPERATOR_ROWS, PARTNER_ROWS, pathWith, type Row, type RowCall } from './routes.ts'
import type { Tenants } from './scene.ts'

/** What an instance tells of itself without any change. */
const LOOKING = [
  'getSettings',
  'getStateInstance',
  'showMessagesQueue',
  'getMessagesCount',
  'getWebhooksCount',
  'lastIncomingMessages',
  'lastOutgoingMessages',
  'lastIncomingCalls',
  'lastOutgoingCalls',
  'getIncomingStatuses',
  'getOutgoingStatuses',
  'getContacts',
  'getChats',
]

type Ask = (path: string) => Promise<Answer>

/** All that B and the person can see of themselves, and the operator of them, as one text; looked at when nothing changes by itself. */
export function snapshotOf(tenants: Tenants, more: readonly Made[] = []): Promise<string> {
  return quiet(async () => {
    const { b, person, server, operator } = tenants
    const asOperator: Ask = (path) => operator.call('GET', path)
    const asPartner: Ask = (path) => partnerCall(server, b.full.token, 'GET', path)
    const parts = [
      ...(await seenIn(OPERATOR_ROWS, asOperator, `/accounts/${b.account}/`, { id: b.account }, tenants)),
      ...(await seenIn(OPERATOR_ROWS, asOperator, `/accounts/${person.account}/`, { id: person.account }, tenants)),
      ...(await seenIn(PARTNER_ROWS, asPartner, '/', {}, tenants)),
    ]
    for (const account of [b.account, person.account]) {
      parts.push(['audit', await asOperator(`/audit?limit=1000&accountId=${account}`)])
    }
    parts.push(['getInstances', await server.call('GET', `/partner/getInstances/${b.full.token}`)])
    for (const made of [b.linked, b.idle, person.instance, ...more]) {
      for (const method of LOOKING) parts.push([method, await server.on(made, 'GET', method)])
    }
    for (const [name, answer] of parts) assert.ok(answer.status < 500, `${name}: ${answer.text}`)
    return withoutTimes(parts.map(([name, { status, text }]) => `${name} ${String(status)} ${text}`).join('\n'))
  })
}

/** The answers of all rows that only look; of those of the operator the ones about one account. */
async function seenIn(
  rows: readonly Row[],
  ask: Ask,
  base: string,
  ids: RowCall['path'],
  { months, b }: Tenants,
): Promise<[string, Answer][]> {
  const live = done(await ask(`${base}instances?limit=1000`))['items'] as readonly Json[]
  const over = done(await ask(`${base}instances?limit=1000&deleted=true`))['items'] as readonly Json[]
  const all = [...live, ...over].map(({ idInstance }) => Number(idInstance))
  const parts: [string, Answer][] = []
  const isGlobal = (row: Row) => ids['id'] !== undefined && !row.at.includes('{id}')
  for (const row of rows.filter((one) => one.verb === 'GET' && !isGlobal(one))) {
    const fields = fieldsOf(row.path)
    const choices = fields.includes('idInstance')
      ? all.map((idInstance) => ({ idInstance, receiptId: b.told }))
      : fields.includes('month')
        ? months.map((month) => ({ month }))
        : [{}]
    const queries = fieldsOf(row.query)
    const limit = queries.includes('limit') ? '?limit=1000' : ''
    for (const choice of choices) {
      const path = pathWith(row, { ...ids, ...choice }) + limit
      parts.push([nameOf(row), await ask(path)])
      if (queries.includes('deleted')) parts.push([nameOf(row), await ask(`${path}&deleted=true`)])
    }
  }
  return parts
}

/** Two snapshots, by the first line in which they differ. */
export function assertSame(now: string, before: string): void {
  const lines = before.split('\n')
  for (const [at, line] of now.split('\n').entries()) assert.equal(line, lines[at])
  assert.equal(now, before)
}
