import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs'
import { createServer, connect, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { S3Settings } from '../../src/media/s3-store.ts'

/**
 * What becomes of connections: they pass; `busy` answers 503; `deaf` takes bytes and says nothing; a number breaks a connection off
 * after so many bytes have gone up or come down; `trickle` lets 64 KB a second come down.
 */
export type DoorMode = 'open' | 'busy' | 'deaf' | 'trickle' | { readonly up: number } | { readonly down: number }

/** An S3 server in a process of its own, with a door before it that can be troubled. */
export interface S3Server {
  /** Through the door. */
  readonly settings: S3Settings
  door: DoorMode
  /** Troubles one upload, whenever it comes, and nothing else; the door is open from then on. */
  troubleUpload(mode: 'busy' | { readonly up: number }): void
  /** How many connections came to the door. */
  readonly connections: number
  /** All objects; what is not put to its end is none. */
  objects(): readonly { readonly path: string; readonly size: number }[]
  /** Everything in the bucket becomes so much older. */
  age(ms: number): void
  /** As a power cut; `start` brings it back with what it had. */
  kill(): Promise<void>
  start(): Promise<void>
  /** The processes end, the folder goes. */
  close(): Promise<void>
}

const PROCESS = join(import.meta.dirname, 's3-server-process.js')
const KEY = 'S3RVER'

export async function startS3Server(): Promise<S3Server> {
  const folder = mkdtempSync(join(tmpdir(), 'jadegate-s3-'))
  let process = await startProcess(folder)
  const door = new Door(() => process.port)
  const url = await door.open()
  const kill = async () => {
    const ended = once(process.child, 'exit')
    process.child.kill('SIGKILL')
    if (process.child.exitCode === null && process.child.signalCode === null) await ended
  }
  return {
    settings: {
      endpoint: url,
      region: 'us-east-1',
      bucket: 'media',
      accessKey: { id: KEY, secret: KEY },
      forcePathStyle: true,
    },
    get door() {
      return door.mode
    },
    set door(mode) {
      door.set(mode)
    },
    troubleUpload: (mode) => {
      door.set(mode, true)
    },
    get connections() {
      return door.connections
    },
    objects: () => filesIn(join(folder, 'buckets')).filter(({ path }) => !path.endsWith('.md5')),
    age: (ms) => ageFiles(folder, ms),
    kill,
    start: async () => {
      process = await startProcess(folder)
    },
    close: async () => {
      door.close()
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startProcess(folder: string): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const child = fork(PROCESS, [folder], {
    // It makes the names of its pages by a cipher of old.
    execArgv: ['--openssl-legacy-provider'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [port] = (await once(child, 'message')) as [number]
  return { child, port }
}

export function filesIn(folder: string): { readonly path: string; readonly size: number }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => ({ path: join(folder, name), found: statSync(join(folder, name), { throwIfNoEntry: false }) }))
    .flatMap(({ path, found }) => (found?.isFile() === true ? [{ path, size: found.size }] : []))
}

/** Sets back when every file in the folder was changed. */
export function ageFiles(folder: string, ms: number): void {
  for (const { path } of filesIn(folder)) {
    const changedAt = new Date(statSync(path).mtimeMs - ms)
    utimesSync(path, changedAt, changedAt)
  }
}

class Door {
  mode: DoorMode = 'open'
  connections = 0
  #isForOneUpload = false
  readonly #portBehind: () => number
  readonly #sockets = new Set<Socket>()
  readonly #server = createServer((socket) => this.#enter(socket))

  constructor(portBehind: () => number) {
    this.#portBehind = portBehind
  }

  async open(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  set(mode: DoorMode, isForOneUpload = false): void {
    this.mode = mode
    this.#isForOneUpload = isForOneUpload
  }

  #troubled(): void {
    if (this.#isForOneUpload) this.set('open')
  }

  #refuses(piece: Buffer): boolean {
    return this.mode === 'busy' && (!this.#isForOneUpload || piece.subarray(0, 4).toString() === 'PUT ')
  }

  #enter(socket: Socket): void {
    this.connections += 1
    this.#track(socket)
    // What was open when trouble began is troubled too: the mode is looked at with every piece.
    const behind = this.#track(connect(this.#portBehind(), '127.0.0.1'))
    const end = () => {
      socket.destroy()
      behind.destroy()
    }
    const breakOff = () => {
      end()
      this.#troubled()
    }
    const refuse = () => {
      socket.removeAllListeners('data').resume()
      socket.end('HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
      this.#troubled()
    }
    for (const each of [socket, behind]) each.on('error', end).on('close', end)
    let [up, down] = [0, 0]
    socket.on('data', (piece) => {
      const { mode } = this
      up += piece.length
      if (mode === 'deaf') return
      if (this.#refuses(piece)) refuse()
      else if (typeof mode === 'object' && 'up' in mode && up > mode.up) breakOff()
      else if (!behind.write(piece)) {
        socket.pause()
        behind.once('drain', () => socket.resume())
      }
    })
    behind.on('data', (piece) => {
      const { mode } = this
      down += piece.length
      if (mode === 'deaf') return
      if (typeof mode === 'object' && 'down' in mode && down > mode.down) breakOff()
      else if (!socket.write(piece) || mode === 'trickle') {
        behind.pause()
        if (mode === 'trickle') setTimeout(() => behind.resume(), piece.length / 64)
        else socket.once('drain', () => behind.resume())
      }
    })
  }

  #track(socket: Socket): Socket {
    this.#sockets.add(socket)
    return socket.once('close', () => this.#sockets.delete(socket))
  }
}
