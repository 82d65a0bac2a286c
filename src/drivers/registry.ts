import type { AddressRules } from '../lib/address-rules.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Random } from '../lib/random.ts'
import type { Messenger } from '../model/messenger.ts'
import type { Driver } from './driver.ts'
import type { IdentityChoice } from './max/identity.ts'
import type { Limits as MaxLimits } from './max/surroundings.ts'
import type { Check } from './network/check.ts'
import type { Limits } from './whatsapp/limits.ts'

/** Where the simulated network is, and the token that it asks of drivers. */
export interface SimulatorAddress {
  readonly url: string
  readonly token?: string
}

/** How the real WhatsApp is spoken with. */
export interface WhatsAppSettings extends Limits {
  /** Of its web socket; the real one without. */
  readonly url?: string
  /** The version of its protocol; the last good one without. */
  readonly version?: readonly [number, number, number]
  readonly loginsPerSecond: number
  /** Where proxies of instances may be. */
  readonly proxies: AddressRules
}

/** How the real MAX is spoken with. */
export interface MaxSettings extends MaxLimits {
  /** Of its web socket; the real one without. */
  readonly url?: string
  readonly identity: IdentityChoice
  readonly seemsSeen: boolean
  readonly loginsPerSecond: number
  /** Where proxies of instances, and files of the network besides public addresses, may be. */
  readonly reachable: AddressRules
}

export interface DriverNeeds {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** There when a messenger is simulated. */
  readonly simulator?: SimulatorAddress
  /** There when WhatsApp is real. */
  readonly whatsapp?: WhatsAppSettings
  /** There when MAX is real. */
  readonly max?: MaxSettings
}

export type Engine = 'simulator' | 'baileys' | 'live' | 'off'

/** Opens the driver of each messenger that is on. An engine's code is loaded only when a messenger speaks with it. */
export async function openDrivers(
  engines: Readonly<Record<Messenger, Engine>>,
  needs: DriverNeeds,
): Promise<ReadonlyMap<Messenger, Driver>> {
  const drivers = new Map<Messenger, Driver>()
  for (const [messenger, engine] of Object.entries(engines) as [Messenger, Engine][]) {
    const driver = await openDriver(messenger, engine, needs)
    if (driver !== undefined) drivers.set(messenger, driver)
  }
  return drivers
}

/**
 * Whether every engine that is chosen is there. To be asked before anything is made: whoever starts the server is told what is missing.
 * @throws OperatorTrouble when one is not installed
 */
export async function checkEngines(engines: Readonly<Record<Messenger, Engine>>): Promise<void> {
  if (!Object.values(engines).includes('baileys')) return
  const { loadEngine } = await import('./whatsapp/engine/load.ts')
  await loadEngine()
}

/** Looks at what the real WhatsApp needs, whatever engine is chosen. */
export async function* examineWhatsApp(
  settings: Pick<WhatsAppSettings, 'url' | 'version' | 'proxies'>,
  needs: Pick<DriverNeeds, 'clock' | 'log'>,
  proxy: string,
): AsyncGenerator<Check> {
  const { examine } = await import('./whatsapp/doctor.ts')
  yield* examine({ ...settings, ...needs, proxy })
}

/** Looks at what the real MAX needs, whatever engine is chosen. */
export async function* examineMax(
  { url, identity, reachable }: Pick<MaxSettings, 'url' | 'identity' | 'reachable'>,
  needs: Pick<DriverNeeds, 'clock' | 'random' | 'log'>,
  proxy: string,
): AsyncGenerator<Check> {
  const { examine } = await import('./max/doctor.ts')
  const { identityOf } = await import('./max/identity.ts')
  yield* examine({ ...needs, url, identity: identityOf(identity), proxies: reachable, proxy })
}

async function openDriver(messenger: Messenger, engine: Engine, needs: DriverNeeds): Promise<Driver | undefined> {
  switch (engine) {
    case 'off':
      return undefined
    case 'simulator': {
      if (needs.simulator === undefined) throw new Error('a simulated messenger needs a simulated network')
      const { simulatorDriver } = await import('./simulator/driver.ts')
      const { clock, random, log } = needs
      return simulatorDriver({ messenger, ...needs.simulator, clock, random, log })
    }
    case 'baileys': {
      if (messenger !== 'whatsapp' || needs.whatsapp === undefined) throw new Error('this engine speaks WhatsApp only')
      const { whatsAppDriver } = await import('./whatsapp/driver.ts')
      const { prepareMedia } = await import('./whatsapp/media/media.ts')
      const { clock, random, log } = needs
      await prepareMedia(log)
      return whatsAppDriver({ ...needs.whatsapp, clock, random, log })
    }
    case 'live': {
      if (messenger !== 'v3' || needs.max === undefined) throw new Error('this engine speaks MAX only')
      const { maxDriver } = await import('./max/driver.ts')
      const { clock, random, log } = needs
      const { reachable, ...settings } = needs.max
      return maxDriver({ ...settings, proxies: reachable, fileHosts: reachable, clock, random, log })
    }
    default:
      return engine satisfies never
  }
}
