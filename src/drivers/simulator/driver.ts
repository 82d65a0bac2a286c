import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Random } from '../../lib/random.ts'
import { FILE_LIMIT_BYTES } from '../../model/content-file.ts'
import type { Messenger } from '../../model/messenger.ts'
import type { Capabilities, Driver } from '../driver.ts'
import { DEVICE_SECRET } from './credentials.ts'
import { CHAT_IDS } from './ids.ts'
import { Reader } from './incoming.ts'
import { shareLink } from './link.ts'
import { SimulatorSession } from './session.ts'

export interface SimulatorDriverOptions {
  readonly messenger: Messenger
  /** Where the simulated network listens, `http://host:port`. */
  readonly url: string
  /** What the network asks of those that don't come from its own machine. */
  readonly token?: string
  /** Files above it are not taken in; 100 MB without. */
  readonly fileLimitBytes?: number
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

const CAPABILITIES: Readonly<Record<Messenger, Capabilities>> = {
  whatsapp: { textLength: 20_000, loginWays: ['qr', 'code'], tellsSent: true, messageIds: 'hex' },
  v3: { textLength: 4_000, loginWays: ['qr', 'sms'], tellsSent: false, messageIds: 'decimal' },
  telegram: { textLength: 4_096, loginWays: ['qr', 'sms'], tellsSent: false, messageIds: 'decimal' },
}

/** The driver of one simulated messenger. Drivers of one process share one socket to the same network. */
export function simulatorDriver(options: SimulatorDriverOptions): Driver {
  const { messenger, fileLimitBytes = FILE_LIMIT_BYTES } = options
  const shared = shareLink(options)
  const ids = CHAT_IDS[messenger]
  const capabilities = CAPABILITIES[messenger]
  const surroundings = { messenger, capabilities, ids, reader: new Reader(ids, fileLimitBytes), link: shared.link }
  return {
    messenger,
    capabilities,
    parseChatId: (raw) => ids.parse(raw),
    kindOf: (chat) => ids.kindOf(chat),
    isAlias: (chat) => ids.isAlias(chat),
    isLink: (secrets) => secrets.has(DEVICE_SECRET),
    open: (host) => new SimulatorSession(host, surroundings),
    close: () => shared.release(),
  }
}
