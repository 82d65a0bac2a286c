import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { AddressRules } from '../../lib/address-rules.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { isFault } from '../../model/fault.ts'
import { checkClock, textOf, type Check } from '../network/check.ts'
import { openTransport, type Transport } from '../network/transport.ts'
import type { WaVersion } from './engine/engine.ts'
import { loadEngine } from './engine/load.ts'
import { ffmpeg } from './media/ffmpeg.ts'
import { sharp } from './media/sharp.ts'
import { WHATSAPP_URL } from './surroundings.ts'
import { Versions } from './versions.ts'

export interface DoctorOptions {
  readonly url?: string
  readonly version?: WaVersion
  /** As `proxyUrl` of an instance; empty: straight. */
  readonly proxy: string
  readonly proxies: AddressRules
  readonly clock: Clock
  readonly log: Log
}

const ORIGIN = 'https://web.whatsapp.com'
const HANDSHAKE_MS = 20_000

/** Looks at everything that linking a phone needs, short of linking one: nothing is sent that belongs to an account. */
export async function* examine(options: DoctorOptions): AsyncGenerator<Check> {
  const engine = await engineCheck()
  yield engine.check
  yield await picturesCheck()
  yield await ffmpegCheck()
  const transport = await openTransport(options.proxy, options)
  if (isFault(transport)) {
    yield { what: 'proxy', outcome: 'bad', says: transport.message }
    return
  }
  try {
    const url = options.url ?? WHATSAPP_URL
    const trouble = await transport.reach(url)
    if (trouble !== null) {
      yield { what: 'proxy', outcome: 'bad', says: trouble.message }
      return
    }
    yield await socketCheck(url, transport)
    yield await checkClock(ORIGIN, transport, options.clock)
    if (engine.version !== null) yield await versionCheck(engine.version, transport, options)
  } finally {
    await transport.close()
  }
}

async function engineCheck(): Promise<{ readonly check: Check; readonly version: WaVersion | null }> {
  const what = 'engine'
  try {
    const { version } = await loadEngine()
    return { check: { what, outcome: 'good', says: 'baileys is installed, with its hooks in place' }, version }
  } catch (error) {
    return { check: { what, outcome: 'bad', says: textOf(error) }, version: null }
  }
}

async function picturesCheck(): Promise<Check> {
  const what = 'pictures'
  return (await sharp()) === null
    ? {
        what,
        outcome: 'poor',
        says: 'sharp is not installed: no thumbnails, stickers only as WebP, pictures of profiles as they come',
      }
    : { what, outcome: 'good', says: 'sharp makes thumbnails, stickers and pictures of profiles' }
}

async function ffmpegCheck(): Promise<Check> {
  const what = 'sound and video'
  const path = await ffmpeg()
  return path === null
    ? {
        what,
        outcome: 'poor',
        says: 'ffmpeg was not found: only OGG/Opus becomes a voice message, videos have no thumbnail',
      }
    : { what, outcome: 'good', says: `ffmpeg is ${path}` }
}

/** Opens the web socket and says nothing on it. */
async function socketCheck(url: string, { agent }: Transport): Promise<Check> {
  const what = 'web socket'
  const socket = new WebSocket(url, { agent, origin: ORIGIN, handshakeTimeout: HANDSHAKE_MS })
  try {
    await once(socket, 'open')
    return { what, outcome: 'good', says: `${url} answers` }
  } catch (error) {
    return { what, outcome: 'bad', says: `${url} can not be reached: ${textOf(error)}` }
  } finally {
    socket.on('error', () => undefined)
    socket.terminate()
  }
}

async function versionCheck(shipped: WaVersion, transport: Transport, options: DoctorOptions): Promise<Check> {
  const what = 'version'
  const versions = new Versions({ ...options, fixed: undefined, shipped })
  const present = await versions.refresh(transport.dispatcher)
  const spoken = options.version ?? present ?? shipped
  const says = `${spoken.join('.')} is spoken`
  if (present === null) return { what, outcome: 'poor', says: `${says}; the present one could not be looked up` }
  if (options.version === undefined) return { what, outcome: 'good', says: `${says}, which is the present one` }
  return options.version.join() === present.join()
    ? { what, outcome: 'good', says: `${says}, as JADEGATE_WHATSAPP_VERSION says` }
    : {
        what,
        outcome: 'poor',
        says: `${says}, as JADEGATE_WHATSAPP_VERSION says; the present one is ${present.join('.')}`,
      }
}
