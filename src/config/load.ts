import { nearest } from '../lib/nearest.ts'
import type { Config, Setting, SettingName } from './schema.ts'
import { SETTINGS } from './schema.ts'

export type Env = Readonly<Record<string, string | undefined>>

export type Loaded =
  | { readonly config: Config; readonly warnings: readonly string[] }
  /** One line for each value that can't be taken, with what is allowed; no value of a secret is in it. */
  | { readonly errors: readonly string[] }

const PREFIX = 'JADEGATE_'
/** The distance of what is mistyped most: `PROT` for `PORT`. */
const TWO_SWAPPED_LETTERS = 2
const LOOPBACK_RANGES = ['127.0.0.0/8', '::1/128'] as const

const rows = Object.entries(SETTINGS) as [SettingName, Setting<unknown>][]

/** Reads the whole configuration at once, so that all mistakes are told together. An empty value counts as not set. */
export function loadConfig(env: Env): Loaded {
  const values: Partial<Record<SettingName, unknown>> = {}
  const errors: string[] = []
  for (const [name, setting] of rows) {
    const text = textOf(setting, env)
    const reading = setting.kind.read(text)
    if ('value' in reading) values[name] = reading.value
    else errors.push(`${setting.env}${setting.secret ? '' : `="${text}"`}: ${reading.problem}`)
  }
  if (errors.length > 0) return { errors }
  // Sound: without errors the loop filled in every row with what the row's own kind read.
  const config = values as Config
  const missing = unfitTogether(config)
  if (missing.length > 0) return { errors: missing }
  return { config: { ...config, webhookAllow: withLoopback(config) }, warnings: unknownNames(env) }
}

/** What each value allows for itself and the others do not. */
function unfitTogether(config: Config): readonly string[] {
  const errors: string[] = []
  if (config.media === 's3') {
    if (config.s3Bucket === undefined) errors.push('JADEGATE_S3_BUCKET: JADEGATE_MEDIA=s3 needs it')
    if ((config.s3AccessKeyId === undefined) !== (config.s3SecretAccessKey === undefined))
      errors.push('JADEGATE_S3_SECRET_ACCESS_KEY: it goes with JADEGATE_S3_ACCESS_KEY_ID: set both or none')
  }
  if (config.smtpUrl !== undefined && config.mailFrom === undefined) {
    errors.push('JADEGATE_MAIL_FROM: JADEGATE_SMTP_URL needs it')
  }
  return config.nodeUrl === undefined ? errors : [...errors, ...missingOfNode(config)]
}

/** What all nodes of a cluster must have alike, and so can't be made by one of them. */
function missingOfNode(config: Config): readonly string[] {
  const isSimulated = [config.whatsapp, config.max, config.telegram].some((engine) => engine === 'simulator')
  const needed: readonly (readonly [string, boolean])[] = [
    ['JADEGATE_DATABASE_URL', config.databaseUrl !== undefined],
    ['JADEGATE_SEALING_KEY', config.sealingKey !== undefined],
    ['JADEGATE_OPERATOR_TOKEN', config.operatorToken !== undefined],
    ['JADEGATE_SIMULATOR_URL', !isSimulated || config.simulatorUrl !== undefined],
    ['JADEGATE_MEDIA_DIR', config.media !== 'disk' || config.mediaDir !== undefined],
  ]
  return needed.flatMap(([name, isThere]) => {
    const other = name === 'JADEGATE_MEDIA_DIR' ? ', a folder that all nodes share, or JADEGATE_MEDIA=s3' : ''
    return isThere ? [] : [`${name}: JADEGATE_NODE_URL needs it, the same for all nodes${other}`]
  })
}

/** What is set for a row, else its default; empty when there is neither. */
export function textOf(setting: Setting<unknown>, env: Env): string {
  const text = env[setting.env]?.trim() ?? ''
  return text === '' ? setting.default : text
}

/** The secrets that the environment holds, for masking. */
export function secretValues(env: Env): string[] {
  return rows.filter(([, setting]) => setting.secret).map(([, setting]) => textOf(setting, env))
}

/** True when only this machine can reach a server that listens on `host`. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

/** A server that only this machine reaches may call back to this machine: whoever can set a webhook is already on it. */
function withLoopback(config: Config): readonly string[] {
  return isLoopbackHost(config.host) ? [...new Set([...config.webhookAllow, ...LOOPBACK_RANGES])] : config.webhookAllow
}

function unknownNames(env: Env): string[] {
  const known = rows.map(([, setting]) => setting.env)
  const given = Object.keys(env).filter((name) => name.startsWith(PREFIX))
  return given
    .filter((name) => !known.some((candidate) => candidate === name))
    .map((name) => {
      // What all names begin with says nothing about how near they are.
      const meant = nearest(
        name.slice(PREFIX.length),
        known.map((candidate) => candidate.slice(PREFIX.length)),
        Math.max(TWO_SWAPPED_LETTERS, Math.floor((name.length - PREFIX.length) / 3)),
      )
      return `${name} is not a setting of Jadegate${meant === null ? '' : `; is ${PREFIX}${meant} meant?`}`
    })
}
