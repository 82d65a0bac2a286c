import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startApp, type Surroundings } from '../../src/app.ts'
import { loadConfig } from '../../src/config/load.ts'
import { systemClock } from '../../src/lib/clock.ts'
import type { Log } from '../../src/lib/log.ts'
import { until } from '../../src/lib/until.ts'
import { databaseFor } from './test-database.ts'

export const PARTNER_TOKEN = 'gac.5ab31f2c7e9d4860b1c2d3e4f5a6978890a1b2c3d4e5f6'
export const OPERATOR_TOKEN = 'op.test-operator-token'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Undefined where the text is no JSON. */
  readonly json: unknown
}

export interface Made {
  readonly idInstance: number
  readonly apiTokenInstance: string
  readonly typeInstance: string
}

export type TestServer = Awaited<ReturnType<typeof startServer>>

/** The whole server on a real port, with its own data folder and simulated network. Every line of its log is kept, unmasked. */
export async function startServer(env: Readonly<Record<string, string>> = {}, surroundings: Surroundings = {}) {
  const dataDir = env['JADEGATE_DATA_DIR'] ?? mkdtempSync(join(tmpdir(), 'jadegate-http-'))
  const databaseUrl = await databaseFor(dataDir)
  const loaded = loadConfig({
    ...(databaseUrl !== undefined && { JADEGATE_DATABASE_URL: databaseUrl, JADEGATE_DATABASE_POOL: '8' }),
    JADEGATE_PORT: '0',
    JADEGATE_RATE_LIMIT_SCALE: '1000',
    JADEGATE_PASSWORD_COST: '10',
    JADEGATE_PARTNER_TOKEN: PARTNER_TOKEN,
    JADEGATE_OPERATOR_TOKEN: OPERATOR_TOKEN,
    ...env,
    JADEGATE_DATA_DIR: dataDir,
  })
  if ('errors' in loaded) assert.fail(loaded.errors.join('\n'))
  const logged: string[] = []
  // The database's clock goes on whatever a test does with its own.
  const app = await startApp(loaded.config, keepingLog(logged), { leaseClock: systemClock, ...surroundings })

  const { host, port, publicUrl } = loaded.config
  // Under a public URL it is reached by whoever stands before it.
  const reached = publicUrl === undefined ? app.url : `http://${host}:${String(port)}`

  async function call(
    verb: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const given = body === undefined ? {} : { body: isRaw(body) ? body : JSON.stringify(body) }
    const response = await fetch(reached + path, { method: verb, headers, redirect: 'manual', ...given })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, json: parse(text) }
  }

  async function make(fields: object = { name: 'test' }, prefix = ''): Promise<Made> {
    const made = await call('POST', `${prefix}/partner/createInstance/${PARTNER_TOKEN}`, fields)
    assert.equal(made.status, 200, made.text)
    const { idInstance, apiTokenInstance, typeInstance } = made.json as Made
    assert.ok(Number.isInteger(idInstance), made.text)
    return { idInstance, apiTokenInstance, typeInstance }
  }

  const simulator = (path: string, body: object): Promise<Answer> => call('POST', `/simulator/${path}`, body)

  return {
    url: app.url,
    /** See `App.consoleLink`. */
    consoleLink: app.consoleLink,
    dataDir,
    logged,
    call,
    make,
    simulator,
    partner: (verb: string, method: string, body?: unknown, headers?: Record<string, string>) =>
      call(verb, `/partner/${method}/${PARTNER_TOKEN}`, body, headers),
    on: (made: Made, verb: string, method: string, body?: unknown, headers?: Record<string, string>) =>
      call(verb, pathOf(made, method), body, headers),
    /** Calls the operator's API as the operator. */
    operator: (verb: string, path: string, body?: unknown) =>
      call(verb, `/api/operator/v1${path}`, body, {
        authorization: `Bearer ${OPERATOR_TOKEN}`,
        'content-type': 'application/json',
      }),
    /** Links a phone to an instance and waits until it is authorized. */
    async link(made: Made, phoneNumber: string): Promise<void> {
      const qr = await call('GET', pathOf(made, 'qr'))
      const linked = await simulator('link', { qr: (qr.json as { message: string }).message, phoneNumber })
      assert.equal(linked.status, 200, linked.text)
      await until(
        async () => (await call('GET', pathOf(made, 'getStateInstance'))).text === '{"stateInstance":"authorized"}',
        'the instance is authorized',
      )
    },
    /** Sends bytes as they are and returns everything that comes back until the server closes. */
    raw: (bytes: string | Buffer): Promise<string> => sendRaw(new URL(app.url), bytes),
    /** Stops the server; its folder stays. */
    stop: () => app.close(),
    async close(): Promise<void> {
      await app.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** `getSettings` or `deleteNotification?x` → the path with id and token; a part after `/` goes behind the token. */
export function pathOf(made: Made, method: string): string {
  const [, name = '', tail = '', query = ''] = /^([^/?]*)(\/[^?]*)?(\?.*)?$/.exec(method) ?? []
  return `/waInstance${String(made.idInstance)}/${name}/${made.apiTokenInstance}${tail}${query}`
}

function isRaw(body: unknown): body is string | Uint8Array<ArrayBuffer> {
  return typeof body === 'string' || body instanceof Uint8Array
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function keepingLog(lines: string[]): Log {
  const keep = (fields: object, text: string): void => {
    const { error, ...rest } = fields as { error?: unknown }
    lines.push(`${text} ${JSON.stringify(rest)} ${error instanceof Error ? (error.stack ?? '') : String(error)}`)
  }
  const log: Log = { debug: keep, info: keep, warn: keep, error: keep, child: () => log }
  return log
}

function sendRaw(url: URL, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect(Number(url.port), url.hostname, () => socket.write(bytes))
    socket.setTimeout(10_000, () => socket.destroy(new Error('the server neither answered nor closed')))
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('error', reject)
    socket.on('close', () => {
      resolve(Buffer.concat(chunks).toString())
    })
  })
}
