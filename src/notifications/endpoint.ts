/** Where and how the notifications of an instance are posted. */
export interface Endpoint {
  /** Scheme, host and port: no credentials, no path, so it may be logged. */
  readonly origin: string
  /** Path and query. */
  readonly path: string
  /** Names and values by turns. */
  readonly headers: string[]
}

/** What `webhookUrl` and `webhookUrlToken` mean; null for a URL that is none or that is not http or https. */
export function readEndpoint(url: string, token: string): Endpoint | null {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (parsed === null || (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')) return null
  const headers = ['Content-Type', 'application/json', 'User-Agent', 'Jadegate']
  const authorization = authorizationOf(token.trim()) ?? credentialsOf(parsed)
  if (authorization !== undefined) headers.push('Authorization', authorization)
  return { origin: parsed.origin, path: parsed.pathname + parsed.search, headers }
}

/** A token that names its scheme goes out as it is, any other one as a bearer token. */
function authorizationOf(token: string): string | undefined {
  if (token === '') return undefined
  return asHeader(/^(basic|bearer) /i.test(token) ? token : `Bearer ${token}`)
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

/** A header's characters are bytes: what is not ASCII goes as UTF-8. */
function asHeader(value: string): string {
  return Buffer.from(value, 'utf8').toString('latin1')
}
