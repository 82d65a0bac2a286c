import { AddressRules } from '../../lib/address-rules.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Random } from '../../lib/random.ts'
import { FILE_LIMIT_BYTES } from '../../model/content-file.ts'
import { kindOfWhatsAppChat, parseWhatsAppChat } from '../../model/whatsapp-chats.ts'
import type { Capabilities, Driver } from '../driver.ts'
import type { WaVersion } from './engine/engine.ts'
import { CREDENTIALS } from './keys/credentials.ts'
import { KeyCache } from './keys/key-cache.ts'
import type { Limits } from './limits.ts'
import { LoginGate } from '../../lib/login-gate.ts'
import { movesWithLink } from './moving.ts'
import { NOT_SENT } from './outbound/contents/contents.ts'
import { WhatsAppSession } from './session.ts'
import { versionsOnce, type Surroundings } from './surroundings.ts'
import { Tally } from './tally.ts'

export interface WhatsAppOptions extends Limits {
  /** Of WhatsApp's web socket, `wss://…` or `ws://…`; the real one without. */
  readonly url?: string
  /** The version of the protocol that is spoken, whatever worked before or is looked up. */
  readonly version?: WaVersion
  /** How many sessions of this process may connect in a second, on average. */
  readonly loginsPerSecond: number
  /** As what a linked device shows itself: operating system, browser, version. A stable one that the network knows without. */
  readonly browser?: readonly [string, string, string]
  /** Files above it are not taken in; 100 MB without. */
  readonly fileLimitBytes?: number
  /** So long after the last the profile's picture may change again. */
  readonly picturePeriodMs?: number
  /** Where proxies may be; without: at public addresses. */
  readonly proxies?: AddressRules
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** Between two changes of the profile's picture. */
const PICTURE_PERIOD_MS = 10_000

/**
 * What a linked device can do. Buttons go out as lines of text, or those of today's form as such, which phones show and WhatsApp Web may
 * not. Lists, and what belongs to a shop, are shown by no phone reliably and are refused.
 */
const CAPABILITIES: Capabilities = {
  textLength: 20_000,
  loginWays: ['qr', 'code'],
  tellsSent: true,
  messageIds: 'hex',
  cannotSend: NOT_SENT,
  sendsWhileRestricted: true,
  delayJitter: 0.3,
}

/** The driver of the real WhatsApp. Its engine is loaded with the first session. */
export function whatsAppDriver(options: WhatsAppOptions): Driver {
  const { clock, random, log } = options
  const surroundings: Surroundings = {
    url: options.url,
    browser: options.browser,
    firstContactsPerDay: options.firstContactsPerDay,
    sendsButtons: options.sendsButtons,
    checksPerDay: options.checksPerDay,
    fileLimitBytes: options.fileLimitBytes ?? FILE_LIMIT_BYTES,
    picturePeriodMs: options.picturePeriodMs ?? PICTURE_PERIOD_MS,
    proxies: options.proxies ?? new AddressRules([]),
    gate: new LoginGate({ perSecond: options.loginsPerSecond, clock, random }),
    cache: new KeyCache(),
    connected: new Map(),
    tally: new Tally(),
    versions: versionsOnce({ fixed: options.version, clock, log }),
  }
  return {
    messenger: 'whatsapp',
    capabilities: CAPABILITIES,
    parseChatId: parseWhatsAppChat,
    kindOf: kindOfWhatsAppChat,
    isAlias: () => false,
    isLink: (secrets) => secrets.has(CREDENTIALS),
    movesWithLink,
    open: (host) => new WhatsAppSession(host, surroundings),
    measures: () => surroundings.tally.measures(surroundings.gate.waiting),
    close: () => Promise.resolve(),
  }
}
