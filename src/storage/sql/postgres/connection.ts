import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import type { ClientConfig } from 'pg'
import { OperatorTrouble } from '../../../lib/operator-trouble.ts'
import { partsOfUrl } from '../../../lib/postgres-url.ts'

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
  'target_session_attrs',
])
/** What is connected to takes writes, whether or not that is said. */
const ATTRIBUTES: ReadonlySet<string> = new Set(['read-write', 'primary'])

/** Where a server may be. */
export interface PgAddress {
  /** A name, an address, or the folder of the server's socket; the driver's default where absent. */
  readonly host?: string
  readonly port?: number
}

/** `others`: where the server may be as well; the one among them that takes writes is meant. */
export type PgConnection = ClientConfig & { readonly others?: readonly PgAddress[] }

/**
 * How a `postgres://user:password@host:port,host:port/database?sslmode=…` is connected to. A folder in `host` is that of the server's socket.
 * @throws OperatorTrouble, without the URL
 */
export function connectionOf(text: string): PgConnection {
  const parts = partsOfUrl(text)
  if (parts === undefined) throw new OperatorTrouble(`${NAME} is no URL.`)
  const { url, hosts } = parts
  const { searchParams } = url
  for (const name of searchParams.keys()) {
    if (!PARAMETERS.has(name)) throw new OperatorTrouble(`${NAME} has a parameter that is not known: ${name}.`)
  }
  const attributes = searchParams.get('target_session_attrs')
  if (attributes !== null && !ATTRIBUTES.has(attributes)) {
    throw new OperatorTrouble(`${NAME}: target_session_attrs may be ${[...ATTRIBUTES].join(', ')}.`)
  }
  const given = {
    user: searchParams.get('user') ?? decoded(url.username),
    password: decoded(url.password),
    database: decoded(url.pathname.slice(1)),
  }
  const [first, ...others] = addressesOf(searchParams, hosts)
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '')),
    ...first,
    ...(others.length > 0 && { others }),
    application_name: searchParams.get('application_name') ?? 'jadegate',
    ssl: tlsOf(searchParams),
  }
}

/** Parameters come before what stands in front of the path, as with PostgreSQL's own tools; one port is that of all. */
function addressesOf(parameters: URLSearchParams, inFront: readonly URL[]): readonly PgAddress[] {
  const [hosts, ports] = [listOf(parameters, 'host'), listOf(parameters, 'port')]
  if (ports.length > 1 && ports.length !== Math.max(hosts.length, inFront.length)) {
    throw new OperatorTrouble(`${NAME}: there must be one port, or as many as hosts.`)
  }
  const named = hosts.length > 0 ? hosts.map((host) => ({ host, port: '' })) : inFront.map(namedBy)
  return named.map(({ host, port }, at) => {
    const text = ports[at] ?? ports[0] ?? port
    if (!/^\d{0,5}$/.test(text)) throw new OperatorTrouble(`${NAME}: a port is no number.`)
    return { ...(host !== '' && { host }), ...(text !== '' && { port: Number(text) }) }
  })
}

function namedBy({ hostname, port }: URL): { readonly host: string; readonly port: string } {
  return { host: decoded(hostname).replace(/^\[(.*)\]$/, '$1'), port }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new OperatorTrouble(`${NAME}: a % is written as %25 there.`)
  }
}

function listOf(parameters: URLSearchParams, name: string): readonly string[] {
  const text = parameters.get(name) ?? ''
  return text === '' ? [] : text.split(',')
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
