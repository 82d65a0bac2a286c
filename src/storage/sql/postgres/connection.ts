import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import type { ClientConfig } from 'pg'
import { OperatorTrouble } from '../../../lib/operator-trouble.ts'

const NAME = 'JADEGATE_DATABASE_URL'
/** As PostgreSQL's own tools know them; what encrypts only by chance is not among them. */
const MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const
type Mode = (typeof MODES)[number]
const PARAMETERS: ReadonlySet<string> = new Set([
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'host',
  'port',
  'user',
  'application_name',
])

/**
 * How a `postgres://user:password@host:port/database?sslmode=…` is connected to. A folder in `host` is that of the server's socket.
 * @throws OperatorTrouble, without the URL
 */
export function connectionOf(text: string): ClientConfig {
  if (!URL.canParse(text)) throw new OperatorTrouble(`${NAME} is no URL.`)
  const url = new URL(text)
  const { searchParams } = url
  for (const name of searchParams.keys()) {
    if (!PARAMETERS.has(name)) throw new OperatorTrouble(`${NAME} has a parameter that is not known: ${name}.`)
  }
  const given = {
    host: searchParams.get('host') ?? decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, '$1'),
    port: searchParams.get('port') ?? url.port,
    user: searchParams.get('user') ?? decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
  }
  const { port, ...texts } = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''))
  return {
    ...texts,
    ...(port !== undefined && { port: Number(port) }),
    application_name: searchParams.get('application_name') ?? 'jadegate',
    ssl: tlsOf(searchParams),
  }
}

function tlsOf(parameters: URLSearchParams): false | ConnectionOptions {
  const mode = modeOf(parameters)
  if (mode === 'disable') return false
  const ca = fileOf(parameters, 'sslrootcert')
  const cert = fileOf(parameters, 'sslcert')
  const key = fileOf(parameters, 'sslkey')
  return {
    // Who gives the certificate of an authority wants it asked, as with PostgreSQL's own tools.
    rejectUnauthorized: mode !== 'require' || ca !== undefined,
    ...(mode !== 'verify-full' && { checkServerIdentity: () => undefined }),
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  }
}

function modeOf(parameters: URLSearchParams): Mode {
  const given = parameters.get('sslmode') ?? 'disable'
  const mode = MODES.find((candidate) => candidate === given)
  if (mode === undefined) throw new OperatorTrouble(`${NAME}: sslmode may be ${MODES.join(', ')}.`)
  return mode
}

function fileOf(parameters: URLSearchParams, name: string): string | undefined {
  const path = parameters.get(name)
  if (path === null) return undefined
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new OperatorTrouble(`${NAME}: the file of ${name} can't be read.`)
  }
}
