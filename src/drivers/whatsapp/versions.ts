import { request, type Dispatcher } from 'undici'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { EpochMs } from '../../model/ids.ts'
import type { WaVersion } from './engine/engine.ts'
import { maskedTrouble } from './engine/log.ts'

/** Where WhatsApp says which version its own web client has. */
const LOOK_UP_URL = 'https://web.whatsapp.com/sw.js'
const LOOK_UP_EVERY_MS = 86_400_000
const LOOK_UP_TIMEOUT_MS = 10_000
/** The file is a few hundred KB. */
const LOOK_UP_LIMIT_BYTES = 8_000_000
const REVISION = /\\?"client_revision\\?":\s*(\d{6,12})/
/** Asked so, the server answers as it answers a browser that opens the page. */
const HEADERS = {
  'sec-fetch-site': 'none',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
}

export interface VersionsOptions {
  /** What the operator set; it goes before everything. */
  readonly fixed: WaVersion | undefined
  /** What the engine's package ships. */
  readonly shipped: WaVersion
  readonly clock: Clock
  readonly log: Log
}

/**
 * Which version of the protocol to speak, for all instances of a process: what the operator set, else what worked last, else what was
 * looked up, else what the engine ships. WhatsApp refuses versions that are some months old (405): from then on only newer ones count.
 */
export class Versions {
  readonly #options: VersionsOptions
  #lookedUp: WaVersion | null = null
  #worked: WaVersion | null = null
  #refused: WaVersion | null = null
  #lookedUpAt: EpochMs = Number.NEGATIVE_INFINITY
  #looking: Promise<WaVersion | null> | null = null

  constructor(options: VersionsOptions) {
    this.#options = options
  }

  /** `own`: with what this instance was last connected. */
  choose(own: WaVersion | null): WaVersion {
    const { fixed, shipped } = this.#options
    if (fixed !== undefined) return fixed
    const good = newest([own, this.#worked])
    return [good, this.#lookedUp].find((version) => this.#isAlive(version)) ?? this.#lookedUp ?? shipped
  }

  /** WhatsApp says that this version is too old. */
  refused(version: WaVersion): void {
    this.#refused = newest([this.#refused, version])
  }

  #isAlive(version: WaVersion | null): version is WaVersion {
    return version !== null && (this.#refused === null || isNewer(version, this.#refused))
  }

  /** A login with it succeeded. */
  worked(version: WaVersion): void {
    this.#worked = newest([this.#worked, version])
  }

  /** Looks up the present version when a day is over. Never waited for, so that a start without internet is as quick. */
  refreshDaily(dispatcher: Dispatcher): void {
    if (this.#options.fixed !== undefined) return
    if (this.#options.clock.now() - this.#lookedUpAt < LOOK_UP_EVERY_MS) return
    void this.refresh(dispatcher)
  }

  /** Looks it up now, once for whoever asks meanwhile; null when it can't be had. */
  refresh(dispatcher: Dispatcher): Promise<WaVersion | null> {
    this.#looking ??= this.#lookUp(dispatcher).finally(() => {
      this.#looking = null
    })
    return this.#looking
  }

  async #lookUp(dispatcher: Dispatcher): Promise<WaVersion | null> {
    const { clock, log } = this.#options
    this.#lookedUpAt = clock.now()
    try {
      const revision = await lookUpRevision(dispatcher)
      if (revision === null) {
        log.warn({}, 'the page of WhatsApp Web no longer tells its version as it did')
        return null
      }
      this.#lookedUp = [2, 3000, revision]
      return this.#lookedUp
    } catch (error) {
      log.info(
        { error: maskedTrouble(error) },
        'the version of WhatsApp Web could not be looked up; the last good one is used',
      )
      return null
    }
  }
}

async function lookUpRevision(dispatcher: Dispatcher): Promise<number | null> {
  const signal = AbortSignal.timeout(LOOK_UP_TIMEOUT_MS)
  const { statusCode, body } = await request(LOOK_UP_URL, { dispatcher, signal, headers: HEADERS })
  if (statusCode !== 200) {
    await body.dump()
    throw new Error(`status ${String(statusCode)}`)
  }
  let text = ''
  for await (const chunk of body) {
    text += String(chunk)
    const revision = REVISION.exec(text)?.[1]
    if (revision !== undefined || text.length > LOOK_UP_LIMIT_BYTES) {
      body.destroy()
      return revision === undefined ? null : Number(revision)
    }
  }
  return null
}

function newest(versions: readonly (WaVersion | null)[]): WaVersion | null {
  return versions.reduce((best, each) => (best === null || (each !== null && isNewer(each, best)) ? each : best), null)
}

function isNewer(one: WaVersion, other: WaVersion): boolean {
  const at = [0, 1, 2].find((place) => one[place] !== other[place])
  return at !== undefined && Number(one[at]) > Number(other[at])
}
