import type { Server } from 'node:http'
import { WebSocketServer } from 'ws'
import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Random } from '../lib/random.ts'
import { Connection } from './connection.ts'
import { createHttpServer, isAllowed } from './http-server.ts'
import { buildNetwork, type NetworkParts } from './network-parts.ts'
import { FRAME_LIMIT_BYTES } from './protocol.ts'

export interface NetworkOptions {
  /** Path of the network's own SQLite file; made when it is not there. */
  readonly file: string
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Whoever presents it as a bearer token may come from anywhere. */
  readonly token?: string
}

export interface Network {
  /** `http://host:port`, also the base of the drivers' `/link`. */
  readonly url: string
  close(): Promise<void>
}

const HOUSEKEEPING_MS = 60_000
/** Unless there was more to forget than one round takes: the next round goes on then. */
const JOURNAL_HOUSEKEEPING_MS = 600_000
const KEPT_MS = 30 * 86_400_000
const SWEEP_ROWS = 5_000
/** Looking at every file takes longer. */
const FILES_HOUSEKEEPING_MS = 3_600_000

/** Starts the simulated messengers' network; rejects when the port or the file can't be had. */
export async function startNetwork(options: NetworkOptions): Promise<Network> {
  const { clock, random, log, token } = options
  const parts = buildNetwork(options.file, clock, random, log)
  const server = createHttpServer(parts, token)
  const sockets = acceptLinks(server, parts, token)
  try {
    await listen(server, options.port, options.host)
  } catch (error) {
    parts.file.close()
    throw error
  }
  parts.exchange.deliverAllWaiting()
  parts.calls.resume()
  const housekeeping = keepHouse(parts, log)
  return {
    url: urlOf(server, options.host),
    close: async () => {
      housekeeping.cancel()
      parts.exchange.stop()
      parts.calls.stop()
      parts.pairings.closeAll()
      await parts.file.settled().catch(() => undefined)
      for (const connection of [...parts.connections]) connection.cut()
      sockets.close()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
      parts.file.close()
    },
  }
}

function acceptLinks(server: Server, parts: NetworkParts, token: string | undefined): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: FRAME_LIMIT_BYTES })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => undefined)
    const allowed = isAllowed(request, token)
    if (!allowed || request.url !== '/link') {
      socket.end(
        `HTTP/1.1 ${allowed ? '404 Not Found' : '403 Forbidden'}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
        () => socket.destroy(),
      )
      return
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = new Connection(webSocket, parts)
      parts.connections.add(connection)
      webSocket.on('close', () => parts.connections.delete(connection))
    })
  })
  return sockets
}

/** One timer for the whole network. */
function keepHouse(parts: NetworkParts, log: Log): Timer {
  let timer: Timer
  let journalAt = 0
  let filesAt = 0
  const run = () => {
    const now = parts.clock.now()
    try {
      parts.devices.dropUnconfirmed()
      if (now - journalAt >= JOURNAL_HOUSEKEEPING_MS) {
        const hasMore = parts.journal.sweep(now - KEPT_MS, SWEEP_ROWS)
        if (!hasMore) journalAt = now
      }
      if (now - filesAt >= FILES_HOUSEKEEPING_MS) {
        filesAt = now
        for (const sha256 of [...parts.accounts.pictures(), ...parts.groups.pictures()]) parts.files.touch(sha256)
        parts.files.sweep(now - KEPT_MS).catch((error: unknown) => {
          log.error({ error }, 'the simulated network could not tidy up its files')
        })
      }
    } catch (error) {
      // A full disk, say: the next round tries again, and the gateway that embeds this network lives on.
      log.error({ error }, 'the simulated network could not tidy up')
    }
    timer = parts.clock.after(HOUSEKEEPING_MS, run)
  }
  timer = parts.clock.after(HOUSEKEEPING_MS, run)
  return { cancel: () => timer.cancel() }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function urlOf(server: Server, host: string): string {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${String(port)}`
}
