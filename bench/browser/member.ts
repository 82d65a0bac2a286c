import { Pool } from 'undici'
import { OPERATOR_TOKEN, type Gateway } from '../harness/gateway.ts'

/** Somebody who is signed in to the console, as a browser keeps it. */
export interface Member {
  readonly account: string
  readonly cookie: { readonly name: string; readonly value: string }
}

/** A developer of the account that the benchmarks' instances belong to. */
export async function newMember({ port }: Gateway): Promise<Member> {
  const pool = new Pool(`http://127.0.0.1:${port}`)
  const authorization = `Bearer ${OPERATOR_TOKEN}`
  try {
    const accounts = await pool.request({
      method: 'GET',
      path: '/api/operator/v1/accounts?kind=partner',
      headers: { authorization },
    })
    const [first] = ((await accounts.body.json()) as { items: readonly { id: string }[] }).items
    if (first === undefined) throw new Error('there is no partner account')
    const invited = await pool.request({
      method: 'POST',
      path: '/api/operator/v1/people',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'bench@example.com', accountId: first.id, role: 'developer' }),
    })
    const { link } = (await invited.body.json()) as { link: string }
    const accepted = await pool.request({
      method: 'POST',
      path: '/api/console/links/accept',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: link.split('#')[1], password: 'correct horse battery', name: 'Bench' }),
    })
    const text = await accepted.body.text()
    if (accepted.statusCode !== 200) throw new Error(`the invitation failed: ${accepted.statusCode} ${text}`)
    return { account: first.id, cookie: cookieIn([accepted.headers['set-cookie'] ?? ''].flat()) }
  } finally {
    await pool.close()
  }
}

function cookieIn([line = '']: readonly string[]): Member['cookie'] {
  const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? []
  if (name === undefined || value === undefined) throw new Error('nobody was signed in')
  return { name, value }
}
