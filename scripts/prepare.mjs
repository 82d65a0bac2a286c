// Makes a clone ready to run: right Node, packages as locked, compiled output and the console's pages as their sources. What is in
// order is left alone and not talked about. Called before start, test, demo and bench. Node's own modules only: it runs before anything
// is installed.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PACKAGES = ['package.json', 'package-lock.json']
/** What is built, of what; a stamp beside the output says which sources it was made of. */
const SERVER = {
  folders: ['src', 'test', 'bench'],
  files: ['tsconfig.json', 'scripts/one-file-packages.mjs', ...PACKAGES],
  output: 'dist',
}
const CONSOLE = {
  folders: ['console/src', 'console/public', 'src/browser'],
  files: ['console/index.html', 'console/vite.config.ts', 'console/compress.mjs', 'console/package.json', ...PACKAGES],
  output: 'console/dist',
}

const COMPILER_HINT =
  'better-sqlite3 found no ready-made binary for this machine and could not be compiled: that needs a C++ compiler, make and Python 3 ' +
  '(Debian, Ubuntu: apt-get install g++ make python3; macOS: xcode-select --install).'

class Trouble extends Error {}

try {
  checkNode()
  const needed = [
    { part: SERVER, build: compile },
    { part: CONSOLE, build: bundle },
  ].filter(({ part }) => buildNeeded(part))
  if (!packagesInOrder(needed.length > 0)) await install()
  // Beside each other: none keeps two cores busy.
  const builds = [ensureDatabaseBinding(), ...needed.map(({ part, build }) => build(part))]
  const outcomes = await Promise.allSettled(builds)
  const failed = outcomes.find(({ status }) => status === 'rejected')
  if (failed !== undefined) throw failed.reason
} catch (error) {
  if (!(error instanceof Trouble)) throw error
  console.error(`\n${error.message}`)
  process.exitCode = 1
}

function checkNode() {
  const { engines } = readJson('package.json')
  const [wanted, have] = [engines.node.replace('>=', ''), process.versions.node].map((text) =>
    text.split('.').map(Number),
  )
  const difference = have[0] - wanted[0] || have[1] - wanted[1]
  if (difference < 0) {
    throw new Trouble(
      `Jadegate needs Node ${engines.node}; this is ${process.versions.node}. Get it at https://nodejs.org.`,
    )
  }
}

/**
 * True when node_modules holds what the lock names. npm keeps a copy of the lock of what it installed; versions and hashes are
 * compared instead of times, which a checkout or a copy changes. What is optional may be missing (other platforms), and what only
 * development needs as long as there is nothing to compile.
 */
function packagesInOrder(needDevelopment) {
  const installed = readJson('node_modules/.package-lock.json')?.packages
  if (installed === undefined) return false
  return Object.entries(readJson('package-lock.json').packages).every(([path, locked]) => {
    const own = installed[path]
    if (path === '' || locked.optional || locked.devOptional || (locked.dev && !needDevelopment && own === undefined))
      return true
    return own !== undefined && own.version === locked.version && own.integrity === locked.integrity
  })
}

async function install() {
  console.error('Installing packages (npm ci); the first time this takes a minute.')
  // --include=dev: NODE_ENV=production must not leave out the compiler that the next step needs. Without scripts: the one that
  // counts, better-sqlite3's, runs beside the builds.
  const args = ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  if ((await runNpm(args)) !== 0) throw new Trouble('Installing the packages failed, see above.')
}

/** After an install without scripts; and another Node than the one that npm ran with needs another binary. */
async function ensureDatabaseBinding() {
  if (databaseOpens()) return
  console.error(`Getting or compiling better-sqlite3 for Node ${process.versions.node}: a minute where it is compiled.`)
  const status = await runNpm(['rebuild', 'better-sqlite3', '--ignore-scripts=false', '--loglevel=error'])
  if (status !== 0 || !databaseOpens()) throw new Trouble(COMPILER_HINT)
}

/** Tried in a process of its own: a binary that failed to load once can't be loaded again in the same one. */
function databaseOpens() {
  const code = "new (require('better-sqlite3'))(':memory:').close()"
  return spawnSync(process.execPath, ['-e', code], { cwd: ROOT, stdio: 'ignore' }).status === 0
}

function buildNeeded(part) {
  return !existsSync(stampOf(part)) || readFileSync(stampOf(part), 'utf8') !== fingerprint(part)
}

function stampOf(part) {
  return join(ROOT, part.output, '.sources')
}

async function compile(part) {
  console.error('Compiling (tsc).')
  // Without a stamp the output may be incomplete though the compiler's own notes say otherwise: start over.
  if (!existsSync(stampOf(part))) rmSync(join(ROOT, part.output), { recursive: true, force: true })
  const before = fingerprint(part)
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  if ((await runNode([compiler, '-p', 'tsconfig.json'], ROOT)) !== 0) throw new Trouble('Compiling failed, see above.')
  removeOrphans()
  if ((await runNode([join(ROOT, 'scripts/one-file-packages.mjs')], ROOT)) !== 0)
    throw new Trouble('Gathering packages failed, see above.')
  chmodSync(join(ROOT, 'dist/src/main.js'), 0o755)
  putStamp(part, before)
}

/** Vite empties its folder first, so that nothing of a page that is gone stays, nor an old stamp beside half a build. */
async function bundle(part) {
  console.error("Building the console's pages (vite).")
  const before = fingerprint(part)
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js')
  const folder = join(ROOT, 'console')
  const steps = [[vite, 'build', '--logLevel', 'warn'], ['compress.mjs']]
  for (const step of steps) {
    if ((await runNode(step, folder)) !== 0) throw new Trouble("Building the console's pages failed, see above.")
  }
  putStamp(part, before)
}

function putStamp(part, text) {
  mkdirSync(join(ROOT, part.output), { recursive: true })
  writeFileSync(stampOf(part), text)
}

/** All that it says goes to stderr: stdout belongs to what was called after this. */
function runNode(args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 2, 2] })
    child.once('error', reject)
    child.once('close', resolve)
  })
}

/** Output whose source is gone would still be found by the test runner. */
function removeOrphans() {
  for (const file of filesUnder(SERVER.folders.map((folder) => join('dist', folder)))) {
    const source = file.replace(/^dist./, '').replace(/\.js(\.map)?$/, '.ts')
    if (!existsSync(join(ROOT, source))) rmSync(join(ROOT, file))
  }
}

/** Changes when a source, the settings of its compiler or a package's version does, and when a file comes or goes. */
function fingerprint({ folders, files }) {
  const hash = createHash('sha256')
  for (const file of [...filesUnder(folders), ...files]) {
    const { size, mtimeMs } = statSync(join(ROOT, file))
    hash.update(`${file}\0${size}\0${mtimeMs}\n`)
  }
  return hash.digest('hex')
}

function filesUnder(folders) {
  return folders
    .filter((folder) => existsSync(join(ROOT, folder)))
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(ROOT.length)),
    )
    .sort()
}

/** Runs the npm that called us, or the one on the PATH; what it says is told only where it fails. */
function runNpm(args) {
  const npm = process.env.npm_execpath ?? ''
  const ours = basename(npm).startsWith('npm')
  const options = { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] }
  const child = ours
    ? spawn(process.execPath, [npm, ...args], options)
    : spawn('npm', args, { ...options, shell: process.platform === 'win32' })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Trouble(`npm could not be started: ${error.message}`)))
    child.once('close', (status) => {
      if (status !== 0) process.stderr.write(output)
      resolve(status)
    })
  })
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(join(ROOT, path), 'utf8'))
  } catch {
    return undefined
  }
}
