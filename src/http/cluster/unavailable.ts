import type { ServerResponse } from 'node:http'
import { UNAVAILABLE } from '../../model/fault.ts'
import { apiError } from '../api/api-errors.ts'
import { envelope, partnerRefusal, Refusal, statusText } from '../errors.ts'
import { parseTarget } from '../target.ts'

const SOON = ['Retry-After', '1'] as const

/** The answer to a call that nobody can take now, in the shape of its API. Nothing was done. */
export function unavailable(url: string, now: number): Refusal {
  if (url.startsWith('/api/')) return new Refusal(503, JSON.stringify({ error: apiError(UNAVAILABLE) }), SOON)
  if (parseTarget(url)?.family === 'partner') return partnerRefusal(UNAVAILABLE, SOON)
  return envelope(503, url, statusText(503), now, { headers: SOON })
}

export function answerUnavailable(response: ServerResponse, url: string, now: number): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const { status, text, headers } = unavailable(url, now)
  const all = [...headers, 'Content-Type', 'application/json; charset=utf-8', 'Access-Control-Allow-Origin', '*']
  response.writeHead(status, [...all, 'Content-Length', String(Buffer.byteLength(text))]).end(text)
}
