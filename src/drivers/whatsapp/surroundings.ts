import type { AddressRules } from '../../lib/address-rules.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { InstanceId } from '../../model/ids.ts'
import type { Connected } from '../network/entrance.ts'
import type { Engine, WaVersion } from './engine/engine.ts'
import type { KeyCache } from './keys/key-cache.ts'
import type { Limits } from './limits.ts'
import type { LoginGate } from '../../lib/login-gate.ts'
import type { Tally } from './tally.ts'
import { Versions } from './versions.ts'

/** Of WhatsApp's own web socket. */
export const WHATSAPP_URL = 'wss://web.whatsapp.com/ws/chat'

/** What all sessions of a driver share. */
export interface Surroundings extends Limits {
  readonly url: string | undefined
  readonly browser: readonly [string, string, string] | undefined
  readonly fileLimitBytes: number
  readonly picturePeriodMs: number
  /** Where proxies may be. */
  readonly proxies: AddressRules
  readonly gate: LoginGate
  readonly cache: KeyCache
  readonly tally: Tally
  /** Two connections on the same keys would spoil the ratchets: the newer one takes the place of the older. */
  readonly connected: Map<InstanceId, Connected>
  versions(engine: Engine): Versions
}

/** The versions of a process, which are known when its engine is. */
export function versionsOnce(parts: {
  readonly fixed: WaVersion | undefined
  readonly clock: Clock
  readonly log: Log
}): (engine: Engine) => Versions {
  let versions: Versions | undefined
  return ({ version: shipped }) => (versions ??= new Versions({ ...parts, shipped }))
}
