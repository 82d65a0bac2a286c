import { AddressRules } from '../../lib/address-rules.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { LoginGate } from '../../lib/login-gate.ts'
import type { Random } from '../../lib/random.ts'
import { FILE_LIMIT_BYTES } from '../../model/content-file.ts'
import { isNumberAlias, kindOfDecimalChat, parseDecimalChat } from '../../model/decimal-chats.ts'
import type { Capabilities, Driver } from '../driver.ts'
import { TOKEN } from './credentials.ts'
import { identityOf, tellAge, type IdentityChoice } from './identity.ts'
import { movesWithLink } from './moving.ts'
import { CANNOT_SEND } from './outbound/contents.ts'
import { MaxSession } from './session.ts'
import type { Limits, Surroundings } from './surroundings.ts'
import { Tally } from './tally.ts'
import { VersionGate } from './version-gate.ts'

export interface MaxOptions extends Limits {
  /** Of MAX's web socket, `wss://…` or `ws://…`; the real one without. */
  readonly url?: string
  /** In the place of what is shipped. */
  readonly identity: IdentityChoice
  /** The accounts look as if somebody had their tab open. */
  readonly seemsSeen: boolean
  /** How many sessions of this process may log in in a second, on average. */
  readonly loginsPerSecond: number
  /** Files above it are not taken in; 100 MB without. */
  readonly fileLimitBytes?: number
  /** So long after the last the profile's picture may change again. */
  readonly picturePeriodMs?: number
  /** Where proxies may be; without: at public addresses. */
  readonly proxies?: AddressRules
  /** Where files of the network may be, besides public addresses. */
  readonly fileHosts?: AddressRules
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** Between two changes of the profile's picture. */
const PICTURE_PERIOD_MS = 10_000

const CAPABILITIES: Capabilities = {
  textLength: 4_000,
  loginWays: ['qr', 'token'],
  tellsSent: false,
  messageIds: 'decimal',
  cannotSend: CANNOT_SEND,
  delayJitter: 0.3,
}

/** The driver of the real MAX, which it speaks with as MAX's web client does. */
export function maxDriver(options: MaxOptions): Driver {
  const { clock, random, log, loginsPerDay, checksPerDay, checkPeriodMs } = options
  const surroundings: Surroundings = {
    ...{ url: options.url, seemsSeen: options.seemsSeen, loginsPerDay, checksPerDay, checkPeriodMs },
    identity: identityOf(options.identity),
    fileLimitBytes: options.fileLimitBytes ?? FILE_LIMIT_BYTES,
    picturePeriodMs: options.picturePeriodMs ?? PICTURE_PERIOD_MS,
    proxies: options.proxies ?? new AddressRules([]),
    fileHosts: options.fileHosts ?? new AddressRules([]),
    gate: new LoginGate({ perSecond: options.loginsPerSecond, clock, random }),
    versions: new VersionGate(clock),
    connected: new Map(),
    tally: new Tally(),
  }
  tellAge(surroundings.identity, clock, log)
  return {
    messenger: 'v3',
    capabilities: CAPABILITIES,
    parseChatId: parseDecimalChat,
    kindOf: kindOfDecimalChat,
    isAlias: isNumberAlias,
    isLink: (secrets) => secrets.has(TOKEN),
    movesWithLink,
    open: (host) => new MaxSession(host, surroundings),
    measures: () => surroundings.tally.measures(surroundings.gate.waiting),
    close: () => Promise.resolve(),
  }
}
