import { execFile, spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Writable } from 'node:stream'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { freePort } from './free-port.ts'

const PROGRAMS = '/usr/lib/postgresql'
const START_MS = 30_000
const run = promisify(execFile)

/** A PostgreSQL of a test's own, as durable as any. */
export interface TestPostgres {
  readonly port: number
  /** All of it; the first is what the others are children of. */
  processes(): readonly number[]
  /** Makes an empty one. */
  newDatabase(): Promise<string>
  /** Makes one of what `pg_dump` says of another. */
  restored(url: string): Promise<string>
  /** SIGKILL to every process of it. */
  kill(): Promise<void>
  /** As an administrator stops it who can't wait. */
  halt(): Promise<void>
  /** Starts it again, at the same address. */
  restart(): Promise<void>
  /** Every process of it stands still. */
  pause(): void
  resume(): void
  /** Ends it and removes everything. */
  stop(): Promise<void>
}

/** Why there is no PostgreSQL on this machine, for `skip`; false where there is one. Under CI that is a failure. */
export function noPostgres(): string | false {
  if (binaries() !== undefined) return false
  const why = `no initdb in ${PROGRAMS}/*/bin: PostgreSQL is not installed (Debian: apt-get install postgresql)`
  if (process.env['CI'] !== undefined) throw new Error(why)
  process.stderr.write(`${why}\n`)
  return why
}

/**
 * It ends with the process at the latest. Not durable: nothing is forced to the disk, for tests that are about anything but the machine's
 * failure and make many databases.
 */
export async function startPostgres({
  isDurable = true,
  settings = [],
}: {
  readonly isDurable?: boolean
  /** In the place of those that keep it small, or beside them: `name=value`. */
  readonly settings?: readonly string[]
} = {}): Promise<TestPostgres> {
  const bin = binaries()
  if (bin === undefined) throw new Error(String(noPostgres()))
  const folder = mkdtempSync(join(tmpdir(), 'jadegate-pg-'))
  const owner = await ownerOf(folder)
  const all = [...SETTINGS, `fsync=${isDurable ? 'on' : 'off'}`, ...settings]
  const server = new Server(join(bin, 'postgres'), folder, await freePort(), owner, all)
  const undertaker = watchOver(folder)
  const options = ['-D', server.data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--no-locale', '--no-sync']
  await run(join(bin, 'initdb'), options, { ...owner, cwd: folder })
  await server.start()
  let databases = 0
  const newDatabase = async () => {
    const name = `test_${++databases}`
    await ask(server.port, `create database ${name}`)
    return urlOf(server.port, name)
  }
  return {
    port: server.port,
    processes: () => server.processes(),
    newDatabase,
    async restored(url) {
      const file = join(folder, 'dump')
      const fresh = await newDatabase()
      await run(join(bin, 'pg_dump'), ['--format=custom', `--file=${file}`, url])
      await run(join(bin, 'pg_restore'), ['--exit-on-error', '--no-owner', `--dbname=${fresh}`, file])
      return fresh
    },
    kill: () => server.end('SIGKILL'),
    halt: () => server.end('SIGINT'),
    restart: () => server.start(),
    pause: () => server.signal('SIGSTOP'),
    resume: () => server.signal('SIGCONT'),
    async stop() {
      server.signal('SIGCONT')
      await server.end('SIGKILL')
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
      undertaker.stdin.end()
    },
  }
}

/** Small, so that a machine that tests has room for several. */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'max_connections=200',
  'shared_buffers=64MB',
  'max_wal_size=512MB',
  'recovery_init_sync_method=syncfs',
]

type Owner = { readonly uid: number; readonly gid: number } | undefined

class Server {
  readonly data: string
  readonly port: number
  readonly #program: string
  readonly #folder: string
  readonly #owner: Owner
  readonly #settings: readonly string[]
  #child: ChildProcess | undefined

  constructor(program: string, folder: string, port: number, owner: Owner, settings: readonly string[]) {
    this.#settings = settings.flatMap((setting) => ['-c', setting])
    this.data = join(folder, 'data')
    this.port = port
    this.#program = program
    this.#folder = folder
    this.#owner = owner
  }

  async start(): Promise<void> {
    // What a killed one has left: its number may be that of another process by now.
    rmSync(join(this.data, 'postmaster.pid'), { force: true })
    const args = ['-D', this.data, '-p', String(this.port), '-k', this.#folder, ...this.#settings]
    const child = spawn(this.#program, args, { stdio: 'ignore', cwd: this.#folder, ...this.#owner })
    this.#child = child
    // Whoever forgets it may end all the same, and it with him.
    child.unref()
    for (const until = Date.now() + START_MS; ;) {
      try {
        await ask(this.port, 'select 1')
        return
      } catch (cause) {
        if (hasEnded(child) || Date.now() > until) throw new Error('PostgreSQL does not start', { cause })
        await delay(25)
      }
    }
  }

  async end(signal: 'SIGKILL' | 'SIGINT'): Promise<void> {
    const child = this.#child
    if (child === undefined || hasEnded(child)) return
    child.ref()
    const all = this.processes()
    const exited = once(child, 'exit')
    if (signal === 'SIGKILL') this.signal(signal)
    else child.kill(signal)
    await exited
    // A new one starts only when the last process has let go of the memory that they share.
    while (all.some(isAlive)) await delay(5)
  }

  /** To the postmaster first, so that it begins no others, and then to all that it has begun. */
  signal(signal: NodeJS.Signals): void {
    for (const id of this.processes()) {
      try {
        process.kill(id, signal)
      } catch {
        // It has ended meanwhile.
      }
    }
  }

  processes(): readonly number[] {
    const id = this.#child?.pid
    if (this.#child === undefined || id === undefined || hasEnded(this.#child)) return []
    return [id, ...childrenOf(id)]
  }
}

/** Removes what is left once this process has ended, in whatever way: then the pipe between them closes. */
function watchOver(folder: string): ChildProcessByStdio<Writable, null, null> {
  const script = `cat >/dev/null
    [ -f "$1/data/postmaster.pid" ] && kill -QUIT "$(head -n 1 "$1/data/postmaster.pid")" && sleep 1
    rm -rf "$1"`
  // In a group of its own, so that what ends this process does not end it too.
  const undertaker = spawn('sh', ['-c', script, 'sh', folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  undertaker.unref()
  if (undertaker.stdin instanceof Socket) undertaker.stdin.unref()
  return undertaker
}

/** One that has ended stays in the list of processes until somebody asks how. */
function isAlive(id: number): boolean {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z'
  } catch {
    return false
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

function childrenOf(id: number): readonly number[] {
  try {
    return readFileSync(`/proc/${id}/task/${id}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** The folder of the newest version's programs. */
function binaries(): string | undefined {
  if (!existsSync(PROGRAMS)) return undefined
  const versions = readdirSync(PROGRAMS).toSorted((a, b) => Number(b) - Number(a))
  return versions.map((version) => join(PROGRAMS, version, 'bin')).find((folder) => existsSync(join(folder, 'initdb')))
}

/** PostgreSQL refuses to run as root: then it runs as the user that its package has made. */
async function ownerOf(folder: string): Promise<Owner> {
  if (process.getuid?.() !== 0) return undefined
  const [uid = 0, gid = 0] = await Promise.all(
    ['-u', '-g'].map(async (option) => Number((await run('id', [option, 'postgres'])).stdout)),
  )
  chownSync(folder, uid, gid)
  return { uid, gid }
}

function urlOf(port: number, database: string): string {
  return `postgres://postgres@127.0.0.1:${port}/${database}`
}

async function ask(port: number, sql: string): Promise<void> {
  const client = new Client({ connectionString: urlOf(port, 'postgres'), connectionTimeoutMillis: 2000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query(sql)
  } finally {
    await client.end().catch(() => undefined)
  }
}
