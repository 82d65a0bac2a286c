// Truth: the import directions of the design, written out here once more; every pair of parts is tried, allowed or not.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { packageFile } from '../src/lib/package-file.ts'

/** Each part with the file that imports and the file that is imported. */
const PARTS: Readonly<Record<string, readonly [source: string, target: string]>> = {
  main: ['src/main.ts', 'src/main.ts'],
  app: ['src/app.ts', 'src/app.ts'],
  'app/': ['src/app/source.ts', 'src/app/target.ts'],
  driver: ['src/drivers/driver.ts', 'src/drivers/driver.ts'],
  registry: ['src/drivers/registry.ts', 'src/drivers/registry.ts'],
  store: ['src/storage/store.ts', 'src/storage/store.ts'],
  storage: ['src/storage/dialect.ts', 'src/storage/sql/target.ts'],
  'drivers/network': ['src/drivers/network/source.ts', 'src/drivers/network/target.ts'],
  'drivers/one': ['src/drivers/one/source.ts', 'src/drivers/one/target.ts'],
  'drivers/two': ['src/drivers/two/source.ts', 'src/drivers/two/target.ts'],
  ...Object.fromEntries(
    [
      ...['cli', 'http', 'partners', 'instances', 'queue', 'notifications', 'journal', 'billing', 'cluster', 'media'],
      ...['simulator', 'config', 'model', 'lib', 'browser'],
    ].map((name) => [name, [`src/${name}/source.ts`, `src/${name}/target.ts`]] as const),
  ),
}

const PORTS = ['driver', 'store', 'model', 'lib']
const DOMAIN = ['queue', 'notifications', 'journal', 'billing', 'cluster', 'media', ...PORTS]
const OPENED = ['http', 'partners', 'instances', 'storage', 'simulator', 'registry', 'config', ...DOMAIN]
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  main: ['cli', 'config', 'lib'],
  cli: ['app', 'config', 'model', 'lib'],
  app: ['app/', ...OPENED],
  'app/': ['app', ...OPENED],
  http: ['partners', 'instances', 'browser', ...DOMAIN],
  partners: ['instances', ...DOMAIN],
  instances: DOMAIN,
  queue: PORTS,
  notifications: PORTS,
  journal: PORTS,
  billing: PORTS,
  cluster: PORTS,
  media: PORTS,
  driver: ['model', 'lib'],
  store: ['model', 'lib'],
  storage: ['store', 'model', 'lib'],
  registry: ['driver', 'drivers/network', 'drivers/one', 'drivers/two', 'model', 'lib'],
  'drivers/network': ['driver', 'model', 'lib'],
  'drivers/one': ['driver', 'drivers/network', 'model', 'lib'],
  'drivers/two': ['driver', 'drivers/network', 'model', 'lib'],
  simulator: ['model', 'lib'],
  config: ['lib'],
  model: ['lib'],
  lib: [],
  browser: [],
}

const Report = Compile(
  Type.Object({
    summary: Type.Object({
      violations: Type.Array(
        Type.Object({ from: Type.String(), to: Type.String(), rule: Type.Object({ name: Type.String() }) }),
      ),
    }),
  }),
)
type Violation = ReturnType<typeof Report.Parse>['summary']['violations'][number]

const DEPCRUISE = fileURLToPath(packageFile('node_modules/dependency-cruiser/bin/dependency-cruise.mjs'))
const RULES = fileURLToPath(packageFile('.dependency-cruiser.cjs'))

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jadegate-architecture-'))
  await cp(packageFile('tsconfig.json'), join(folder, 'tsconfig.json'))
  await cp(packageFile('package.json'), join(folder, 'package.json'))
})
after(() => rm(folder, { recursive: true }))

/** Writes files that import the files named beside them, and returns what the rules say of them. */
async function violationsIn(tree: string, files: Readonly<Record<string, readonly string[]>>): Promise<Violation[]> {
  const root = join(folder, tree)
  for (const [path, imports] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    const lines = imports.map((to) => `import '${to.startsWith('src/') ? `./${relative(dirname(path), to)}` : to}'`)
    await writeFile(join(root, path), ['export {}', ...lines].join('\n'))
  }
  for (const file of ['tsconfig.json', 'package.json']) await cp(join(folder, file), join(root, file))
  return await cruise(root)
}

function cruise(root: string): Promise<Violation[]> {
  return new Promise((resolve, reject) => {
    const args = [DEPCRUISE, '--config', RULES, '--output-type', 'json', 'src']
    const options = { cwd: root, maxBuffer: 32 * 1024 * 1024 }
    // It exits with the number of errors, so the exit code says nothing that the report does not.
    execFile(process.execPath, args, options, (_error, stdout, stderr) => {
      if (stdout === '') reject(new Error(stderr))
      else resolve(Report.Parse(JSON.parse(stdout)).summary.violations)
    })
  })
}

describe('import directions', () => {
  test('of all pairs of parts, exactly those that the design allows pass', async () => {
    const files: Record<string, readonly string[]> = {}
    for (const [, target] of Object.values(PARTS)) files[target] = []
    const pairs: { from: string; to: string; source: string; target: string }[] = []
    for (const [from, [source]] of Object.entries(PARTS)) {
      const others = Object.entries(PARTS).filter(([to]) => to !== from)
      files[source] = others.map(([, [, target]]) => target)
      pairs.push(...others.map(([to, [, target]]) => ({ from, to, source, target })))
    }
    const violations = await violationsIn('matrix', files)
    const caught = new Set(
      violations
        .filter(({ rule }) => rule.name !== 'no-cycles')
        .map((violation) => `${violation.from} ${violation.to}`),
    )
    for (const { from, to, source, target } of pairs) {
      const allowed = ALLOWED[from]?.includes(to) === true
      assert.equal(
        caught.has(`${source} ${target}`),
        !allowed,
        `${from} → ${to} must be ${allowed ? 'allowed' : 'refused'}`,
      )
    }
  })

  test('a cycle within one part, a test in production, an unknown part and a missing file are refused', async () => {
    const violations = await violationsIn('others', {
      'src/queue/one.ts': ['src/queue/two.ts'],
      'src/queue/two.ts': ['src/queue/one.ts'],
      'src/journal/one.ts': ['src/journal/one.test.ts'],
      'src/journal/one.test.ts': [],
      'src/http/one.ts': ['src/services/one.ts', 'src/http/nowhere.ts'],
      'src/services/one.ts': [],
    })
    const names = new Set(violations.map(({ rule }) => rule.name))
    for (const name of ['no-cycles', 'no-tests-in-production', 'known-part', 'resolvable'])
      assert.ok(names.has(name), name)
  })

  test('an engine behind a port is known to its own part only', async () => {
    await mkdir(join(folder, 'packages'))
    await symlink(packageFile('node_modules'), join(folder, 'packages/node_modules'))
    const homes = {
      'better-sqlite3': 'src/storage/sql/sqlite-database.ts',
      commander: 'src/cli/one.ts',
      fastify: 'src/http/one.ts',
      kysely: 'src/storage/one.ts',
      pino: 'src/lib/pino-log.ts',
    }
    const packages = Object.keys(homes)
    const files = Object.fromEntries(Object.entries(homes).map(([name, home]) => [home, [name]]))
    const violations = await violationsIn('packages', { ...files, 'src/queue/one.ts': packages })
    assert.deepEqual(
      violations.map(({ from, rule }) => `${from} ${rule.name}`).sort(),
      packages.map((name) => `src/queue/one.ts package-${name}`),
    )
  })

  test('a test may put together what production may not', async () => {
    const violations = await violationsIn('tests', {
      'src/queue/one.test.ts': ['src/journal/one.ts', 'src/storage/sql/one.ts'],
      'src/journal/one.ts': [],
      'src/storage/sql/one.ts': [],
    })
    assert.deepEqual(violations, [])
  })
})
