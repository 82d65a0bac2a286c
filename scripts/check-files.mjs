// Fails when a file that is (or is about to be) in the repository holds what belongs to one machine only: a path of somebody's home
// or work folder, the host of a package registry, a private key.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Written so that this file does not match itself. */
const FORBIDDEN = [
  ['a path of one machine', /(?<![\w./-])\/(?:work|root|Users|home\/\w+)\/[\w.-]/],
  ['a path of one machine', /\b[A-Z]:\\(?:Users|work)\\/],
  [
    'the host of a package registry',
    /\bregistry\.(?:npmjs|yarnpkg|npmmirror)\.|(?:^|[\s"'])(?:registry|resolved)"?\s*[:=]\s*"?https?:/,
  ],
  ['a private key', /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY/],
]

/** What is wrong with a file's text, as `line: what`. */
export function complaintsAbout(text) {
  return text
    .split('\n')
    .flatMap((line, index) =>
      FORBIDDEN.filter(([, pattern]) => pattern.test(line)).map(([what]) => `${index + 1}: ${what}`),
    )
}

function repositoryFiles() {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z']
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' })
    .split('\0')
    .filter((path) => path !== '')
}

function textOf(path) {
  try {
    const bytes = readFileSync(join(ROOT, path))
    return bytes.includes(0) ? '' : bytes.toString('utf8')
  } catch {
    return '' // deleted, but not yet from the index
  }
}

/** False in a source archive: there is nothing to tell the repository's files from others. */
function isRepository() {
  if (existsSync(join(ROOT, '.git'))) return true
  console.error('Not a git repository: its files were not checked for machine paths.')
  return false
}

if (process.argv[1] === fileURLToPath(import.meta.url) && isRepository()) {
  const complaints = repositoryFiles().flatMap((path) => complaintsAbout(textOf(path)).map((line) => `${path}:${line}`))
  for (const complaint of complaints) console.error(complaint)
  process.exitCode = complaints.length === 0 ? 0 : 1
}
