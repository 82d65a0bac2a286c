import { isWebUrl } from '../lib/web-url.ts'
import { DELAY_MAX_MS, FLAGS, type Flag, type FlagName, type Settings } from '../model/settings.ts'
import { integer, oneOf, optional, text } from './fields.ts'

const URL_LENGTH = 4096
const TOKEN_LENGTH = 4096

const flag = () => optional(oneOf<Flag>(['yes', 'no'], { empty: 'absent' }))

function flagFields(): Record<FlagName, ReturnType<typeof flag>> {
  const fields: Partial<Record<FlagName, ReturnType<typeof flag>>> = {}
  for (const name of FLAGS) fields[name] = flag()
  return fields as Record<FlagName, ReturnType<typeof flag>>
}

/** The settings as fields of `setSettings` and `createInstance`; `delayMinMs` is the least delay that may be set. */
export function settingsFields(delayMinMs: number) {
  return {
    // Empty turns webhooks off, so it is a value.
    webhookUrl: optional(text({ empty: 'value', max: URL_LENGTH })),
    webhookUrlToken: optional(text({ empty: 'value', max: TOKEN_LENGTH })),
    // Ours.
    proxyUrl: optional(text({ empty: 'value', max: URL_LENGTH })),
    delaySendMessagesMilliseconds: optional(integer({ empty: 'error', minimum: delayMinMs, maximum: DELAY_MAX_MS })),
    autoTyping: optional(integer({ empty: 'absent', minimum: 0, maximum: 10 })),
    ...flagFields(),
  }
}

/** What no schema says: a webhook needs an address that can be called, and its token must fit into a header. */
export function settingsFaults(settings: Partial<Settings>): readonly string[] {
  const faults: string[] = []
  const { webhookUrl, webhookUrlToken, proxyUrl } = settings
  if (webhookUrl !== undefined && webhookUrl !== '' && (CONTROL.test(webhookUrl) || !isWebUrl(webhookUrl))) {
    faults.push("'webhookUrl' must be a valid uri with a scheme matching the http|https pattern")
  }
  if (webhookUrlToken !== undefined && CONTROL.test(webhookUrlToken)) {
    faults.push("'webhookUrlToken' must not contain control characters")
  }
  if (proxyUrl !== undefined && proxyUrl !== '' && !isProxyUrl(proxyUrl)) {
    faults.push("'proxyUrl' must be a valid uri with a scheme matching the http|https|socks5 pattern")
  }
  return faults
}

function isProxyUrl(text: string): boolean {
  if (CONTROL.test(text) || !URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return hostname !== '' && ['http:', 'https:', 'socks5:'].includes(protocol)
}

// What a URL and a header must not hold.
const CONTROL = /[\u0000-\u001f\u007f]/
