import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import type { FastifyPluginCallback } from 'fastify'
import type { Log } from '../../lib/log.ts'
import { packageFile } from '../../lib/package-file.ts'
import type { Brand } from '../../model/brand.ts'
import type { AccountId } from '../../model/ids.ts'
import type { Store } from '../../storage/store.ts'
import { builtFile, sendFile } from '../built-files.ts'
import { Refusal } from '../errors.ts'
import type { InstanceFamily } from '../green/family.ts'
import type { Target } from '../target.ts'
import { brandView } from './brand-view.ts'

/** `styles`: what may be written into the page beside its own file. */
function policy(styles: string): string {
  return `default-src 'none'; script-src 'self'; style-src 'self'${styles}; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'`
}

const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Robots-Tag': 'noindex',
  'Cache-Control': 'no-store',
} as const

/** What the page is made of, by its name below `/assets/`. The scripts of its parts are those that the console is built of. */
const SCRIPTS: Readonly<Record<string, string>> = {
  'qr.js': 'pages/assets/qr.js',
  'qr-view.js': 'pages/assets/qr-view.js',
  ...Object.fromEntries(
    ['clock.js', 'linking/answers.js', 'linking/attempt.js', 'linking/en.js', 'linking/ru.js', 'linking/view.js'].map(
      (name) => [name, `dist/src/browser/${name}`],
    ),
  ),
}
const ASSETS: Readonly<Record<string, string>> = {
  ...SCRIPTS,
  'qr.css': 'pages/assets/qr.css',
  'jadegate.svg': 'pages/assets/jadegate.svg',
}

interface Shown {
  readonly status: number
  readonly state: string
  readonly messenger: string
  /** Of linking, with blanks between them. */
  readonly ways: string
}

/** What the page shows of a link that leads to nothing that could be linked now. */
function stateOf({ fault }: Refusal): 'gone' | 'paused' | 'wrongLink' {
  if (fault === 'deleted') return 'gone'
  return fault === 'accountSuspended' || fault === 'expired' ? 'paused' : 'wrongLink'
}

export interface QrPageDeps {
  readonly family: InstanceFamily
  readonly publicUrl: string | undefined
  readonly accounts: Pick<Store['accounts'], 'brand'>
  readonly log: Pick<Log, 'warn'>
}

/**
 * `GET /waInstance{id}/{token}`: the page on which a person links a phone. It is the same for everybody but for the messenger, whether the link
 * is good, and how the account of the instance shows itself; the token is only in the address that the browser has already.
 */
export class QrPage {
  readonly #deps: QrPageDeps
  readonly #base: string
  readonly #html: string

  constructor(deps: QrPageDeps) {
    const { publicUrl } = deps
    this.#deps = deps
    this.#base = publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/$/, '')
    // All at once, instead of each when the one that imports it is there.
    const preloads = Object.keys(SCRIPTS).map((name) => `<link rel="modulepreload" href="{{base}}/assets/${name}" />`)
    this.#html = readFileSync(packageFile('pages/qr.html'), 'utf8')
      .replace('{{preloads}}', preloads.join(''))
      .replaceAll('{{base}}', this.#base)
  }

  serve(target: Target, request: IncomingMessage, response: ServerResponse): void {
    const instance = this.#deps.family.admit(target, undefined, request.url ?? '')
    if (instance instanceof Refusal) {
      this.#send(
        request,
        response,
        { status: instance.status, state: stateOf(instance), messenger: 'whatsapp', ways: '' },
        null,
      )
      return
    }
    const { account, messenger, driver } = instance
    const live = { status: 200, state: 'live', messenger, ways: driver.capabilities.loginWays.join(' ') }
    this.#brandOf(account).then(
      (brand) => this.#send(request, response, live, brand),
      (error: unknown) => response.destroy(error instanceof Error ? error : undefined),
    )
  }

  /** A phone can be linked without it as well. */
  async #brandOf(account: AccountId): Promise<Brand | null> {
    try {
      return await this.#deps.accounts.brand(account)
    } catch (error) {
      this.#deps.log.warn({ error, account }, 'how an account shows itself could not be read')
      return null
    }
  }

  #send(request: IncomingMessage, response: ServerResponse, { status, ...shown }: Shown, brand: Brand | null): void {
    const { styleSource, ...view } = brandView(brand, this.#base)
    const values: ReadonlyMap<string, string> = new Map(Object.entries({ ...shown, ...view }))
    const html = this.#html.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => values.get(name) ?? '')
    response.writeHead(status, {
      ...HEADERS,
      'Content-Security-Policy': policy(styleSource),
      'Content-Length': Buffer.byteLength(html),
    })
    response.end(request.method === 'HEAD' ? undefined : html)
  }

  /** `/assets/…`: what the page is made of. */
  assetRoutes(): FastifyPluginCallback {
    return (app, _options, done) => {
      for (const [name, path] of Object.entries(ASSETS)) {
        const file = builtFile(fileURLToPath(packageFile(path)))
        app.get(`/assets/${name}`, (request, reply) =>
          sendFile(file, 'no-cache', request, reply.header('X-Content-Type-Options', 'nosniff')),
        )
      }
      done()
    }
  }
}
