import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { controlRoutes, type Route } from './control-routes.ts'
import type { FakeMax } from './server.ts'

export interface Control {
  readonly port: number
  close(): Promise<void>
}

/** Serves the control API of a fake MAX on this machine alone: JSON in, JSON out; what can't be done is a 400 with `error`. */
export async function startControl(fake: FakeMax, port = 0): Promise<Control> {
  const routes = controlRoutes(fake)
  const server = createServer((request, response) => void answer(routes, request, response))
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

async function answer(routes: ReadonlyMap<string, Route>, request: IncomingMessage, response: ServerResponse) {
  const { method = 'GET', url = '/' } = request
  const { pathname, searchParams } = new URL(url, 'http://control')
  const route = routes.get(`${method} ${pathname}`)
  const say = (status: number, body: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}, inJson))
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

/** Ids as texts. */
function inJson(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
