import type { FastifyPluginCallback } from 'fastify'
import type { Random } from '../../lib/random.ts'
import { BuiltFiles, sendFile } from '../built-files.ts'
import { html } from '../html.ts'

export interface PagesDeps {
  readonly random: Pick<Random, 'bytes'>
  /** Where the built pages lie; a folder that is not there is a console that was not built. */
  readonly folder: URL
  /** Whom to ask: on the pages before the sign-in too, where nobody is told anything else. */
  readonly support: { readonly text: string; readonly url: string } | null
}

const NONCE = '__NONCE__'
const SUPPORT_TEXT = '__SUPPORT_TEXT__'
const SUPPORT_URL = '__SUPPORT_URL__'
const NONCE_BYTES = 16
/** Their names change with what is in them. */
const HASHED = 'assets/'
const A_YEAR = 'public, max-age=31536000, immutable'

const ALWAYS = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'X-Robots-Tag': 'noindex',
} as const

/** `nonce`: of the style tags that the component library writes. Scripts come from files alone. */
function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "frame-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join('; ')
}

/** `/console/…`: the built files, and the one page of them for every other address: what it shows is its own business. */
export function consolePages({ random, folder, support }: PagesDeps): FastifyPluginCallback {
  const files = new BuiltFiles(folder)
  const file = files.get('index.html')
  const index = file === undefined ? undefined : withSupport(file.bytes.toString('utf8'), support)
  return (app, _options, done) => {
    app.get('/console', (_request, reply) => reply.redirect('/console/'))
    app.get('/console/*', async (request, reply) => {
      void reply.headers(ALWAYS)
      const path = (request.url.split('?', 1)[0] ?? '').slice('/console/'.length)
      const file = path === 'index.html' ? undefined : files.get(path)
      if (file !== undefined) return sendFile(file, path.startsWith(HASHED) ? A_YEAR : 'no-cache', request, reply)
      if (path.startsWith(HASHED)) {
        reply.callNotFound()
        return reply
      }
      const nonce = random.bytes(NONCE_BYTES).toString('base64')
      void reply.headers({ 'Content-Security-Policy': policy(nonce), 'Cache-Control': 'no-store' })
      void reply.type('text/html; charset=utf-8')
      if (index === undefined) return reply.code(503).send(NOT_BUILT)
      return reply.send(index.replaceAll(NONCE, nonce))
    })
    done()
  }
}

function withSupport(page: string, support: PagesDeps['support']): string {
  const { text, url } = support ?? { text: '', url: '' }
  return page.replace(SUPPORT_TEXT, () => html`${text}`.text).replace(SUPPORT_URL, () => html`${url}`.text)
}

const NOT_BUILT = `<!doctype html>
<html lang="en">
  <meta charset="utf-8" />
  <title>Jadegate</title>
  <h1>The console is not built</h1>
  <p>The server runs, but its pages were not built. Stop it and run <code>npm run build</code>, then <code>npm start</code>.</p>
  <p lang="ru">Сервер работает, но страницы консоли не собраны. Остановите его и выполните <code>npm run build</code>, затем <code>npm start</code>.</p>
</html>
`
