import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { packageFile } from '../../lib/package-file.ts'
import type { DescribedTables } from './described.ts'
import { docsPage } from './docs-page.ts'
import { openApiDocument } from './openapi.ts'
import { postmanCollection } from './postman.ts'

export interface ReferenceDeps {
  readonly tables: DescribedTables
  /** Where clients reach this server; known once it listens. */
  readonly url: () => string
}

const JSON_TYPE = 'application/json; charset=utf-8'
const PAGE_HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
} as const
const ASSETS: Readonly<Record<string, string>> = {
  'docs.css': 'text/css; charset=utf-8',
  'docs.js': 'text/javascript; charset=utf-8',
}

/** `/docs`, `/openapi.json` and `/postman.json`: the reference of both APIs. They hold no secret and any page may fetch the last two. */
export function referenceRoutes(app: FastifyInstance, { tables, url }: ReferenceDeps): void {
  const version = packageVersion()
  const openApi = once(() => JSON.stringify(openApiDocument(tables, url(), version)))
  const postman = once(() => JSON.stringify(postmanCollection(tables, url())))
  const page = once(() => docsPage(tables, url(), new URL(url()).pathname.replace(/\/$/, '')))
  app.get('/openapi.json', (request, reply) =>
    send(request, reply.header('Access-Control-Allow-Origin', '*'), openApi(), JSON_TYPE),
  )
  app.get('/postman.json', (request, reply) =>
    send(request, reply.header('Access-Control-Allow-Origin', '*'), postman(), JSON_TYPE),
  )
  app.get('/docs', (request, reply) => send(request, reply.headers(PAGE_HEADERS), page(), 'text/html; charset=utf-8'))
  for (const [name, type] of Object.entries(ASSETS)) {
    const content = readFileSync(packageFile(`pages/assets/${name}`), 'utf8')
    app.get(`/assets/${name}`, (request, reply) => send(request, reply, content, type))
  }
}

/** Made at the first call: the server's own address is known by then. */
function once(make: () => string): () => string {
  let made: string | undefined
  return () => (made ??= make())
}

function send(request: FastifyRequest, reply: FastifyReply, text: string, type: string): FastifyReply {
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 16)}"`
  reply.headers({ ETag: etag, 'Cache-Control': 'no-cache', 'X-Content-Type-Options': 'nosniff' })
  return request.headers['if-none-match'] === etag ? reply.code(304).send() : reply.type(type).send(text)
}

function packageVersion(): string {
  const about: unknown = JSON.parse(readFileSync(packageFile('package.json'), 'utf8'))
  const isNamed = typeof about === 'object' && about !== null && 'version' in about
  return isNamed && typeof about.version === 'string' ? about.version : '0.0.0'
}
