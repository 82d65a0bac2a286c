// Packages of hundreds of small files, each written into few: every process and every writer thread reads them, and opening files is most of what a
// short command takes. Node finds those below dist/ before the others; without them everything works the same, only later.
import { build } from 'esbuild'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** The entries that the sources import, by their names in the package's `exports`. */
const PACKAGES = {
  kysely: ['.'],
  typebox: ['.', './compile', './value'],
}

for (const [name, entries] of Object.entries(PACKAGES)) await gather(name, entries)

async function gather(name, entries) {
  const folder = join(ROOT, 'dist', 'node_modules', name)
  rmSync(folder, { recursive: true, force: true })
  await build({
    absWorkingDir: ROOT,
    entryPoints: Object.fromEntries(entries.map((entry) => [fileOf(entry), join(name, entry)])),
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  })
  const { version, license } = JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8'))
  const exports = Object.fromEntries(entries.map((entry) => [entry, `./${fileOf(entry)}.js`]))
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version, license, type: 'module', exports }))
}

function fileOf(entry) {
  return entry === '.' ? 'index' : entry.slice(2)
}
