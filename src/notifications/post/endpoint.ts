/** Where and how the notifications of an instance are posted. */
export interface Endpoint {
  /** Scheme, host and port: no credentials, no path, so it may be logged. */
  readonly origin: string
  readonly head: RequestHead
}

/** The head of a request but for its `Content-Length` and the empty line, to be sent as UTF-8. */
export interface RequestHead {
  readonly text: string
  readonly isAscii: boolean
}

/** Why nothing can be posted. */
export type EndpointTrouble = 'INVALID_URL' | 'INVALID_TOKEN'

/** What no value of a header may contain. */
const CONTROLS = /[^\t\x20-\x7e\x80-\uffff]/

/** What `webhookUrl` and `webhookUrlToken` mean, with `more` headers. A URL that is none or that is not http or https leads nowhere. */
export function readEndpoint(url: string, token: string, more: readonly Header[] = []): Endpoint | EndpointTrouble {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (parsed === null || (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')) return 'INVALID_URL'
  const authorization = authorizationOf(token.trim()) ?? credentialsOf(parsed)
  if (authorization !== undefined && CONTROLS.test(authorization)) return 'INVALID_TOKEN'
  const headers: Header[] = [
    ['Host', parsed.host],
    ['Connection', 'keep-alive'],
    ['Content-Type', 'application/json'],
    ['User-Agent', 'Jadegate'],
    ...(authorization === undefined ? [] : [['Authorization', authorization] as const]),
    ...more,
  ]
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`)
  const text = `POST ${parsed.pathname}${parsed.search} HTTP/1.1\r\n${lines.join('')}`
  return { origin: parsed.origin, head: { text, isAscii: Buffer.byteLength(text) === text.length } }
}

export type Header = readonly [name: string, value: string]

/** A token that names its scheme goes out as it is, any other one as a bearer token. */
function authorizationOf(token: string): string | undefined {
  if (token === '') return undefined
  return /^(basic|bearer) /i.test(token) ? token : `Bearer ${token}`
}

/** `user:password@` in the URL, for which there is no other way to the receiver. */
function credentialsOf(url: URL): string | undefined {
  if (url.username === '' && url.password === '') return undefined
  const plain = `${decode(url.username)}:${decode(url.password)}`
  return `Basic ${Buffer.from(plain).toString('base64')}`
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
