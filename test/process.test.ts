// Truth: the fixed outer interface: what a first start prints works, later starts show no secret, SIGTERM ends it cleanly.
import assert from 'node:assert/strict'
import type { ChildProcessByStdio } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../src/main.js', import.meta.url))

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jadegate-process-'))
})
const children: Running['child'][] = []
after(async () => {
  // A test that failed half-way leaves its process behind, and this one would wait for it.
  for (const child of children) child.kill('SIGKILL')
  await rm(folder, { recursive: true })
})

interface Running {
  readonly child: ChildProcessByStdio<null, Readable, Readable>
  /** Everything said so far, stdout and stderr. */
  readonly said: () => string
}

function start(command: string, env: Record<string, string>): Running {
  const child = spawn(process.execPath, [MAIN, command], {
    cwd: folder,
    env: { PATH: process.env['PATH'], JADEGATE_DATA_DIR: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  return { child, said: () => text }
}

/** Waits until the process has said something; fails when it ends before. */
async function hears({ child, said }: Running, pattern: RegExp): Promise<string> {
  for (;;) {
    const match = pattern.exec(said())
    if (match !== null) return match[1] ?? match[0]
    assert.equal(child.exitCode, null, `ended before it said ${String(pattern)}: ${said()}`)
    await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), once(child, 'exit')])
  }
}

async function stop({ child }: Running): Promise<number | null> {
  const exit = once(child, 'close')
  child.kill('SIGTERM')
  await exit
  return child.exitCode
}

test('the printed curl line creates an instance; a later start still knows the token but shows none', async () => {
  const first = start('serve', { JADEGATE_PORT: '0' })
  const curl = await hears(first, /curl -X POST (\S+\/partner\/createInstance\/gac\.\S+)/)
  assert.deepEqual(await create(curl), 'number')
  assert.equal(await stop(first), 0, first.said())

  const second = start('serve', { JADEGATE_PORT: '0' })
  const url = await hears(second, /curl -X POST (\S+)\/partner\//)
  await hears(second, /loopback only/)
  const token = curl.slice(curl.lastIndexOf('/') + 1)
  assert.deepEqual(await create(`${url}/partner/createInstance/${token}`), 'number')
  assert.equal(await stop(second), 0, second.said())
  assert.ok(!second.said().includes(token))
  assert.doesNotMatch(second.said(), /gac\.[0-9a-f]/)
})

test('a token that was given is not printed, and one that comes too late is said to be without effect', async () => {
  const data = { JADEGATE_DATA_DIR: join(folder, 'given'), JADEGATE_PORT: '0' }
  const first = start('serve', { ...data, JADEGATE_PARTNER_TOKEN: 'given-at-first' })
  await hears(first, /loopback only/)
  assert.equal(await stop(first), 0, first.said())
  assert.ok(!first.said().includes('given-at-first'), first.said())
  assert.doesNotMatch(first.said(), /not in force/)

  const second = start('serve', { ...data, JADEGATE_PARTNER_TOKEN: 'given-too-late' })
  await hears(second, /loopback only/)
  await hears(second, /JADEGATE_PARTNER_TOKEN is not in force/)
  assert.equal(await stop(second), 0, second.said())
})

async function create(url: string): Promise<string> {
  const response = await fetch(url, { method: 'POST', body: '{"name": "first"}' })
  const answer: unknown = await response.json()
  assert.ok(typeof answer === 'object' && answer !== null && 'idInstance' in answer, JSON.stringify(answer))
  return typeof answer.idInstance
}

test('the simulated network runs alone, and a port that is taken is one clear line', async () => {
  const network = start('simulator', { JADEGATE_SIMULATOR_PORT: '0' })
  const port = await hears(network, /JADEGATE_SIMULATOR_URL=http:\/\/127\.0\.0\.1:(\d+)/)
  const late = start('simulator', { JADEGATE_SIMULATOR_PORT: port, JADEGATE_DATA_DIR: join(folder, 'late') })
  await once(late.child, 'close')
  assert.equal(late.child.exitCode, 1)
  assert.match(late.said(), /^Can't listen .* something else listens there already; JADEGATE_PORT .*\n$/)
  assert.equal(await stop(network), 0)
})

test('a second server on the same data folder is refused and the first goes on; a killed one leaves no lock behind', async () => {
  const env = { JADEGATE_DATA_DIR: join(folder, 'held'), JADEGATE_PORT: '0' }
  const first = start('serve', env)
  const curl = await hears(first, /curl -X POST (\S+\/partner\/createInstance\/gac\.\S+)/)
  const second = start('serve', env)
  await once(second.child, 'close')
  assert.equal(second.child.exitCode, 1)
  assert.match(second.said(), /^Another server runs on the data folder .+; stop it first\.\n$/)
  assert.equal(await create(curl), 'number')
  const killed = once(first.child, 'close')
  first.child.kill('SIGKILL')
  await killed
  const third = start('serve', env)
  await hears(third, /loopback only/)
  assert.equal(await stop(third), 0, third.said())
})

test('a chosen engine that is not installed is said before anything is made: no token is lost with that start', async () => {
  const folderOfIt = join(folder, 'without-engine')
  const without = join(folder, 'without-engine.mjs')
  await writeFile(without, WITHOUT_ENGINE)
  const data = { JADEGATE_DATA_DIR: folderOfIt, JADEGATE_PORT: '0' }
  const first = start('serve', { ...data, JADEGATE_WHATSAPP: 'baileys', NODE_OPTIONS: `--import=${without}` })
  await once(first.child, 'close')
  assert.equal(first.child.exitCode, 1)
  assert.match(first.said(), /^WhatsApp needs the optional package baileys, which is not installed: npm install .*\n$/)
  assert.equal(existsSync(folderOfIt), false)
  const second = start('serve', data)
  await hears(second, /curl -X POST \S+\/partner\/createInstance\/gac\.\S+/)
  assert.equal(await stop(second), 0, second.said())
})

/** Finds everything but the engine. */
const WITHOUT_ENGINE = `
import Module from 'node:module'
const find = Module._resolveFilename
Module._resolveFilename = function (name, ...rest) {
  if (name === 'baileys') throw new Error('not found')
  return find.call(this, name, ...rest)
}
`
