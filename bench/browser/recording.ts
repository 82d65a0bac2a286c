import { request } from 'undici'

/** An answer as it went over the wire, to be given again by a server that does nothing else. */
export interface Recorded {
  /** With its query. */
  readonly path: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly base64: string
}

/** What tells a browser how to take the bytes, and whether to keep them. */
const KEPT = ['content-type', 'content-encoding', 'content-security-policy', 'cache-control', 'etag', 'vary']

/** Asks as a browser does. `path` is where the server has it, `as` where it is given again. */
export async function record(
  port: number,
  path: string,
  { as = path, cookie }: { readonly as?: string; readonly cookie?: string } = {},
): Promise<Recorded> {
  const answer = await request(`http://127.0.0.1:${port}${path}`, {
    headers: { 'accept-encoding': 'gzip, deflate, br', ...(cookie !== undefined && { cookie }) },
  })
  const bytes = Buffer.from(await answer.body.arrayBuffer())
  const headers = KEPT.flatMap((name) => {
    const value = answer.headers[name]
    return typeof value === 'string' ? [[name, value] as const] : []
  })
  return {
    path: as,
    status: answer.statusCode,
    headers: Object.fromEntries(headers),
    base64: bytes.toString('base64'),
  }
}

/** A page of our own. */
export function written(path: string, html: string): Recorded {
  return {
    path,
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    base64: Buffer.from(html).toString('base64'),
  }
}
