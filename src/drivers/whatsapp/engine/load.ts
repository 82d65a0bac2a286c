import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { OperatorTrouble } from '../../../lib/operator-trouble.ts'
import { currentTransaction } from '../keys/transaction.ts'
import { ENGINE_VERSION, type Credentials, type Engine, type KeyPair } from './engine.ts'
import { makeJobQueue } from './job-queue.ts'
import { checkSignaturesNatively } from './native-signatures.ts'
import { loadQuietly, replaceModule } from './quiet.ts'
import { undoFailedAttempts } from './session-attempts.ts'

const PACKAGE = 'baileys'
/** What the hooks below were written for. */
const SIGNAL_VERSION = '6.0.0'
const SESSION_CIPHER = 'session_cipher.js'
const CURVE = 'curve.js'
/** Those that print, each after those that it requires. */
const PRINTING = [CURVE, 'session_record.js', 'session_builder.js', SESSION_CIPHER]
const JOB_QUEUE = 'queue_job.js'

let loaded: Promise<Engine> | undefined

export function engineIsInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve(PACKAGE)
    return true
  } catch {
    return false
  }
}

/**
 * The engine, loaded once for the process with the hooks in place. Nothing else may load it before. Rejects with an
 * `OperatorTrouble` when it is not installed, or is not the version that the hooks are for.
 */
export function loadEngine(): Promise<Engine> {
  return (loaded ??= load())
}

async function load(): Promise<Engine> {
  const main = mainOf(PACKAGE)
  const require = createRequire(main)
  assertVersion(PACKAGE, dirname(dirname(main)), ENGINE_VERSION)
  const signal = dirname(require.resolve('libsignal'))
  assertVersion('libsignal', signal, SIGNAL_VERSION)
  hookSignalLibrary(join(signal, 'src'))
  // Not a literal: the compiler must not look for a package that may be absent.
  const module: unknown = await import(pathToFileURL(main).href)
  return engineOf(module)
}

/**
 * The signal library is CommonJS, so what stands in for its files is found by everybody who loads it later.
 * @throws OperatorTrouble when it was loaded before, or is not as expected
 */
export function hookSignalLibrary(folder: string): void {
  const queue = join(folder, JOB_QUEUE)
  const require = createRequire(queue)
  for (const file of [queue, ...PRINTING.map((name) => join(folder, name))]) {
    if (require.cache[file] !== undefined)
      throw new OperatorTrouble(`${PACKAGE} was loaded before its hooks were in place`)
  }
  try {
    if (require.resolve(queue) !== queue) throw new Error(`${queue} is a link to somewhere else`)
    replaceModule(
      queue,
      makeJobQueue(() => currentTransaction()?.owner),
    )
    for (const name of PRINTING) loadQuietly(join(folder, name))
    checkSignaturesNatively(require(join(folder, CURVE)))
    undoFailedAttempts(require(join(folder, SESSION_CIPHER)))
  } catch (trouble) {
    throw new OperatorTrouble(`the signal library of ${PACKAGE} is not as expected: ${messageOf(trouble)}`)
  }
}

function mainOf(name: string): string {
  try {
    return createRequire(import.meta.url).resolve(name)
  } catch {
    throw new OperatorTrouble(
      `WhatsApp needs the optional package ${name}, which is not installed: npm install ${name}@${ENGINE_VERSION}`,
    )
  }
}

/** @throws OperatorTrouble when the package in the folder is another version */
export function assertVersion(name: string, folder: string, expected: string): void {
  const text = readFileSync(join(folder, 'package.json'), 'utf8')
  const description: unknown = JSON.parse(text)
  const version =
    typeof description === 'object' && description !== null && 'version' in description
      ? description.version
      : undefined
  if (version !== expected) {
    throw new OperatorTrouble(`WhatsApp needs ${name} ${expected}, but ${String(version)} is installed`)
  }
}

/** The module's own names for what `Engine` has; everything that is not there is told at once. */
interface EngineModule {
  readonly makeWASocket: Engine['makeSocket']
  readonly initAuthCreds: () => Credentials
  readonly BufferJSON: Engine['json']
  readonly proto: Engine['proto']
  readonly Curve: { generateKeyPair(): KeyPair }
  readonly INITIAL_PREKEY_COUNT: number
  readonly generateWAMessageContent: Engine['makeContent']
  readonly prepareWAMessageMedia: Engine['prepareFile']
  readonly decryptPollVote: Engine['decryptPollVote']
  readonly downloadContentFromMessage: Engine['downloadFile']
  readonly processHistoryMessage: Engine['sortHistory']
  readonly DisconnectReason: Engine['statuses']
  readonly DEFAULT_CONNECTION_CONFIG: {
    readonly version: Engine['version']
    readonly makeSignalRepository: Engine['makeSignalRepository']
  }
}

const NEEDED = {
  makeWASocket: 'function',
  initAuthCreds: 'function',
  BufferJSON: 'object',
  proto: 'object',
  Curve: 'object',
  INITIAL_PREKEY_COUNT: 'number',
  generateWAMessageContent: 'function',
  prepareWAMessageMedia: 'function',
  decryptPollVote: 'function',
  downloadContentFromMessage: 'function',
  processHistoryMessage: 'function',
  DisconnectReason: 'object',
  DEFAULT_CONNECTION_CONFIG: 'object',
} as const satisfies Record<keyof EngineModule, string>

function engineOf(module: unknown): Engine {
  if (!isEngineModule(module)) throw new OperatorTrouble(`${PACKAGE} does not offer what is needed of it`)
  const { DEFAULT_CONNECTION_CONFIG: defaults } = module
  return {
    makeSocket: (options) => module.makeWASocket(options),
    makeSignalRepository: (auth, log, toLid) => defaults.makeSignalRepository(auth, log, toLid),
    initCredentials: () => module.initAuthCreds(),
    makeKeyPair: () => module.Curve.generateKeyPair(),
    firstKeyCount: module.INITIAL_PREKEY_COUNT,
    json: module.BufferJSON,
    proto: module.proto,
    version: defaults.version,
    makeContent: (content, options) => module.generateWAMessageContent(content, options),
    prepareFile: (file, options) => module.prepareWAMessageMedia(file, options),
    decryptPollVote: (vote, of) => module.decryptPollVote(vote, of),
    downloadFile: (file, type, options) => module.downloadContentFromMessage(file, type, options),
    sortHistory: (history) => module.processHistoryMessage(history),
    statuses: module.DisconnectReason,
  }
}

function isEngineModule(module: unknown): module is EngineModule {
  if (typeof module !== 'object' || module === null) return false
  const members = new Map<string, unknown>(Object.entries(module))
  return Object.entries(NEEDED).every(([name, type]) => typeof members.get(name) === type)
}

function messageOf(trouble: unknown): string {
  return trouble instanceof Error ? trouble.message : String(trouble)
}
