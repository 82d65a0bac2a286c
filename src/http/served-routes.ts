import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import type { AddressRanges } from '../lib/address-ranges.ts'
import type { StoredFile } from '../media/media.ts'
import { isFault, type Fault } from '../model/fault.ts'
import { Shares } from './cluster/shares.ts'
import { CONSOLE_BASE, describedRows } from './console/console-api.ts'
import { addConsole } from './console/console.ts'
import { consolePeople, peopleRows } from './console/people-api.ts'
import type { PeopleDoor } from './console/people-door.ts'
import type { HttpDeps } from './http-deps.ts'
import { mediaRoutes } from './media/routes.ts'
import { answerUnknown } from './not-found.ts'
import { Readiness } from './ops/readiness.ts'
import { opsRoutes } from './ops/routes.ts'
import { OPERATOR_BASE, operatorApi, operatorRows } from './operator/operator-api.ts'
import { PARTNER_API_BASE, partnerApi, partnerApiRows } from './partner-api/partner-api.ts'
import type { QrPage } from './qr/qr-page.ts'
import { describedApis, type DescribedTables } from './reference/described.ts'
import type { RequestCounter } from './request-counter.ts'
import { SimulatorForward } from './simulator/forward.ts'
import { simulatorProxy } from './simulator/proxy.ts'

/** What the routes share with the rest of the server. */
export interface RouteParts {
  readonly registry: Registry
  readonly page: Pick<QrPage, 'assetRoutes'>
  readonly tables: DescribedTables
  /** Known once the port is. */
  readonly at: { readonly url: string }
  readonly counter: RequestCounter
  readonly trustedProxies: AddressRanges
  /** By which people come in. */
  readonly door: PeopleDoor
  /** The methods whose calls a tariff may limit, in lower case. */
  readonly counted: ReadonlySet<string>
}

/** Everything that is no method of the contract. */
export async function addRoutes(app: FastifyInstance, deps: HttpDeps, parts: RouteParts): Promise<void> {
  const { registry, page, tables, at, counter, trustedProxies, counted, door } = parts
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
  const readiness = new Readiness(deps)
  const simulator = deps.simulator === undefined ? undefined : new SimulatorForward(deps.simulator, deps.log)
  const ofPeople = { ...ofApis, door, accounts: deps.business.accounts }
  const rowsOfPeople = peopleRows(ofPeople)
  await app.register(consolePeople(ofPeople, rowsOfPeople))
  const ofConsole = await addConsole(app, ofPeople, { methods: tables.instance, readiness, simulator })
  const own = describedApis(
    { base: PARTNER_API_BASE, rows: partnerRows },
    { base: OPERATOR_BASE, rows: rowsOfOperator },
    { base: CONSOLE_BASE, rows: [...rowsOfPeople.open, ...rowsOfPeople.own, ...describedRows(ofConsole)] },
  )
  const reference = { tables: { ...tables, own }, url: () => at.url }
  await app.register(opsRoutes({ registry, readiness, reference }))
  await app.register(page.assetRoutes())
  await app.register(
    mediaRoutes({ read: (path) => deps.links.read(path), open: (file) => unlessFault(deps.instances.openFile(file)) }),
  )
  await app.register(partnerApi(ofApis, partnerRows))
  await app.register(operatorApi(ofApis, rowsOfOperator))
  if (simulator !== undefined) {
    app.addHook('onClose', () => simulator.close())
    await app.register(simulatorProxy({ forward: simulator, operatorToken: deps.operatorToken }))
  }
  answerUnknown(app, deps.clock, deps.log)
}

async function unlessFault(opening: Promise<StoredFile | Fault>): Promise<StoredFile | null> {
  const found = await opening
  return isFault(found) ? null : found
}
