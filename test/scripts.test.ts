// Truth: what the scripts promise in their first lines: exit codes and what they complain of, tried on small trees of their own.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { packageFile } from '../src/lib/package-file.ts'

interface Ended {
  readonly code: number
  readonly output: string
}

let base: string
let root: string
before(async () => {
  base = await mkdtemp(join(tmpdir(), 'jadegate-scripts-'))
})
after(() => rm(base, { recursive: true }))
beforeEach(async () => {
  root = await mkdtemp(join(base, 'tree-'))
  await mkdir(join(root, 'scripts'))
})

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
}

function run(command: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    // Only PATH: this process is itself a test, and its runner's variables would change the inner one.
    const options = { cwd: root, env: { PATH: process.env['PATH'], ...env }, timeout: 60_000 }
    const child = execFile(command, [...args], options, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, output: stdout + stderr })
    })
  })
}

async function script(name: string, args: readonly string[] = [], env: Record<string, string> = {}): Promise<Ended> {
  await cp(packageFile(`scripts/${name}`), join(root, 'scripts', name))
  return await run(process.execPath, [join('scripts', name), ...args], env)
}

describe('test.mjs', () => {
  const suite = (body: string): string => `const { test } = require('node:test')\ntest('one', () => {})\n${body}`

  test('passes when all tests pass, and runs only those that are named', async () => {
    await write('dist/src/a.test.js', suite(''))
    await write('dist/src/b.test.js', suite("test('bad', () => { throw new Error('broken') })"))
    const named = await script('test.mjs', ['src/a.test.ts'])
    assert.equal(named.code, 0, named.output)
    assert.match(named.output, /1 files\ntests: 1 passed, 0 failed, 0 skipped\nOK\n$/)
    const all = await script('test.mjs')
    assert.equal(all.code, 1)
    assert.match(all.output, /failed in: dist\/src\/b\.test\.js\nFAILED/)
  })

  test('fails when there is nothing to run, and when a file dies before its tests', async () => {
    assert.equal((await script('test.mjs')).code, 1)
    await write('dist/a.test.js', suite(''))
    await write('dist/b.test.js', 'process.exit(3)')
    const ended = await script('test.mjs')
    assert.equal(ended.code, 1, ended.output)
    assert.match(ended.output, /failed in: dist\/b\.test\.js/)
  })

  test('files of one process have hooks of their own, and those behind one that dies are not forgotten', async () => {
    const hooked = "const { before } = require('node:test')\nlet ready = 0\nbefore(() => { ready += 1 })\n"
    const body = `${hooked}${suite("test('once', () => { if (ready !== 1) throw new Error(String(ready)) })")}`
    const files = Array.from({ length: 40 }, (_, at) => `dist/test/${String(at).padStart(2, '0')}.test.js`)
    for (const file of files) await write(file, body)
    const fine = await script('test.mjs')
    assert.match(fine.output, /40 files\ntests: 80 passed, 0 failed, 0 skipped\nOK\n$/)
    await write('dist/test/00.test.js', "require('node:test').test('dies', () => process.exit(3))")
    const dead = await script('test.mjs')
    assert.equal(dead.code, 1, dead.output)
    assert.match(dead.output, /tests: 78 passed, 1 failed, 0 skipped\nfailed in: dist\/test\/00\.test\.js\nFAILED/)
  })

  test('what fails once and passes by itself is told, and what fails again is a failure', async () => {
    const once = "const { existsSync, writeFileSync } = require('node:fs')\nconst mark = `${__filename}.mark`\n"
    const failsOnce = "if (!existsSync(mark)) { writeFileSync(mark, ''); throw new Error('busy') }"
    await write('dist/a.test.js', suite(`${once}test('two', () => { ${failsOnce} })`))
    const steadied = await script('test.mjs')
    assert.equal(steadied.code, 0, steadied.output)
    assert.match(steadied.output, /UNSTEADY, failed once and passed by itself: dist\/a\.test\.js\nOK\n$/)
    await write('dist/b.test.js', suite("test('bad', () => { throw new Error('broken') })"))
    const broken = await script('test.mjs')
    assert.equal(broken.code, 1, broken.output)
    assert.match(broken.output, /1 failed, 0 skipped\nfailed in: dist\/b\.test\.js\nFAILED\n$/)
  })

  test('says what was skipped and why; in CI that is a failure', async () => {
    await write('dist/a.test.js', suite("test('two', { skip: 'no browser here' }, () => {})\ntest.todo('three')"))
    const here = await script('test.mjs')
    assert.equal(here.code, 0, here.output)
    assert.match(here.output, /SKIPPED:\n {2}a\.test\.js: two \(no browser here\)\n {2}a\.test\.js: three \(to do\)/)
    assert.equal((await script('test.mjs', [], { CI: 'true' })).code, 1)
  })
})

describe('check-files.mjs', () => {
  const texts: readonly (readonly [string, string, boolean])[] = [
    ['a home folder', `see ${['', 'home', 'ann', 'notes.txt'].join('/')}`, false],
    ['the folder of a superuser', `"${['', 'root', '.npmrc'].join('/')}"`, false],
    ['a locked address', ['"resol', 'ved": "https://packages.example/x.tgz"'].join(''), false],
    ['the public registry', ['https://registry', 'npmjs', 'org'].join('.'), false],
    ['a private key', ['-----BEGIN RSA PRIVATE', 'KEY-----'].join(' '), false],
    ['paths of the API and of the package', 'GET /partner/getInstances/{token}, src/main.ts, ./work/x', true],
  ]
  for (const [what, text, fine] of texts) {
    test(`${what} is ${fine ? 'left alone' : 'refused'}`, async () => {
      await run('git', ['init', '--quiet'])
      await write('notes.txt', `first\n${text}\n`)
      const ended = await script('check-files.mjs')
      assert.equal(ended.code, fine ? 0 : 1, ended.output)
      if (!fine) assert.match(ended.output, /^notes\.txt:2: /)
    })
  }
})
