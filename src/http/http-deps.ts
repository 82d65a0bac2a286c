import type { Cluster } from '../cluster/cluster.ts'
import type { Instances } from '../instances/instances.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Random } from '../lib/random.ts'
import type { FileLinks } from '../media/links.ts'
import type { Media } from '../media/media.ts'
import type { PartnerBusiness } from '../partners/partner-business.ts'
import type { People } from '../people/people.ts'
import type { Store } from '../storage/store.ts'
import type { ConsoleAbout } from './console/me-view.ts'
import type { SimulatorTarget } from './simulator/forward.ts'

/** The settings that the server reads. */
export interface HttpConfig {
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
  /** Where clients are told to reach the API; made of host and port where undefined. */
  readonly publicUrl?: string | undefined
  /** Multiplies every rate limit. */
  readonly rateLimitScale: number
  /** The least `delaySendMessagesMilliseconds` that may be set. */
  readonly delayMinMs: number
  /** How long the `scanqrcode` web socket stays open. */
  readonly loginTimeoutMs: number
  /** Addresses and ranges whose word on where a request comes from counts. */
  readonly trustedProxies: readonly string[]
  /** The largest file that is taken, 1,048,576 bytes each. */
  readonly fileLimitMb: number
}

export interface HttpDeps {
  readonly config: HttpConfig
  readonly cluster: Cluster
  readonly instances: Instances
  readonly business: PartnerBusiness
  readonly people: People
  readonly about: ConsoleAbout
  readonly operatorToken: string
  readonly store: Store
  readonly media: Media
  readonly links: FileLinks
  readonly clock: Clock
  readonly random: Random
  readonly monotonicMs: () => number
  readonly log: Log
  /** The simulated network's own server; undefined where no messenger is simulated. */
  readonly simulator: SimulatorTarget | undefined
}
