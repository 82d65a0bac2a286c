import type { ServerResponse } from 'node:http'
import { UNAVAILABLE, type Fault } from '../../model/fault.ts'
import { apiError, apiStatus } from '../api/api-errors.ts'
import { instanceRefusal, partnerRefusal, Refusal } from '../errors.ts'
import { parseTarget } from '../target.ts'

const SOON = ['Retry-After', '1'] as const

/**
 * The answer to a call that no node has answered, in the shape of its API. `UNAVAILABLE`: nothing was done, and it may be made again;
 * `UNCONFIRMED`: nobody knows whether it was, so nothing is said of making it again.
 */
export function unanswered(url: string, now: number, trouble: Fault): Refusal {
  const headers = trouble === UNAVAILABLE ? SOON : []
  if (url.startsWith('/api/')) {
    return new Refusal(apiStatus(trouble), JSON.stringify({ error: apiError(trouble) }), headers)
  }
  if (parseTarget(url)?.family === 'partner') return partnerRefusal(trouble, headers)
  return instanceRefusal(trouble, url, now, { headers })
}

export function answerUnanswered(response: ServerResponse, url: string, now: number, trouble: Fault): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const { status, text, headers } = unanswered(url, now, trouble)
  const all = [...headers, 'Content-Type', 'application/json; charset=utf-8', 'Access-Control-Allow-Origin', '*']
  response.writeHead(status, [...all, 'Content-Length', String(Buffer.byteLength(text))]).end(text)
}
