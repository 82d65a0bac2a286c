import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyPluginCallback } from 'fastify'
import { packageFile } from '../../lib/package-file.ts'
import { Refusal } from '../errors.ts'
import type { InstanceFamily } from '../green/family.ts'
import type { Target } from '../target.ts'

const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Robots-Tag': 'noindex',
  'Cache-Control': 'no-store',
} as const

const ASSETS: Readonly<Record<string, string>> = {
  'qr.css': 'text/css; charset=utf-8',
  'qr.js': 'text/javascript; charset=utf-8',
  'qr-view.js': 'text/javascript; charset=utf-8',
  'qr-words.js': 'text/javascript; charset=utf-8',
  'jadegate.svg': 'image/svg+xml',
}

/** What the page shows of a link that leads to nothing that could be linked now. */
function stateOf({ fault }: Refusal): 'gone' | 'paused' | 'wrongLink' {
  if (fault === 'deleted') return 'gone'
  return fault === 'accountSuspended' || fault === 'expired' ? 'paused' : 'wrongLink'
}

/**
 * `GET /waInstance{id}/{token}`: the page on which a person links a phone. It is the same for everybody but for two words, the
 * messenger and whether the link is good; the token is only in the address that the browser has already.
 */
export class QrPage {
  readonly #family: InstanceFamily
  readonly #html: string

  constructor(family: InstanceFamily, publicUrl: string | undefined) {
    this.#family = family
    const base = publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/$/, '')
    this.#html = readFileSync(packageFile('pages/qr.html'), 'utf8').replaceAll('{{base}}', base)
  }

  serve(target: Target, request: IncomingMessage, response: ServerResponse): void {
    const instance = this.#family.admit(target, undefined, request.url ?? '')
    const isRefused = instance instanceof Refusal
    const state = isRefused ? stateOf(instance) : 'live'
    const html = this.#html
      .replace('{{state}}', state)
      .replace('{{messenger}}', isRefused ? 'whatsapp' : instance.messenger)
    response.writeHead(isRefused ? instance.status : 200, { ...HEADERS, 'Content-Length': Buffer.byteLength(html) })
    response.end(request.method === 'HEAD' ? undefined : html)
  }

  /** `/assets/…`: what the page is made of. */
  assetRoutes(): FastifyPluginCallback {
    return (app, _options, done) => {
      for (const [name, type] of Object.entries(ASSETS)) {
        const content = readFileSync(packageFile(`pages/assets/${name}`))
        const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 16)}"`
        app.get(`/assets/${name}`, (request, reply) => {
          void reply.headers({ etag, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' })
          if (request.headers['if-none-match'] === etag) return reply.code(304).send()
          return reply.type(type).send(content)
        })
      }
      done()
    }
  }
}
