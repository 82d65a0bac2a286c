import type { IncomingMessage } from 'node:http'

// The cookie of a session. Where the console is reached by https it carries the prefix by which browsers make sure that it came from this very
// host and never goes out in clear.

const PLAIN = 'jadegate'
const FLAGS = 'Path=/; HttpOnly; SameSite=Strict'

/** The header that sets it; an undefined token takes it away. */
export function sessionCookie(publicUrl: string, token: string | undefined): { readonly 'Set-Cookie': string } {
  const isSecure = publicUrl.startsWith('https:')
  const seconds = token === undefined ? 0 : LONGEST_SECONDS
  const value = `${nameOf(publicUrl)}=${token ?? ''}; Max-Age=${String(seconds)}; ${FLAGS}`
  return { 'Set-Cookie': isSecure ? `${value}; Secure` : value }
}

/** As long as a session may last at most. */
const LONGEST_SECONDS = 30 * 86_400

/** What came with the request; undefined where none did. */
export function sessionToken({ headers }: IncomingMessage, publicUrl: string): string | undefined {
  const name = nameOf(publicUrl)
  for (const part of (headers.cookie ?? '').split(';')) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim()
  }
  return undefined
}

function nameOf(publicUrl: string): string {
  return publicUrl.startsWith('https:') ? `__Host-${PLAIN}` : PLAIN
}
