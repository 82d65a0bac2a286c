import type { Seal } from '../../lib/seal.ts'
import type { InstanceId } from '../../model/ids.ts'
import { DEFAULT_SETTINGS, FLAGS, type Flag, type FlagName, type Settings } from '../../model/settings.ts'
import { places } from './statement.ts'

const NAMES = Object.keys(DEFAULT_SETTINGS) as (keyof Settings)[]

/** Settings that are sealed inside the text. */
const SECRET = ['webhookUrlToken', 'proxyUrl'] as const

/**
 * Settings as they are stored: JSON of what differs from the defaults, with what is secret sealed inside. Most instances differ in a
 * few, so a row is a third as long; a default that changes must come with a migration that writes the old one out.
 */
export function settingsToJson(settings: Settings, instance: InstanceId, seal: Seal): string {
  const secret = SECRET.filter((name) => settings[name] !== '')
  if (secret.length > 0) {
    const sealed = secret.map((name) => [name, seal.seal(settings[name], places[name](instance))] as const)
    return JSON.stringify({ ...differences(settings), ...Object.fromEntries(sealed) })
  }
  if (last.settings !== settings) last = { settings, json: JSON.stringify(differences(settings)) }
  return last.json
}

/** Instances that are made one after the other mostly share their settings. Holds no secret. */
let last = { settings: DEFAULT_SETTINGS, json: '{}' }

function differences(settings: Settings): Partial<Record<keyof Settings, string | number>> {
  const differing: Partial<Record<keyof Settings, string | number>> = {}
  for (const name of NAMES) if (settings[name] !== DEFAULT_SETTINGS[name]) differing[name] = settings[name]
  return differing
}

/** A setting that the stored text doesn't have, or has in a form of no use, takes its default; what is unknown is left out. */
export function settingsFromJson(json: string, instance: InstanceId, seal: Seal): Settings {
  const stored = JSON.parse(json) as Readonly<Record<string, unknown>>
  const flags: Record<FlagName, Flag> = { ...DEFAULT_SETTINGS }
  for (const name of FLAGS) {
    const value = stored[name]
    if (value === 'yes' || value === 'no') flags[name] = value
  }
  const opened = (name: (typeof SECRET)[number]) => {
    const sealed = textOr(stored[name], '')
    return sealed === '' ? '' : seal.open(sealed, places[name](instance))
  }
  return {
    ...flags,
    webhookUrl: textOr(stored['webhookUrl'], DEFAULT_SETTINGS.webhookUrl),
    webhookUrlToken: opened('webhookUrlToken'),
    proxyUrl: opened('proxyUrl'),
    delaySendMessagesMilliseconds: numberOr(
      stored['delaySendMessagesMilliseconds'],
      DEFAULT_SETTINGS.delaySendMessagesMilliseconds,
    ),
    autoTyping: numberOr(stored['autoTyping'], DEFAULT_SETTINGS.autoTyping),
  }
}

function textOr(value: unknown, fallback: string): string {
  return typeof value === 'string' ? value : fallback
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === 'number' ? value : fallback
}
