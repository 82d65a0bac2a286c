import type { Pool } from 'undici'

export type Json = Record<string, unknown>

/** Asks for JSON, with JSON where a body is given; an answer that is not 200 breaks off with its beginning. */
export async function jsonCall(pool: Pool, method: 'GET' | 'POST', path: string, body?: object): Promise<Json> {
  const answer = await pool.request({
    method,
    path,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  const text = await answer.body.text()
  if (answer.statusCode !== 200) throw new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 300)}`)
  return JSON.parse(text) as Json
}
