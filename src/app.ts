import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { TARIFFS } from './billing/tariffs.ts'
import { ownEverything } from './cluster/ownership.ts'
import type { Config } from './config/schema.ts'
import { openDrivers, type Engine, type SimulatorAddress } from './drivers/registry.ts'
import type { Driver } from './drivers/driver.ts'
import { startHttp } from './http/server.ts'
import { Housekeeping } from './instances/housekeeping.ts'
import { DecimalIds, HexIds } from './instances/identifiers.ts'
import { Instances } from './instances/instances.ts'
import type { Limits, Node } from './instances/node.ts'
import { AddressRules } from './lib/address-rules.ts'
import { systemClock, type Clock } from './lib/clock.ts'
import { GuardedPools } from './lib/guarded-pool.ts'
import { openKeyFile, parseHexKey } from './lib/key-file.ts'
import type { Log } from './lib/log.ts'
import { OperatorTrouble } from './lib/operator-trouble.ts'
import { systemRandom, type Random } from './lib/random.ts'
import { createSeal, type Seal } from './lib/seal.ts'
import { Slots } from './lib/slots.ts'
import { openDiskMedia } from './media/disk.ts'
import { FileFetcher } from './media/fetch.ts'
import { FileLinks, type LinkedFile } from './media/links.ts'
import { fault } from './model/fault.ts'
import type { AccountRow } from './model/instance.ts'
import type { Messenger } from './model/messenger.ts'
import { Courier } from './notifications/courier.ts'
import { openOperatorToken, readOperatorToken } from './partners/operator-token.ts'
import { Partners } from './partners/partners.ts'
import { startNetwork, type Network } from './simulator/network.ts'
import { takeLock } from './storage/sql/sqlite-database.ts'
import { openSqliteStore } from './storage/sql/sqlite-store.ts'
import type { Store } from './storage/store.ts'

/** A running server. */
export interface App {
  /** Where the API is, as clients are told; no slash at the end. */
  readonly url: string
  /** The first partner account's token, when this start made it. */
  readonly partnerToken: string | undefined
  /** The operator's token, when this start made it. */
  readonly operatorToken: string | undefined
  /** The page of the virtual phones, where a messenger is simulated. */
  readonly phonesUrl: string | undefined
  /** Takes nothing more, lets what runs come to its end within the bound, and closes the files. Everything acknowledged stays. */
  close(): Promise<void>
}

/** What a test may put in the place of the machine's. */
export interface Surroundings {
  readonly clock?: Clock
  readonly random?: Random
}

/** Of the 10 s that a stop may take, so long deliveries and requests under way may last. */
const DRAIN_MS = 5000
/** Files that are downloaded from networks at one time, each up to 100 MB over what may be a slow line. */
const DOWNLOADS_AT_ONCE = 8
/** Fetching files from the web: few origins, few files each; how long one may take is a setting. */
const FETCHES = { origins: 100, connections: 8, burst: 8, burstMs: 1000, connectTimeoutMs: 10_000 } as const
const NOT_LOADED = fault('starting', 'the server is starting')
const MEGABYTE = 1024 * 1024
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

type OnClose = (part: () => Promise<void>) => void

interface Foundation {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** The composition root: config → store → drivers → domain → workers → http. What was opened is closed again when a later part fails. */
export async function startApp(config: Config, log: Log, surroundings: Surroundings = {}): Promise<App> {
  const opened: (() => Promise<void>)[] = []
  const close = async () => {
    for (const part of opened.splice(0).reverse()) await part()
  }
  try {
    const needs = { clock: systemClock, random: systemRandom, log, ...surroundings }
    return { ...(await openApp(config, needs, (part) => opened.push(part))), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The simulated network alone, for servers in other processes; whoever is not on this machine shows the operator's token. */
export function startSimulator(config: Config, log: Log): Promise<Network> {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 })
  return startNetwork({
    file: join(config.dataDir, 'simulator.db'),
    host: config.host,
    port: config.simulatorPort,
    clock: systemClock,
    random: systemRandom,
    log,
    ...(config.operatorToken !== undefined && { token: config.operatorToken }),
  })
}

/** The partner accounts and the operator with their tokens in clear; for the command line, beside a running server or without one. */
export async function listPartners(
  config: Config,
  log: Log,
): Promise<{
  readonly partners: readonly { readonly account: AccountRow; readonly token: string }[]
  readonly operatorToken: string | undefined
}> {
  if (!existsSync(databaseOf(config))) return { partners: [], operatorToken: undefined }
  const sealingKey = keyOf(config, systemRandom)
  const store = await openSqliteStore({ file: databaseOf(config), sealingKey, log })
  try {
    const tokens = await store.accounts.partnerTokens()
    const partners = (await store.accounts.all()).flatMap((account) =>
      tokens.filter((token) => token.account === account.id).map(({ token }) => ({ account, token })),
    )
    const operatorToken = config.operatorToken ?? readOperatorToken(operatorFileOf(config), createSeal(sealingKey))
    return { partners, operatorToken }
  } finally {
    await store.close()
  }
}

async function openApp(config: Config, needs: Foundation, onClose: OnClose): Promise<Omit<App, 'close'>> {
  onClose(holdFolder(config))
  const sealingKey = keyOf(config, needs.random)
  const seal = createSeal(sealingKey)
  const store = await openSqliteStore({ file: databaseOf(config), sealingKey, log: needs.log, onDeath: giveUp })
  onClose(() => store.close())
  const simulator = await simulatorOf(config, needs, onClose)
  const later: Later = { url: config.publicUrl ?? '' }
  const files = await openFiles(config, { ...needs, seal, onClose }, later)
  const node = await openNode(config, { ...needs, store, ...files }, simulator, onClose)
  const instances = (later.instances = await Instances.load(node))
  const housekeeping = new Housekeeping(node, instances)
  onClose(async () => {
    await housekeeping.stop()
    await instances.stop()
  })
  const { partners, firstToken } = await Partners.open({ ...needs, store, seal }, config.partnerToken)
  if (config.partnerToken !== undefined && partners.find(config.partnerToken) === undefined) {
    needs.log.warn({}, 'JADEGATE_PARTNER_TOKEN is not in force: the partner account was made at an earlier start')
  }
  const operator = openOperatorToken({
    file: operatorFileOf(config),
    seal,
    random: needs.random,
    given: config.operatorToken,
  })
  const http = await startHttp({
    config,
    ...needs,
    store,
    instances,
    partners,
    operatorToken: operator.token,
    simulator,
    media: node.media,
    links: node.links,
  })
  later.url = http.url
  onClose(async () => {
    await Promise.all([http.close(DRAIN_MS), node.courier.close(DRAIN_MS)])
  })
  await instances.start()
  housekeeping.start()
  return {
    url: http.url,
    partnerToken: firstToken,
    operatorToken: operator.isNew ? operator.token : undefined,
    phonesUrl: simulator === undefined ? undefined : `${http.url}/simulator/phone`,
  }
}

type FileParts = Pick<Node, 'media' | 'links' | 'fetchFile'>

/** What files need and what is known after them: asked when a link is made or read. */
interface Later {
  url: string
  instances?: Instances
}

/** Files in and out. */
async function openFiles(
  config: Config,
  { clock, random, seal, onClose }: Foundation & { readonly seal: Seal; readonly onClose: OnClose },
  later: Later,
): Promise<FileParts> {
  const media = await openDiskMedia({ folder: join(config.dataDir, 'media'), clock, random })
  const lifeMs = config.keepMediaDays * DAY_MS
  const links = new FileLinks({ publicUrl: () => later.url, hash: (text) => seal.hash(text), clock, lifeMs })
  const timeoutMs = config.fetchTimeoutMs
  const pools = new GuardedPools(clock, new AddressRules(config.webhookAllow), {
    ...FETCHES,
    headersTimeoutMs: timeoutMs,
    bodyTimeoutMs: timeoutMs,
  })
  onClose(() => pools.destroy())
  const limitBytes = config.fileLimitMb * MEGABYTE
  const openLinked = async (file: LinkedFile) => (await later.instances?.openFile(file)) ?? NOT_LOADED
  const fetcher = new FileFetcher({ media, links, openLinked, pools, clock, limitBytes, timeoutMs })
  return { media, links, fetchFile: (instance, url, signal) => fetcher.fetch(instance, url, signal) }
}

/** One server a data folder: a second one would take the instances away from the first, which then could only refuse everything. */
function holdFolder(config: Config): () => Promise<void> {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 })
  const release = takeLock(join(config.dataDir, 'server.lock'))
  if (release === null)
    throw new OperatorTrouble(`Another server runs on the data folder ${config.dataDir}; stop it first.`)
  return () => {
    release()
    return Promise.resolve()
  }
}

/** Ends the process like any fault that nobody caught: whoever supervises it starts it anew, and nothing acknowledged is lost. */
function giveUp(error: Error): void {
  setImmediate(() => {
    throw error
  })
}

async function openNode(
  config: Config,
  { store, media, links, fetchFile, ...needs }: Foundation & { readonly store: Store } & FileParts,
  simulator: SimulatorAddress | undefined,
  onClose: OnClose,
): Promise<Node> {
  const drivers = await openDrivers(enginesOf(config), { ...needs, ...(simulator && { simulator }) })
  onClose(() => closeAll(drivers))
  const courier = new Courier({
    ...needs,
    allow: new AddressRules(config.webhookAllow),
    timeoutMs: config.webhookTimeoutMs,
    retryMs: config.webhookRetryMs,
  })
  const ownership = await ownEverything(store, `single:${needs.random.bytes(8).toString('hex')}`)
  const tariff = TARIFFS[config.tariff]
  return {
    ...needs,
    store,
    drivers,
    courier,
    ownership,
    limits: limitsOf(config),
    media,
    links,
    fetchFile,
    downloads: new Slots(DOWNLOADS_AT_ONCE),
    messageIds: { hex: new HexIds(needs.random), decimal: new DecimalIds() },
    tariffOf: () => tariff,
  }
}

async function closeAll(drivers: ReadonlyMap<Messenger, Driver>): Promise<void> {
  await Promise.all([...drivers.values()].map((driver) => driver.close()))
}

function databaseOf(config: Config): string {
  return join(config.dataDir, 'jadegate.db')
}

function operatorFileOf(config: Config): string {
  return join(config.dataDir, 'operator.token')
}

/** A key file is made only where there is nothing yet that another key has sealed. */
function keyOf(config: Config, random: Random): Buffer {
  if (config.sealingKey !== undefined) return parseHexKey(config.sealingKey)
  const file = join(config.dataDir, 'sealing.key')
  if (existsSync(databaseOf(config)) && !existsSync(file)) {
    throw new OperatorTrouble(
      `${file} is missing, and the database beside it was sealed with a key: put the file back, or give the key by JADEGATE_SEALING_KEY.`,
    )
  }
  return openKeyFile(file, random)
}

function enginesOf(config: Config): Readonly<Record<Messenger, Engine>> {
  return { whatsapp: config.whatsapp, v3: config.max, telegram: config.telegram }
}

/** The simulated network: the one at the given address, else one of this process's own, behind a token that nobody else knows. */
async function simulatorOf(config: Config, needs: Foundation, onClose: OnClose): Promise<SimulatorAddress | undefined> {
  if (!Object.values(enginesOf(config)).includes('simulator')) return undefined
  if (config.simulatorUrl !== undefined) {
    return { url: config.simulatorUrl, ...(config.operatorToken !== undefined && { token: config.operatorToken }) }
  }
  const token = needs.random.bytes(24).toString('hex')
  const network = await startNetwork({
    file: join(config.dataDir, 'simulator.db'),
    host: '127.0.0.1',
    port: 0,
    token,
    ...needs,
  })
  onClose(() => network.close())
  return { url: network.url, token }
}

function limitsOf(config: Config): Limits {
  return {
    unsureMs: config.unsureMs,
    unsureHoldMs: config.unsureHoldMs,
    loginTimeoutMs: config.loginTimeoutMs,
    keepQueueMs: config.keepQueueHours * HOUR_MS,
    keepNotificationsMs: config.keepNotificationsHours * HOUR_MS,
    keepJournalMs: config.keepJournalDays * DAY_MS,
    keepStatesMs: config.keepStatesDays * DAY_MS,
    keepDeletedMs: config.keepDeletedDays * DAY_MS,
    keepAnswersMs: config.keepAnswersHours * HOUR_MS,
    keepMediaMs: config.keepMediaDays * DAY_MS,
    fileLimitBytes: config.fileLimitMb * MEGABYTE,
  }
}
