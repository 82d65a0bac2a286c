import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

export interface Control {
  readonly port: number
  close(): Promise<void>
}

/** Answers one kind of request, by its body or the query of a GET; throws words for the one who asked, who hears them with a 400. */
export type Route = (body: unknown) => unknown

/**
 * Serves the control API of a fake on this machine alone, JSON in, JSON out: its routes by verb and path. `plain` says of a value that JSON
 * does not have how it is written; everything else it gives back as it is.
 */
export async function serveControl(
  routes: ReadonlyMap<string, Route>,
  plain: (value: unknown) => unknown,
  port: number,
): Promise<Control> {
  const server = createServer((request, response) => void answer(routes, plain, request, response))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(
  routes: ReadonlyMap<string, Route>,
  plain: (value: unknown) => unknown,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', url = '/' } = request
  const { pathname, searchParams } = new URL(url, 'http://control')
  const route = routes.get(`${method} ${pathname}`)
  const say = (status: number, body: unknown): void => {
    const text = JSON.stringify(body ?? {}, (_key, value: unknown) => plain(value))
    response.writeHead(status, { 'content-type': 'application/json' }).end(text)
  }
  if (route === undefined) {
    say(404, { error: `there is no ${method} ${pathname}` })
    return
  }
  try {
    say(200, await route(method === 'GET' ? Object.fromEntries(searchParams) : await json(request)))
  } catch (error) {
    say(400, { error: error instanceof Error ? error.message : String(error) })
  }
}
