import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { databaseOf, holdFolder, keyOf, operatorFileOf } from './app/data-folder.ts'
import { examineCluster as lookAtCluster } from './app/examine-cluster.ts'
import type { Foundation, OnClose } from './app/foundation.ts'
import { openCluster } from './app/open-cluster.ts'
import { openDomain } from './app/open-domain.ts'
import { openConsole } from './app/open-people.ts'
import type { Later } from './app/open-files.ts'
import { enginesOf, maxOf, whatsAppOf } from './app/open-node.ts'
import { openStore } from './app/open-store.ts'
import type { Config } from './config/schema.ts'
import {
  checkEngines,
  examineMax as examineMaxWay,
  examineWhatsApp as examine,
  type SimulatorAddress,
} from './drivers/registry.ts'
import { startHttp } from './http/server.ts'
import { systemClock, type Clock } from './lib/clock.ts'
import type { Log } from './lib/log.ts'
import { systemRandom, type Random } from './lib/random.ts'
import { createSeal, type Seal } from './lib/seal.ts'
import type { AccountRow, PartnerTokenRow } from './model/account.ts'
import { openFirstOperator } from './people/people.ts'
import { openOperatorToken, readOperatorToken, type OperatorToken } from './partners/operator-token.ts'
import { startNetwork, type Network } from './simulator/network.ts'

export { moveData } from './app/move-data.ts'
export { copyMediaFrom } from './app/open-media.ts'

/** A running server. */
export interface App {
  /** Where the API is, as clients are told; no slash at the end. */
  readonly url: string
  /** The first partner account's token, when this start made it. */
  readonly partnerToken: string | undefined
  /** The operator's token, when this start made it. */
  readonly operatorToken: string | undefined
  readonly consoleUrl: string
  /** By which the first operator signs in, once; undefined when there is one, or a link that is still open. */
  readonly consoleLink: string | undefined
  /** The page of the virtual phones, where a messenger is simulated. */
  readonly phonesUrl: string | undefined
  /**
   * Hands over what other nodes go on with, takes nothing more, lets what runs come to its end within the bound, and closes the files.
   * Everything acknowledged stays.
   */
  close(): Promise<void>
  /** So long it may take before it is closed: for handing over. */
  readonly leaveMs: number
}

/** What a test may put in the place of the machine's. */
export interface Surroundings {
  readonly clock?: Clock
  /** By which this node's beats go; `clock` where absent. */
  readonly leaseClock?: Clock
  readonly random?: Random
  /** A clock that nobody sets, and that goes on while the process is stopped. */
  readonly monotonicMs?: () => number
  /** Opens the database that the settings name. */
  readonly openStore?: typeof openStore
}

/** Of the 10 s that a stop may take, so long deliveries and requests under way may last. */
const DRAIN_MS = 5000
/** And so long a database that does not answer is waited for, so that those requests still hear that it did not. */
const DATABASE_MS = 4000

/** The composition root: config → store → drivers → domain → workers → http. What was opened is closed again when a later part fails. */
export async function startApp(config: Config, log: Log, surroundings: Surroundings = {}): Promise<App> {
  const opened: (() => Promise<void>)[] = []
  const close = async () => {
    for (const part of opened.splice(0).reverse()) await part()
  }
  try {
    const monotonicMs = () => performance.now()
    const clock = surroundings.clock ?? systemClock
    const needs = { clock, leaseClock: clock, random: systemRandom, monotonicMs, openStore, log, ...surroundings }
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

/** What the real WhatsApp needs and how it is on this machine, one thing after the other; `proxy` as an instance's `proxyUrl`. */
export function examineWhatsApp(config: Config, log: Log, proxy: string): ReturnType<typeof examine> {
  return examine(whatsAppOf(config), { clock: systemClock, log }, proxy)
}

/** As `examineWhatsApp`, of the real MAX. */
export function examineMax(config: Config, log: Log, proxy: string): ReturnType<typeof examineMaxWay> {
  return examineMaxWay(maxOf(config), { clock: systemClock, random: systemRandom, log }, proxy)
}

/** What several nodes on one database need, and how those that there are do; one thing after the other. Changes nothing. */
export function examineCluster(config: Config, log: Log): ReturnType<typeof lookAtCluster> {
  return lookAtCluster(config, { clock: systemClock, log })
}

/** The partner accounts and the operator with their tokens in clear; for the command line, beside a running server or without one. */
export async function listPartners(
  config: Config,
  log: Log,
): Promise<{
  readonly partners: readonly { readonly account: AccountRow; readonly token: PartnerTokenRow }[]
  readonly operatorToken: string | undefined
}> {
  if (config.databaseUrl === undefined && !existsSync(databaseOf(config))) {
    return { partners: [], operatorToken: undefined }
  }
  const store = await openStore(config, { sealingKey: keyOf(config, systemRandom), log })
  try {
    const tokens = await store.accounts.tokens()
    const partners = (await store.accounts.all()).flatMap((account) =>
      tokens.filter((token) => token.account === account.id).map((token) => ({ account, token })),
    )
    return { partners, operatorToken: operatorTokenOf(config) }
  } finally {
    await store.close()
  }
}

/** The operator's token; undefined where none is given and no server has made one in the data folder yet. For the command line. */
export function operatorTokenOf(config: Config): string | undefined {
  const file = operatorFileOf(config)
  if (config.operatorToken !== undefined || !existsSync(file)) return config.operatorToken
  return readOperatorToken(file, createSeal(keyOf(config, systemRandom)))
}

type AppNeeds = Foundation & Required<Pick<Surroundings, 'leaseClock' | 'monotonicMs' | 'openStore'>>

async function openApp(config: Config, needs: AppNeeds, onClose: OnClose): Promise<Omit<App, 'close'>> {
  await checkEngines(enginesOf(config))
  onClose(holdFolder(config))
  const sealingKey = keyOf(config, needs.random)
  const seal = createSeal(sealingKey)
  const store = await needs.openStore(config, { sealingKey, log: needs.log, onDeath: giveUp })
  onClose(() => store.close())
  const cluster = await openCluster(config, { ...needs, clock: needs.leaseClock, store, seal, onDeath: giveUp })
  onClose(() => cluster.close())
  const simulator = await simulatorOf(config, needs, onClose)
  const later: Later = { url: config.publicUrl ?? '' }
  const domain = await openDomain(config, { ...needs, store, seal, cluster }, simulator, later, onClose)
  const { node, instances, business } = domain
  if (config.partnerToken !== undefined && !business.tokens.isInForce(config.partnerToken)) {
    needs.log.warn({}, 'JADEGATE_PARTNER_TOKEN is not in force: the partner account was made at an earlier start')
  }
  const { accounts } = business
  const ofConsole = openConsole(config, { ...needs, store, seal, accounts, drivers: node.drivers }, later, onClose)
  const operator = operatorOf(config, needs, seal)
  const http = await startHttp({
    config,
    ...needs,
    store,
    cluster,
    instances,
    business,
    ...ofConsole,
    operatorToken: operator.token,
    simulator,
    media: node.media,
    links: node.links,
  })
  later.url = http.url
  onClose(async () => {
    await Promise.all([http.close(DRAIN_MS), node.courier.close(DRAIN_MS)])
  })
  onClose(() => Promise.resolve(store.endWithin?.(DATABASE_MS)))
  onClose(() => cluster.leave())
  const consoleLink = await openFirstOperator(ofConsole.people)
  await domain.start()
  return {
    leaveMs: cluster.isAlone ? 0 : config.leaveMs,
    url: http.url,
    partnerToken: domain.firstToken,
    operatorToken: operator.isNew ? operator.token : undefined,
    consoleUrl: `${http.url}/console/`,
    consoleLink,
    phonesUrl: simulator === undefined ? undefined : `${http.url}/simulator/phone`,
  }
}

function operatorOf(config: Config, { random }: Foundation, seal: Seal): OperatorToken {
  return openOperatorToken({ file: operatorFileOf(config), seal, random, given: config.operatorToken })
}

/** Ends the process like any fault that nobody caught: whoever supervises it starts it anew, and nothing acknowledged is lost. */
function giveUp(error: Error): void {
  setImmediate(() => {
    throw error
  })
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
