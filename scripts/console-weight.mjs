// What the first load of a console's page weighs over the wire (brotli, as the server sends it): index.html, what it names, and what
// the page and its texts load after it. Fails above the limit; with --quiet it says something only then. Run after a build.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync } from 'node:zlib'

const DIST = fileURLToPath(new URL('../console/dist', import.meta.url))
const LIMIT_BYTES = 150 * 1000
/** The sign-in form in the language that needs more bytes. */
const SIGN_IN = ['src/pages/entry/sign-in.tsx', 'src/words/ru/common.ts', 'src/words/ru/entry.ts']

const manifest = JSON.parse(readFileSync(join(DIST, '.vite/manifest.json'), 'utf8'))
const files = new Set(['index.html', 'theme.js', 'jadegate.svg'])
for (const entry of ['index.html', ...SIGN_IN]) collect(entry)

const lines = []
let total = 0
for (const file of [...files].sort()) {
  const bytes = sentBytes(join(DIST, file))
  total += bytes
  lines.push(`${String(bytes).padStart(8)}  ${file}`)
}
lines.push(`${String(total).padStart(8)}  in ${files.size} requests; the limit is ${LIMIT_BYTES}`)
const isTooHeavy = total > LIMIT_BYTES
if (isTooHeavy || !process.argv.includes('--quiet')) console.log(lines.join('\n'))
process.exitCode = isTooHeavy ? 1 : 0

/** A chunk with everything that it imports at once. */
function collect(name) {
  const chunk = manifest[name]
  if (chunk === undefined) throw new Error(`${name} is not in the manifest: was the console built?`)
  if (files.has(chunk.file)) return
  files.add(chunk.file)
  for (const css of chunk.css ?? []) files.add(css)
  for (const imported of chunk.imports ?? []) collect(imported)
}

/** What is not compressed beside the file the server compresses itself, no better than this. */
function sentBytes(file) {
  const ready = `${file}.br`
  return existsSync(ready) ? statSync(ready).size : brotliCompressSync(readFileSync(file)).length
}
