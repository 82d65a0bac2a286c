import type { AddressRules } from '../../lib/address-rules.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Random } from '../../lib/random.ts'
import { isFault } from '../../model/fault.ts'
import { checkClock, type Check } from '../network/check.ts'
import { openTransport, type Transport } from '../network/transport.ts'
import { Connection, MAX_URL, type Greeting } from './connection.ts'
import type { Ending } from './ending.ts'
import { ageDays, isOld, makeDeviceId, ORIGIN, type Identity } from './identity.ts'

export interface DoctorOptions {
  /** Of the web socket; the real one without. */
  readonly url?: string | undefined
  readonly identity: Identity
  /** As `proxyUrl` of an instance; empty: straight. */
  readonly proxy: string
  readonly proxies: AddressRules
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** Looks at everything that linking a phone needs, short of linking one: nothing is sent that belongs to an account. */
export async function* examine(options: DoctorOptions): AsyncGenerator<Check> {
  const { identity, clock, proxy, url = MAX_URL } = options
  yield identityCheck(identity, clock)
  const transport = await openTransport(proxy, options)
  if (isFault(transport)) {
    yield { what: 'proxy', outcome: 'bad', says: transport.message }
    return
  }
  try {
    const trouble = await transport.reach(url)
    if (trouble !== null) {
      yield { what: 'proxy', outcome: 'bad', says: trouble.message }
      return
    }
    if (proxy !== '') yield { what: 'proxy', outcome: 'good', says: 'it leads to the network' }
    yield* greetingChecks(url, transport, options)
    yield await checkClock(siteOf(options.url), transport, clock)
  } finally {
    await transport.close()
  }
}

function identityCheck(identity: Identity, clock: Clock): Check {
  const what = 'identity'
  const { appVersion, chrome, os } = identity
  const shown = `version ${appVersion} of the web client, in Chrome ${chrome} on ${os}`
  const days = ageDays(identity, clock)
  if (days === null) return { what, outcome: 'good', says: `${shown}, as the settings say` }
  const says = `${shown}, last seen ${String(days)} days ago`
  return isOld(identity, clock)
    ? {
        what,
        outcome: 'poor',
        says: `${says}: MAX may not take it for much longer; docs/max.md says how to set another`,
      }
    : { what, outcome: 'good', says }
}

/** Opens the web socket and greets, as a browser does before anybody is logged in; the device id is nobody's and is forgotten. */
async function* greetingChecks(url: string, { agent }: Transport, options: DoctorOptions): AsyncGenerator<Check> {
  const { identity, clock, random, log } = options
  let tell: (ending: Ending) => void = () => undefined
  const ended = new Promise<Ending>((resolve) => (tell = resolve))
  const listener = { pushed: () => Promise.resolve(), ended: (ending: Ending) => tell(ending) }
  const deviceId = makeDeviceId(random)
  const connection = new Connection({ url, agent, identity, deviceId, clock, log, listener })
  try {
    if (!(await connection.opened)) {
      yield endingCheck(url, await ended)
      return
    }
    yield { what: 'web socket', outcome: 'good', says: `${url} answers` }
    yield { what: 'version', outcome: 'good', says: `MAX lets ${identity.appVersion} in` }
    yield placeCheck(connection.greeting)
  } finally {
    await connection.close()
  }
}

function endingCheck(url: string, { reason, says }: Ending): Check {
  switch (reason) {
    case 'unreachable':
    case 'late':
      return { what: 'web socket', outcome: 'bad', says: `${url} can not be reached: ${says}` }
    case 'outdated':
      return { what: 'version', outcome: 'bad', says: `${says}: docs/max.md says how to set another` }
    case 'refused':
      return { what: 'version', outcome: 'bad', says }
    case 'closed':
    case 'silent':
    case 'unreadable':
    case 'notKept':
      return { what: 'greeting', outcome: 'bad', says: `the network did not greet back: ${says}` }
    default:
      return reason satisfies never
  }
}

/** MAX turns its login off where it takes an address to be a foreign one, or a VPN's. */
function placeCheck({ location = '', 'phone-auth-enabled': isLoginOn }: Greeting): Check {
  const what = 'place'
  const where = location === '' ? 'MAX does not say where it sees this machine' : `MAX sees this machine in ${location}`
  return isLoginOn === false
    ? {
        what,
        outcome: 'poor',
        says: `${where} and offers no login there: a phone may not be linked from this address; try a proxy`,
      }
    : { what, outcome: 'good', says: where }
}

/** Where the time is asked: the web site, or the server that stands in its place. */
function siteOf(url: string | undefined): string {
  return url === undefined ? ORIGIN : new URL(url.replace(/^ws/, 'http')).origin
}
