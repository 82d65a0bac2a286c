import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Random } from '../../lib/random.ts'
import type { Messenger } from '../../model/messenger.ts'
import type { Capabilities, Driver } from '../driver.ts'
import { parseChatId } from './ids.ts'
import { shareLink } from './link.ts'
import { SimulatorSession } from './session.ts'

export interface SimulatorDriverOptions {
  readonly messenger: Messenger
  /** Where the simulated network listens, `http://host:port`. */
  readonly url: string
  /** What the network asks of those that don't come from its own machine. */
  readonly token?: string
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

const CAPABILITIES: Readonly<Record<Messenger, Capabilities>> = {
  whatsapp: { textLength: 20_000, loginWays: ['qr', 'code'] },
  v3: { textLength: 4_000, loginWays: ['qr'] },
  telegram: { textLength: 4_096, loginWays: ['qr'] },
}

/** The driver of one simulated messenger. Drivers of one process share one socket to the same network. */
export function simulatorDriver(options: SimulatorDriverOptions): Driver {
  const { messenger } = options
  const shared = shareLink(options)
  return {
    messenger,
    capabilities: CAPABILITIES[messenger],
    parseChatId,
    open: (host) => new SimulatorSession(host, messenger, shared.link),
    close: () => shared.release(),
  }
}
