import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Random } from '../lib/random.ts'
import type { Messenger } from '../model/messenger.ts'
import type { Driver } from './driver.ts'

/** Where the simulated network is, and the token that it asks of drivers. */
export interface SimulatorAddress {
  readonly url: string
  readonly token?: string
}

export interface DriverNeeds {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** There when a messenger is simulated. */
  readonly simulator?: SimulatorAddress
}

export type Engine = 'simulator' | 'off'

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
  }
}
