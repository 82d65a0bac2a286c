// The import directions of the design, as data. A row says what a part may import besides itself; everything else is forbidden.
// test/architecture.test.ts proves that each of these rules bites.

const LIB = ['^src/lib/']
const MODEL = ['^src/model/', ...LIB]
const STORE =
  '^src/storage/(store|guard|write|journal-row|billing-store|cluster-store|delivery-store|people-store|storage-failed|once)[.]ts$'
const PORTS = ['^src/drivers/(driver|facets)[.]ts$', STORE, ...MODEL]
const SIBLINGS = ['queue', 'notifications', 'journal', 'billing', 'cluster', 'media']
const DOMAIN = [...SIBLINGS.map((name) => `^src/${name}/`), ...PORTS]
const INSTANCES = ['^src/instances/', ...DOMAIN]
const PARTNERS = ['^src/partners/', ...INSTANCES]
const PEOPLE = ['^src/people/', ...PARTNERS]
const CONFIG = ['^src/config/']
/** What runs in browsers: the public page loads it as it is compiled, the console is built with it. */
const BROWSER = ['^src/browser/']

const PARTS = [
  { name: 'main', path: '^src/main[.]ts$', may: ['^src/cli/', ...CONFIG, ...LIB] },
  { name: 'cli', path: '^src/cli/', may: ['^src/app[.]ts$', ...CONFIG, ...MODEL] },
  // The composition root knows the concrete classes: everything but the drivers themselves and what stands above it.
  {
    name: 'app',
    path: '^src/app([.]ts$|/)',
    may: ['^src/http/', '^src/storage/', '^src/simulator/', '^src/drivers/registry[.]ts$', ...CONFIG, ...PEOPLE],
  },
  { name: 'http', path: '^src/http/', may: [...BROWSER, ...PEOPLE] },
  { name: 'people', path: '^src/people/', may: PARTNERS },
  { name: 'partners', path: '^src/partners/', may: INSTANCES },
  { name: 'instances', path: '^src/instances/', may: DOMAIN },
  ...SIBLINGS.map((name) => ({ name, path: `^src/${name}/`, may: PORTS })),
  { name: 'driver-contract', path: '^src/drivers/(driver|facets)[.]ts$', may: MODEL },
  { name: 'driver-registry', path: '^src/drivers/registry[.]ts$', may: ['^src/drivers/', ...MODEL] },
  { name: 'store-contract', path: STORE, may: [STORE, ...MODEL] },
  { name: 'storage', path: '^src/storage/', except: STORE, may: MODEL },
  { name: 'simulator', path: '^src/simulator/', may: MODEL },
  { name: 'config', path: '^src/config/', may: LIB },
  { name: 'model', path: '^src/model/', may: LIB },
  { name: 'lib', path: '^src/lib/', may: [] },
  { name: 'browser', path: '^src/browser/', may: [] },
]

/** Packages that one part alone may know, so that replacing one changes one place. */
const PACKAGES = [
  { name: 'better-sqlite3', home: '^src/(storage/sql/sqlite-database|simulator/network-file)[.]ts$' },
  { name: 'kysely', home: '^src/storage/' },
  { name: 'fastify', home: '^src/http/' },
  { name: 'commander', home: '^src/(main[.]ts$|cli/)' },
  { name: 'nodemailer', home: '^src/people/smtp[.]ts$' },
  { name: 'pino', home: '^src/lib/pino-log[.]ts$' },
  // Optional, and not under our licence: found at run time by engine/load.ts, imported by nobody.
  { name: 'baileys', home: '^$' },
  { name: 'libsignal', home: '^$' },
  // Optional: found at run time by media/s3-sdk.ts, imported by nobody.
  { name: '@aws-sdk', home: '^$' },
]

/** The pages of the console: an area knows what all share, never another area. They talk to the server over HTTP alone. */
const PAGES = '^console/src/pages/'
const SHARED = ['^console/src/parts/', '^console/src/api/', '^console/src/words/', ...BROWSER]
const CONSOLE_PARTS = [
  { name: 'console-words', path: '^console/src/words/', may: BROWSER },
  { name: 'console-api', path: '^console/src/api/', may: [] },
  { name: 'console-parts', path: '^console/src/parts/', may: SHARED },
  { name: 'console-style', path: '^console/src/style/', may: [] },
  { name: 'console-shell', path: '^console/src/shell/', may: ['^console/src/style/', ...SHARED] },
]

// A conformance suite is test code that several suites call.
const TESTS = '([.]test[.]ts$|^src/[^/]+/conformance/)'

function direction({ name, path, except, may }) {
  return {
    name: `direction-${name}`,
    comment: `${path} may import only itself and: ${may.join(', ') || 'nothing'}`,
    severity: 'error',
    // Tests are exempt: a suite may put a part together with what it needs.
    from: { path, pathNot: except === undefined ? TESTS : [TESTS, except] },
    to: { path: '^src/', pathNot: [path, ...may] },
  }
}

function home({ name, home }) {
  return {
    name: `package-${name}`,
    comment: `${name} is known to ${home} only`,
    severity: 'error',
    from: { path: '^src/', pathNot: [TESTS, home] },
    to: { path: `node_modules/${name}/` },
  }
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...PARTS.map(direction),
    ...PACKAGES.map(home),
    ...CONSOLE_PARTS.map(({ name, path, may }) => ({
      name,
      comment: `${path} may import only itself and: ${may.join(', ') || 'nothing'}`,
      severity: 'error',
      from: { path },
      to: { path: '^(console|src)/', pathNot: [path, ...may] },
    })),
    {
      name: 'console-pages',
      comment: 'a page knows its own area, the shared parts and the shell, never another area',
      severity: 'error',
      from: { path: `${PAGES}([^/]+)/` },
      to: { path: '^(console|src)/', pathNot: [`${PAGES}$1/`, '^console/src/shell/', ...SHARED] },
    },
    {
      name: 'console-apart',
      comment: 'the console and the server share no code but what runs in browsers',
      severity: 'error',
      from: { path: '^(src|console)/' },
      to: { path: '^(src|console)/', pathNot: ['^$1/', ...BROWSER] },
    },
    {
      name: 'browser-alone',
      comment: 'what runs in browsers imports nothing of Node and no package',
      severity: 'error',
      from: { path: BROWSER, pathNot: TESTS },
      to: { pathNot: BROWSER },
    },
    {
      name: 'driver-inside',
      comment: 'the files of a driver know the contract, the model and their own folder, never another driver',
      severity: 'error',
      from: { path: '^src/drivers/([^/]+)/', pathNot: TESTS },
      // What the drivers of real networks share; the simulated network's side of the wire is all that its driver knows of it.
      to: {
        path: '^src/',
        pathNot: [
          '^src/drivers/$1/',
          '^src/drivers/(driver|facets)[.]ts$',
          '^src/drivers/network/',
          '^src/$1/(protocol|contents|asks)[.]ts$',
          ...MODEL,
        ],
      },
    },
    {
      name: 'known-part',
      comment: 'every file belongs to a part that a rule speaks of; add a row to PARTS for a new one',
      severity: 'error',
      from: { path: '^(src|test|bench)/' },
      to: { path: '^src/', pathNot: [...PARTS.map((part) => part.path), '^src/drivers/[^/]+/', TESTS] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-tests-in-production',
      severity: 'error',
      from: { path: '^src/', pathNot: TESTS },
      to: { path: [TESTS, '^(test|bench)/'] },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared-packages-only',
      comment: 'production code imports what package.json has under dependencies',
      severity: 'error',
      from: { path: '^src/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
