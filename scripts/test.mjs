// Runs the compiled tests: all of them, or those whose path contains one of the words on the command line
// (`npm test` runs all; `node scripts/test.mjs queue/schedule` one). With CI set a skipped test is a failure.
// `--check` runs `npm run check` beside them: it needs one core for a while, and most of the tests wait for something.
import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { join, relative } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** Processes at a time: the tests start servers, small machines have two cores, and much of a test is waiting. */
const CONCURRENCY = 4
/** For one file with everything in it; Node 20 can't limit single tests from outside. */
const FILE_TIMEOUT_MS = 20 * 60_000
/** What takes longest begins first, so that the run does not end with one of them alone. */
const LONGEST = [
  'durability/kill',
  'cluster/faults',
  'storage/sqlite.test',
  'whatsapp/kill',
  'durability/billing-kill',
  'drivers/whatsapp/driver.test',
  'console/',
  'command-line',
  'durability/stop',
  'media/s3',
  'storage/postgres.test',
]
/** To start a process and load the server in it takes longer than most suites: those that need none of their own share a few. */
const SHARES = 18
const ALONE = /^dist\/test\/(?:cluster|console|durability|max|whatsapp)\//
const SHARES_FOLDER = 'dist/.shares'
/** Of each file by itself; the closing lines are ours. */
const COUNTS = /^ℹ (?:tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+\n/gm
/** Where so few files failed they run once more, by themselves: a busy machine's clock is no fault of the code. It is told, and is to be mended. */
const MOST_AGAIN = 3

const options = process.argv.slice(2)
const isChecking = options.includes('--check')
const words = options.filter((word) => !word.startsWith('--')).map((word) => word.replace(/\.[jt]s$/, ''))
const files = testFiles().filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
if (files.length === 0) {
  console.error(words.length === 0 ? 'No test was found in dist: is it built?' : `No test matches ${words.join(', ')}.`)
  process.exit(1)
}

const strict = ['1', 'true'].includes(process.env.CI ?? '')
/** How many tests of each file. */
const passed = new Map()
const skipped = []
/** The files in each share, and those that were not run as one before them died. */
const parts = new Map()
const unrun = []
let ended = false
let checked = !isChecking
/** The files in which something failed at last, and those that failed once beside others and not by themselves. */
let failed = []
let unsteady = []

process.on('exit', conclude)
const check = isChecking ? startCheck() : undefined
const processes = words.length === 0 ? shared(files) : files
failed = await runAll(
  processes.sort((one, other) => rankOf(one) - rankOf(other)),
  CONCURRENCY,
)
failed.push(...(await runAll(unrun, CONCURRENCY)))
await check
if ((strict || words.length === 0) && failed.length > 0 && failed.length <= MOST_AGAIN) {
  console.log(`\n=== once more, one at a time: ${failed.join(', ')}\n`)
  const again = failed
  failed = await runAll(again, 1)
  unsteady = again.filter((file) => !failed.includes(file))
}
ended = true

/** So many processes at a time; resolves with the files in which something failed. */
async function runAll(paths, concurrency) {
  const failures = []
  const waiting = paths.values()
  const work = async () => {
    for (const path of waiting) failures.push(...(await runFile(path)))
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  return failures.sort()
}

/** What a file says comes in one piece. Resolves with the files in which something failed: it may be a share of many. */
async function runFile(path) {
  const unheard = new Set(parts.get(path))
  const failures = []
  let fell = false
  let count = 0
  const events = run({ files: [join(ROOT, path)], timeout: FILE_TIMEOUT_MS })
  const heard = (test) => {
    if (!unheard.delete(test.name)) return false
    passed.set(test.name, count)
    count = 0
    return true
  }
  events.on('test:pass', (test) => {
    if (reasonOf(test) !== null) skipped.push(`${shown(path, test)}: ${test.name} (${reasonOf(test)})`)
    else if (test.details?.type !== 'suite') count += 1
    heard(test)
  })
  events.on('test:fail', (test) => {
    fell = true
    if (heard(test)) failures.push(test.name)
  })
  let output = ''
  for await (const text of events.compose(spec)) output += text
  console.log(output.replace(COUNTS, ''))
  if (count > 0) passed.set(path, count)
  unrun.push(...unheard)
  return fell && unheard.size + failures.length === 0 ? [path] : failures
}

function conclude() {
  const count = [...passed.values()].reduce((sum, each) => sum + each, 0)
  const lines = [`${files.length} files`, `tests: ${count} passed, ${failed.length} failed, ${skipped.length} skipped`]
  if (failed.length > 0) lines.push(`failed in: ${failed.join(', ')}`)
  if (unsteady.length > 0) lines.push(`UNSTEADY, failed once and passed by itself: ${unsteady.join(', ')}`)
  if (skipped.length > 0)
    lines.push(strict ? 'SKIPPED, which fails here:' : 'SKIPPED:', ...skipped.map((line) => `  ${line}`))
  if (!checked) lines.push('npm run check failed, see above')
  const fine = ended && checked && failed.length === 0 && count > 0 && !(strict && skipped.length > 0)
  console.log(`\n${lines.join('\n')}\n${fine ? 'OK' : 'FAILED'}`)
  process.exitCode = fine ? 0 : 1
}

/** What it says comes in one piece, not between the lines of the tests. */
function startCheck() {
  const child = spawn('npm', ['run', 'check'], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  // The tests go before: some of them look at the clock.
  if (child.pid !== undefined) setPriority(child.pid, 10)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  return new Promise((resolve) => {
    child.on('error', (error) => (output += String(error)))
    child.on('close', (status) => {
      checked = status === 0
      console.log(`\n=== npm run check\n${output}${checked ? 'in order' : 'FAILED'}\n`)
      resolve()
    })
  })
}

/** The files to run, with those of many small ones in the place of these. Each is a suite of its own there, so its hooks are its own too. */
function shared(all) {
  const small = all.filter((file) => !ALONE.test(file) && rankOf(file) === LONGEST.length)
  rmSync(join(ROOT, SHARES_FOLDER), { recursive: true, force: true })
  mkdirSync(join(ROOT, SHARES_FOLDER), { recursive: true })
  const shares = Array.from({ length: Math.min(SHARES, small.length) }, (_, share) => {
    const own = small.filter((_file, at) => at % SHARES === share)
    const suites = own.map((file) => `describe('${file}', async () => void (await import('../../${file}')))\n`)
    const path = join(SHARES_FOLDER, `${share}.test.js`)
    parts.set(path, own)
    writeFileSync(join(ROOT, path), `import { describe } from 'node:test'\n${suites.join('')}`)
    return path
  })
  return [...all.filter((file) => !small.includes(file)), ...shares]
}

function rankOf(file) {
  const rank = LONGEST.findIndex((long) => file.includes(long))
  return rank < 0 ? LONGEST.length : rank
}

/** Why a test was not run or does not count; null for one that does. */
function reasonOf({ skip, todo }) {
  if (skip !== undefined && skip !== false) return typeof skip === 'string' && skip !== '' ? skip : 'no reason given'
  if (todo !== undefined && todo !== false) return 'to do'
  return null
}

/** Of a test in a share: the file that it stands in. */
function shown(path, { file }) {
  return relative(join(ROOT, 'dist'), file ?? join(ROOT, path))
}

function testFiles() {
  try {
    return readdirSync(join(ROOT, 'dist'), { recursive: true })
      .filter((path) => path.endsWith('.test.js') && !path.startsWith('.'))
      .map((path) => join('dist', path))
      .sort()
  } catch {
    return []
  }
}
