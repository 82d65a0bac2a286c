import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import Fastify, { type FastifyInstance } from 'fastify'
import { Registry } from 'prom-client'
import type { Cluster } from '../cluster/cluster.ts'
import type { Instance } from '../instances/instance.ts'
import type { Instances } from '../instances/instances.ts'
import { AddressRanges } from '../lib/address-ranges.ts'
import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { InstanceId } from '../model/ids.ts'
import type { FileLinks } from '../media/links.ts'
import type { Media, StoredFile } from '../media/media.ts'
import { isFault, type Fault } from '../model/fault.ts'
import type { PartnerBusiness } from '../partners/partner-business.ts'
import type { PartnerCaller } from '../partners/partner-tokens.ts'
import type { Store } from '../storage/store.ts'
import { hopAnswerMs } from './answer-times.ts'
import { refuseApiUrl } from './api/api-routes.ts'
import { serveDoor } from './cluster/door.ts'
import { Passage } from './cluster/passage.ts'
import { Shares } from './cluster/shares.ts'
import { Dispatcher } from './dispatch.ts'
import { InstanceFamily } from './green/family.ts'
import { instanceMethods } from './green/methods.ts'
import { MethodTable } from './method.ts'
import { mediaRoutes } from './media/routes.ts'
import { registerClusterGauges } from './ops/cluster-gauges.ts'
import { registerGauges } from './ops/gauges.ts'
import { Readiness } from './ops/readiness.ts'
import { opsRoutes } from './ops/routes.ts'
import { OPERATOR_BASE, operatorApi, operatorRows } from './operator/operator-api.ts'
import { createInstance } from './partner/create-instance.ts'
import { deleteInstanceAccount } from './partner/delete-instance-account.ts'
import { PartnerFamily } from './partner/family.ts'
import { getInstances } from './partner/get-instances.ts'
import { PARTNER_API_BASE, partnerApi, partnerApiRows } from './partner-api/partner-api.ts'
import { describedApis, describedTables, type DescribedTables } from './reference/described.ts'
import { QrImages } from './qr/qr-images.ts'
import { QrPage } from './qr/qr-page.ts'
import { ScanSockets } from './qr/scan-socket.ts'
import { RequestCounter } from './request-counter.ts'
import { answerUnknown, sendStatus } from './not-found.ts'
import { simulatorProxy, type SimulatorTarget } from './simulator/proxy.ts'
import { SlowBodies } from './slow-bodies.ts'
import { serveUpgrade } from './upgrade.ts'

/** The settings that the server reads. */
export interface HttpConfig {
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
  /** Where clients are told to reach the API; made of host and port where undefined. */
  readonly publicUrl?: string | undefined
  /** Multiplies every rate limit. */
  readonly rateLimitScale: number
  /** The least `delaySendMessagesMilliseconds` that may be set. */
  readonly delayMinMs: number
  /** How long the `scanqrcode` web socket stays open. */
  readonly loginTimeoutMs: number
  /** Addresses and ranges whose word on where a request comes from counts. */
  readonly trustedProxies: readonly string[]
  /** The largest file that is taken, 1,048,576 bytes each. */
  readonly fileLimitMb: number
}

export interface HttpDeps {
  readonly config: HttpConfig
  readonly cluster: Cluster
  readonly instances: Instances
  readonly business: PartnerBusiness
  readonly operatorToken: string
  readonly store: Store
  readonly media: Media
  readonly links: FileLinks
  readonly clock: Clock
  readonly monotonicMs: () => number
  readonly log: Log
  /** The simulated network's own server; undefined where no messenger is simulated. */
  readonly simulator: SimulatorTarget | undefined
}

export interface HttpServer {
  /** Where clients reach the API; no slash at the end. */
  readonly url: string
  readonly port: number
  /** Takes no more requests, ends those that wait, lets the others finish within the bound, then cuts them off. */
  close(drainMs: number): Promise<void>
}

/** Slow clients are cut off: so long may the head of a request, its body, and a body with a file take; the last is what clients wait for. */
const HEAD_TIMEOUT_MS = 20_000
const BODY_TIMEOUT_MS = 60_000
const UPLOAD_TIMEOUT_MS = 10_800_000
/** Longer than the idle time of usual proxies and client pools, so that they close first. */
const KEEP_ALIVE_MS = 75_000

/** Listens and serves: the contract's methods by the dispatcher, everything else by Fastify, on one port. Rejects when it can't listen. */
export async function startHttp(deps: HttpDeps): Promise<HttpServer> {
  const parts = assemble(deps)
  const servers: Server[] = []
  const app = Fastify({
    logger: false,
    forceCloseConnections: 'idle',
    // Its own text repeats the path, and a token may stand in it.
    frameworkErrors: (_error, request, reply) => {
      if (request.url.startsWith('/api/')) void refuseApiUrl(reply)
      else void sendStatus(reply, request.url, 400, deps.clock)
    },
    serverFactory: (handler) => {
      const server = createNodeServer(parts, handler)
      servers.push(server)
      return server
    },
  })
  await addRoutes(app, deps, parts)
  const { host, publicUrl } = deps.config
  await app.listen({ host, port: deps.config.port, backlog: 4096 })
  const address = servers[0]?.address()
  const port = typeof address === 'object' && address !== null ? address.port : deps.config.port
  parts.at.url = publicUrl ?? `http://${urlHost(host)}:${String(port)}`
  return { url: parts.at.url, port, close: (drainMs) => close(app, servers, parts, drainMs) }
}

interface Parts {
  readonly registry: Registry
  readonly counter: RequestCounter
  readonly trustedProxies: AddressRanges
  /** The methods whose calls a tariff may limit, in lower case. */
  readonly counted: ReadonlySet<string>
  readonly dispatcher: Dispatcher<Instance, PartnerCaller>
  readonly sockets: ScanSockets
  readonly page: QrPage
  readonly slowBodies: SlowBodies
  readonly passage: Passage
  readonly cluster: Cluster
  readonly tables: DescribedTables
  readonly clock: Clock
  readonly log: Log
  /** Known once the port is. */
  readonly at: { url: string }
}

function assemble(deps: HttpDeps): Parts {
  const { clock, log, cluster, instances, media } = deps
  const { publicUrl, rateLimitScale, loginTimeoutMs, fileLimitMb } = deps.config
  const at = { url: publicUrl ?? '' }
  const registry = new Registry()
  const counter = new RequestCounter(registry)
  const trustedProxies = new AddressRanges(deps.config.trustedProxies)
  registerGauges(registry, instances, cluster.isAlone)
  registerClusterGauges(registry, cluster, deps.store)
  const images = new QrImages()
  const methods = instanceMethods({ clock, images, delayMinMs: deps.config.delayMinMs })
  const family = new InstanceFamily(methods, instances, clock)
  const page = new QrPage(family, publicUrl)
  const slowBodies = new SlowBodies(clock, BODY_TIMEOUT_MS)
  const passage = new Passage({
    cluster,
    clock,
    log,
    trustedProxies,
    slowBodies,
    monotonicMs: deps.monotonicMs,
    answerMs: hopAnswerMs,
  })
  const forPartners = partnerMethods(deps, () => at.url)
  const dispatcher = new Dispatcher({
    instances: family,
    partners: new PartnerFamily(forPartners, deps.business.tokens, clock, trustedProxies),
    answers: deps.store.answers,
    clock,
    log,
    counter,
    rateLimitScale,
    slowBodies,
    media,
    fileLimitBytes: fileLimitMb * 1024 * 1024,
    elsewhere: {
      isHere: (instance) => cluster.isAlone || isHere(cluster, instance as InstanceId),
      passOn: (...call) => passage.passOn(...call),
    },
    page: (target, request, response) => page.serve(target, request, response),
  })
  const sockets = new ScanSockets({ family, images, clock, log, rateLimitScale, timeoutMs: loginTimeoutMs })
  const tables = describedTables(methods, forPartners)
  const counted = new Set(methods.rows.filter((row) => row.hasQuota).map((row) => row.name.toLowerCase()))
  const shared = { registry, counter, trustedProxies, passage, cluster, clock, log, at }
  return { ...shared, counted, dispatcher, sockets, page, slowBodies, tables }
}

/** A node that nobody can reach answers for none of its instances: a call about one goes there, and is refused on its way. */
function isHere(cluster: Cluster, instance: InstanceId): boolean | Promise<boolean> {
  const place = cluster.locate(instance)
  return place instanceof Promise ? place.then(({ at }) => at === 'here') : place.at === 'here'
}

function partnerMethods({ config, clock, business }: HttpDeps, publicUrl: () => string): MethodTable<PartnerCaller> {
  const own = business.partnerInstances
  return new MethodTable([
    createInstance({ instances: own, delayMinMs: config.delayMinMs, publicUrl }),
    getInstances(own, clock),
    deleteInstanceAccount(own),
  ])
}

function createNodeServer(
  { dispatcher, sockets, slowBodies, passage, cluster, log }: Parts,
  next: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const options = {
    headersTimeout: HEAD_TIMEOUT_MS,
    requestTimeout: UPLOAD_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: 5000,
    noDelay: true,
  }
  const server = createServer(options, (request, response) => {
    slowBodies.watch(request, response)
    passage.take(request, response, () => {
      if (dispatcher.handle(request, response) || serveDoor(cluster, log, request, response)) return
      next(request, response)
    })
  })
  server.on('upgrade', (request: IncomingMessage, socket, head: Buffer) => {
    serveUpgrade(server, sockets, passage, request, socket, head)
  })
  return server
}

async function addRoutes(app: FastifyInstance, deps: HttpDeps, parts: Parts): Promise<void> {
  const { registry, page, tables, at, counter, trustedProxies, counted } = parts
  const { rateLimitScale, delayMinMs } = deps.config
  const shares = new Shares({ ...deps, trustedProxies })
  app.addHook('onClose', () => shares.close())
  const ofApis = {
    ...deps,
    shares,
    counter,
    trustedProxies,
    counted,
    rateLimitScale,
    delayMinMs,
    publicUrl: () => at.url,
  }
  const [partnerRows, rowsOfOperator] = [partnerApiRows(ofApis), operatorRows(ofApis)]
  const own = describedApis(
    { base: PARTNER_API_BASE, rows: partnerRows },
    { base: OPERATOR_BASE, rows: rowsOfOperator },
  )
  const reference = { tables: { ...tables, own }, url: () => at.url }
  await app.register(opsRoutes({ registry, readiness: new Readiness(deps), reference }))
  await app.register(page.assetRoutes())
  await app.register(
    mediaRoutes({ read: (path) => deps.links.read(path), open: (file) => unlessFault(deps.instances.openFile(file)) }),
  )
  await app.register(partnerApi(ofApis, partnerRows))
  await app.register(operatorApi(ofApis, rowsOfOperator))
  if (deps.simulator !== undefined) {
    await app.register(simulatorProxy({ target: deps.simulator, operatorToken: deps.operatorToken, log: deps.log }))
  }
  answerUnknown(app, deps.clock, deps.log)
}

async function unlessFault(opening: Promise<StoredFile | Fault>): Promise<StoredFile | null> {
  const found = await opening
  return isFault(found) ? null : found
}

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

/** How often connections that have become idle are closed while the server closes. */
const SWEEP_MS = 50

async function close(
  app: FastifyInstance,
  servers: readonly Server[],
  { dispatcher, sockets, passage, clock }: Parts,
  drainMs: number,
): Promise<void> {
  const endsAt = clock.now() + drainMs
  let timer: Timer | undefined
  const sweep = (): void => {
    const isLate = clock.now() >= endsAt
    if (isLate) sockets.terminate()
    for (const server of servers) {
      if (isLate) server.closeAllConnections()
      else server.closeIdleConnections()
    }
    timer = clock.after(SWEEP_MS, sweep)
  }
  dispatcher.endWaiting()
  sockets.close()
  sweep()
  await app.close()
  timer?.cancel()
  await passage.close()
}
