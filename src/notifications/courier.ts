import type { AddressRules } from '../lib/address-rules.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { ResolveName } from '../lib/name-lookup.ts'
import { Recent } from '../lib/recent.ts'
import type { InstanceId } from '../model/ids.ts'
import { Lane, type CourierClient, type LaneHost, type Target } from './lane.ts'
import { readEndpoint, type Endpoint, type EndpointTrouble } from './post/endpoint.ts'
import { Receivers } from './post/receivers.ts'

export type { CourierClient } from './lane.ts'

/**
 * An instance has one request under way at most, so this many instances may wait for one slow origin before the next one has
 * to wait too.
 */
const CONNECTIONS_PER_ORIGIN = 8192
/** A burst over many instances of one receiver reaches it so many at a time; those that hang stop counting after a moment. */
const BURST = 64
const BURST_MS = 10
const ORIGINS = 2048
const CONNECT_TIMEOUT_MS = 30_000
/** How long the rest of an answer may take whose status is known already. */
const ANSWER_REST_MS = 10_000

export interface CourierDeps {
  readonly clock: Clock
  readonly log: Log
  readonly allow: AddressRules
  /** How long a receiver may take to answer. */
  readonly timeoutMs: number
  /** How long to wait before the same notification is sent again. */
  readonly retryMs: number
  /** Each attempt is noted in the ledger of deliveries. */
  readonly keepsDeliveries: boolean
  /** How names are resolved; the machine's way where it is absent. */
  readonly resolve?: ResolveName
}

/** Webhook delivery for all instances of the node. An instance with nothing to deliver costs nothing. */
export class Courier {
  readonly #receivers: Receivers
  readonly #clock: Clock
  readonly #host: LaneHost
  /**
   * Of each instance that has ever delivered here, until it is gone: an entry that came and went with each delivery would cost the
   * collector more than the delivery itself.
   */
  readonly #lanes = new Map<InstanceId, Lane>()
  /** How many lanes deliver or pause right now. */
  #running = 0
  readonly #endpoints = new Recent<string, Known>(ORIGINS * 2)
  /** Who waits for the end of an instance's lane. */
  readonly #releases = new Map<InstanceId, () => void>()
  #closing = false
  #idle: (() => void) | undefined

  constructor(deps: CourierDeps) {
    const { clock, log, retryMs, timeoutMs, keepsDeliveries } = deps
    this.#clock = clock
    this.#receivers = new Receivers(
      clock,
      deps.allow,
      {
        origins: ORIGINS,
        connections: CONNECTIONS_PER_ORIGIN,
        burst: BURST,
        burstMs: BURST_MS,
        connectMs: Math.min(timeoutMs, CONNECT_TIMEOUT_MS),
        headMs: timeoutMs,
        restMs: Math.min(timeoutMs, ANSWER_REST_MS),
      },
      deps.resolve,
    )
    const endpoint = (target: Target) => this.#endpoint(target)
    const ended = (lane: Lane) => this.#ended(lane)
    this.#host = { clock, log, retryMs, keepsDeliveries, receivers: this.#receivers, endpoint, ended }
  }

  /**
   * Starts or resumes delivery for this instance if it has a target and items; cheap when nothing is to do. A changed URL or
   * token takes effect at once, and cuts a pause short.
   */
  wake(client: CourierClient): void {
    const lane = this.#lanes.get(client.id)
    if (lane?.isRunning === true) lane.wake()
    else if (!this.#closing && client.target() !== null && !client.mailbox.isEmpty) this.#start(client, lane)
  }

  #start(client: CourierClient, known: Lane | undefined): void {
    const lane = known?.client === client ? known : new Lane(client, this.#host)
    if (lane !== known) this.#lanes.set(client.id, lane)
    this.#running += 1
    void lane.run()
  }

  #ended(lane: Lane): void {
    const { id } = lane.client
    this.#running -= 1
    if (lane.isStopped && this.#lanes.get(id) === lane) this.#lanes.delete(id)
    if (this.#releases.size > 0) {
      this.#releases.get(id)?.()
      this.#releases.delete(id)
    }
    if (this.#running === 0) this.#idle?.()
  }

  /** Forgets this instance, which was deleted; an attempt under way is cut off. */
  forget(id: InstanceId): void {
    this.#stop(id)?.abort()
  }

  /** As `forget`, but an attempt under way may end, within so long. Resolves when all is over; nothing keeps it from being woken again. */
  async release(id: InstanceId, drainMs: number): Promise<void> {
    const lane = this.#stop(id)
    if (lane === undefined) return
    const timer = this.#clock.after(drainMs, () => lane.abort())
    await new Promise<void>((resolve) => this.#releases.set(id, resolve))
    timer.cancel()
  }

  /** The lane where it runs, which ends now; one that rests is forgotten. */
  #stop(id: InstanceId): Lane | undefined {
    const lane = this.#lanes.get(id)
    if (lane?.isRunning === true) {
      lane.stop()
      return lane
    }
    this.#lanes.delete(id)
    return undefined
  }

  /** Takes nothing new, waits for what is under way up to `drainMs`, then cuts it off. Resolves when all is over. */
  async close(drainMs: number): Promise<void> {
    this.#closing = true
    for (const lane of this.#lanes.values()) lane.stop()
    if (this.#running > 0) {
      await new Promise<void>((resolve) => {
        const timer = this.#clock.after(drainMs, () => {
          for (const lane of this.#lanes.values()) lane.abort()
        })
        this.#idle = () => {
          timer.cancel()
          resolve()
        }
      })
    }
    await this.#receivers.destroy()
  }

  #endpoint(target: Target): Endpoint | EndpointTrouble {
    const known = this.#endpoints.get(target.url)
    if (known?.token === target.token) return known.endpoint
    const endpoint = readEndpoint(target.url, target.token)
    this.#endpoints.set(target.url, { token: target.token, endpoint })
    return endpoint
  }
}

interface Known {
  readonly token: string
  readonly endpoint: Endpoint | EndpointTrouble
}
