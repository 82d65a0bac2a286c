// Runs the compiled tests: all of them, or those whose path contains one of the words on the command line
// (`npm test` runs all; `node scripts/test.mjs queue/schedule` one). With CI set a skipped test is a failure.
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** Files at a time: the tests start servers, and small machines have two cores. */
const CONCURRENCY = 2
/** For one file with everything in it; Node 20 can't limit single tests from outside. */
const FILE_TIMEOUT_MS = 5 * 60_000

const words = process.argv.slice(2).map((word) => word.replace(/\.[jt]s$/, ''))
const files = testFiles().filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
if (files.length === 0) {
  console.error(words.length === 0 ? 'No test was found in dist: is it built?' : `No test matches ${words.join(', ')}.`)
  process.exit(1)
}

const strict = ['1', 'true'].includes(process.env.CI ?? '')
const counts = { passed: 0, failed: 0 }
const failed = new Set()
const skipped = []

const events = run({ files: files.map((file) => join(ROOT, file)), concurrency: CONCURRENCY, timeout: FILE_TIMEOUT_MS })
events.on('test:pass', (test) => {
  if (reasonOf(test) !== null) skipped.push(`${fileOf(test)}: ${test.name} (${reasonOf(test)})`)
  else if (test.details?.type !== 'suite') counts.passed += 1
})
events.on('test:fail', (test) => {
  failed.add(fileOf(test))
  if (test.details?.type !== 'suite') counts.failed += 1
})
events.compose(spec).pipe(process.stdout)
let ended = false
events.on('end', () => {
  ended = true
})
process.on('exit', conclude)

function conclude() {
  const lines = [
    `${files.length} files: ${counts.passed} tests passed, ${counts.failed} failed, ${skipped.length} skipped`,
  ]
  if (failed.size > 0) lines.push(`failed in: ${[...failed].sort().join(', ')}`)
  if (skipped.length > 0)
    lines.push(strict ? 'SKIPPED, which fails here:' : 'SKIPPED:', ...skipped.map((line) => `  ${line}`))
  const fine = ended && counts.failed === 0 && failed.size === 0 && counts.passed > 0 && !(strict && skipped.length > 0)
  console.log(`\n${lines.join('\n')}\n${fine ? 'OK' : 'FAILED'}`)
  process.exitCode = fine ? 0 : 1
}

/** Why a test was not run or does not count; null for one that does. */
function reasonOf({ skip, todo }) {
  if (skip !== undefined && skip !== false) return typeof skip === 'string' && skip !== '' ? skip : 'no reason given'
  if (todo !== undefined && todo !== false) return 'to do'
  return null
}

function fileOf({ file, name }) {
  return relative(join(ROOT, 'dist'), file ?? name)
}

function testFiles() {
  try {
    return readdirSync(join(ROOT, 'dist'), { recursive: true })
      .filter((path) => path.endsWith('.test.js'))
      .map((path) => join('dist', path))
      .sort()
  } catch {
    return []
  }
}
