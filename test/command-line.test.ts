// Truth: the conventions of a command: 0 done, 1 failed, 2 asked wrongly; answers on stdout, complaints on stderr; no secret on either.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
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

test('the tokens of a first start that could not listen are found afterwards', async () => {
  const data = join(folder, 'unheard-data')
  const blocker = createServer().listen(0, '127.0.0.1')
  await once(blocker, 'listening')
  const address = blocker.address()
  assert.ok(typeof address === 'object' && address !== null)
  const ended = await jadegate(['serve'], { JADEGATE_DATA_DIR: data, JADEGATE_PORT: String(address.port) })
  blocker.close()
  assert.equal(ended.code, 1)
  assert.match(ended.stderr, /something else listens there already; JADEGATE_PORT/)
  const shown = await jadegate(['partner', '--show-tokens'], { JADEGATE_DATA_DIR: data })
  assert.match(shown.stdout, /^\w+ {2}partner .* gac\.[0-9a-f]{46}\noperator {2}op\.[0-9a-f]{48}\n$/)
})

test('the commands of the business are answered by a running server; without one they say so in one line', async () => {
  const env = {
    JADEGATE_DATA_DIR: join(folder, 'no-data'),
    JADEGATE_OPERATOR_TOKEN: 'op.very-private',
    JADEGATE_PORT: '9',
  }
  const alone = await jadegate(['account', 'list'], env)
  assert.equal(alone.code, 1)
  assert.match(alone.stderr, /^No server answers at http:\/\/127\.0\.0\.1:9 \(.+\)\. .*--url\.\n$/)
  assert.equal(alone.stdout, '')
  assert.ok(!alone.stderr.includes('very-private'))
  for (const args of [['account'], ['balance', 'top-up', 'x', '5'], ['token', 'rotate', 'a', 'b', '--overlap', '-1']]) {
    const ended = await jadegate(args, env)
    assert.equal(ended.code, 2, args.join(' '))
    assert.equal(ended.stdout, '')
  }

  const loaded = loadConfig({ JADEGATE_DATA_DIR: join(folder, 'with-server'), JADEGATE_PORT: '0' })
  assert.ok('config' in loaded)
  const app = await startApp(loaded.config, silentLog)
  // The server has made a token of its own, which is in the folder.
  const answered = await jadegate(['account', 'list', '--url', app.url], { JADEGATE_DATA_DIR: loaded.config.dataDir })
  await app.close()
  assert.deepEqual([answered.code, answered.stderr], [0, ''])
  assert.match(answered.stdout, /^ID .*\n[0-9a-f]{24} +partner +active/)
})

/** A data folder as a first start leaves it. */
async function dataOfServer(name: string): Promise<string> {
  const data = join(folder, name)
  const loaded = loadConfig({ JADEGATE_DATA_DIR: data, JADEGATE_PORT: '0' })
  assert.ok('config' in loaded)
  await (await startApp(loaded.config, silentLog)).close()
  return data
}

test('trouble that the operator can mend is one line and no stack', async () => {
  const data = await dataOfServer('troubled-data')
  const file = join(folder, 'a-file')
  await writeFile(file, '')
  const broken = await dataOfServer('broken-data')
  await writeFile(join(broken, 'jadegate.db'), 'x'.repeat(5000))
  const keyless = await dataOfServer('badkey-data')
  await writeFile(join(keyless, 'sealing.key'), 'hello')
  const rows: readonly (readonly [Record<string, string>, RegExp])[] = [
    [{ JADEGATE_DATA_DIR: data, JADEGATE_SEALING_KEY: 'ab'.repeat(32) }, /sealed with another key/],
    [{ JADEGATE_DATA_DIR: file }, /Can't use the data folder/],
    [{ JADEGATE_DATA_DIR: broken }, /Can't use the database .*not a database/],
    [{ JADEGATE_DATA_DIR: keyless }, /sealing\.key holds no key/],
    [{ JADEGATE_DATA_DIR: data, JADEGATE_HOST: 'no.such.host.invalid' }, /Can't listen .*no address/],
  ]
  for (const [env, expected] of rows) {
    const ended = await jadegate(['serve'], { JADEGATE_PORT: '0', JADEGATE_LOG_LEVEL: 'warn', ...env })
    assert.equal(ended.code, 1, ended.stderr)
    assert.match(ended.stderr, expected)
    assert.equal(ended.stderr.trimEnd().split('\n').length, 1, ended.stderr)
    assert.equal(ended.stdout, '')
  }
})

test('a lost key file is not replaced by a new one beside the database that the old one sealed', async () => {
  const data = await dataOfServer('keyless-data')
  await rm(join(data, 'sealing.key'))
  for (const command of ['serve', 'partner']) {
    const ended = await jadegate([command], { JADEGATE_DATA_DIR: data, JADEGATE_PORT: '0' })
    assert.equal(ended.code, 1)
    assert.match(ended.stderr, /^\S+sealing\.key is missing, .*\n$/)
    await assert.rejects(access(join(data, 'sealing.key')))
  }
})
