// Truth: the conventions of a command: 0 done, 1 failed, 2 asked wrongly; answers on stdout, complaints on stderr; no secret on either.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startApp } from '../src/app.ts'
import { loadConfig } from '../src/config/load.ts'
import { silentLog } from '../src/lib/log.ts'

const MAIN = fileURLToPath(new URL('../src/main.js', import.meta.url))

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jadegate-cli-'))
})
after(() => rm(folder, { recursive: true }))

function jadegate(
  args: readonly string[],
  env: Record<string, string> = {},
  nodeArgs: readonly string[] = [],
): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { PATH: process.env['PATH'], ...env }, timeout: 30_000 }
    const child = execFile(process.execPath, [...nodeArgs, MAIN, ...args], options, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr })
    })
  })
}

test('help and version are answers', async () => {
  const help = await jadegate(['--help'])
  assert.equal(help.code, 0)
  assert.match(help.stdout, /Usage: jadegate/)
  assert.match((await jadegate(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/)
})

test('an unknown command and an unknown option are usage mistakes', async () => {
  for (const args of [['nope'], ['config', '--nope']]) {
    const ended = await jadegate(args)
    assert.equal(ended.code, 2)
    assert.match(ended.stderr, /unknown/)
    assert.equal(ended.stdout, '')
  }
})

test('config prints what is in force: the environment before .env before the default; secrets masked', async () => {
  await writeFile(
    join(folder, '.env'),
    'JADEGATE_PORT=9001\nJADEGATE_HOST=0.0.0.0\nJADEGATE_PARTNER_TOKEN=very-private\n',
  )
  const ended = await jadegate(['config'], { JADEGATE_PORT: '9002' })
  await rm(join(folder, '.env'))
  assert.equal(ended.code, 0)
  assert.match(ended.stdout, /JADEGATE_PORT +9002 \(set\)/)
  assert.match(ended.stdout, /JADEGATE_HOST +0\.0\.0\.0 \(set\)/)
  assert.match(ended.stdout, /JADEGATE_DATA_DIR +\.\/data \(default\)/)
  assert.ok(!ended.stdout.includes('very-private'))
})

test('a value that can not be taken is named, with exit code 2', async () => {
  const ended = await jadegate(['config'], { JADEGATE_PORT: 'many' })
  assert.equal(ended.code, 2)
  assert.match(ended.stderr, /JADEGATE_PORT="many": allowed is a whole number/)
})

test('what nobody caught is logged as one masked line and ends the process with 1', async () => {
  const token = 'gac.0123456789abcdef'
  for (const trouble of [`throw new Error('lost ${token}')`, `void Promise.reject(new Error('lost ${token}'))`]) {
    // Once the process has set up what catches it.
    const ready = "process.listenerCount('unhandledRejection') > 0"
    const later = `data:text/javascript,const t = setInterval(() => { if (${ready}) { clearInterval(t); ${trouble} } }, 10)`
    const ended = await jadegate(['config'], {}, ['--import', later])
    assert.equal(ended.code, 1)
    const lines = ended.stderr.trimEnd().split('\n')
    assert.equal(lines.length, 1)
    assert.match(lines[0] ?? '', /lost gac\.\*\*\*/)
    assert.ok(!ended.stderr.includes(token))
  }
})

test('partner lists the accounts and shows a token only when asked; without a database it says so and makes none', async () => {
  const data = join(folder, 'partner-data')
  const none = await jadegate(['partner'], { JADEGATE_DATA_DIR: data })
  assert.equal(none.code, 0)
  assert.match(none.stdout, /No partner account yet/)
  await assert.rejects(access(join(data, 'jadegate.db')))

  const token = `gac.${'ab'.repeat(23)}`
  const loaded = loadConfig({ JADEGATE_DATA_DIR: data, JADEGATE_PORT: '0', JADEGATE_PARTNER_TOKEN: token })
  assert.ok('config' in loaded)
  await (await startApp(loaded.config, silentLog)).close()
  const listed = await jadegate(['partner'], { JADEGATE_DATA_DIR: data })
  assert.match(listed.stdout, /partner/)
  assert.ok(!listed.stdout.includes(token))
  const shown = await jadegate(['partner', '--show-tokens'], { JADEGATE_DATA_DIR: data })
  assert.ok(shown.stdout.includes(token))
})
