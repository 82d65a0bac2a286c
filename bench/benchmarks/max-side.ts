import { inParallel, type Access } from '../harness/api.ts'
import type { Bench } from '../harness/bench.ts'
import { Gateway, OPERATOR_TOKEN } from '../harness/gateway.ts'
import { freePort } from '../harness/jadegate.ts'
import { MaxNetwork } from '../harness/max-network.ts'
import { allAuthorized, phoneOf } from './linked.ts'

/** The product with linked devices of a fake MAX of its own. */
export class MaxSide {
  readonly network: MaxNetwork
  readonly gateway: Gateway
  readonly instances: Access[] = []

  private constructor(network: MaxNetwork, gateway: Gateway) {
    this.network = network
    this.gateway = gateway
  }

  static async start(bench: Bench, name: string): Promise<MaxSide> {
    const network = bench.own(await MaxNetwork.start())
    const env = {
      JADEGATE_MAX: 'live',
      JADEGATE_MAX_URL: network.url,
      JADEGATE_MAX_LOGINS_PER_SECOND: '1000',
      JADEGATE_MAX_LOGINS_PER_DAY: '100000',
      JADEGATE_MAX_NUMBER_CHECKS_PER_DAY: '0',
      JADEGATE_DELAY_MIN_MS: '1',
    }
    // Nobody listens there: what is simulated is not used, and its network is not in the process that is measured.
    return new MaxSide(network, bench.own(await Gateway.start(bench.file(name), await freePort(), env)))
  }

  /** Links more instances, by tokens, until there are so many. */
  async grow(count: number, settings: object = {}): Promise<void> {
    const from = this.instances.length
    const body = { name: 'bench', typeInstance: 'v3', delaySendMessagesMilliseconds: 1, ...settings }
    const made = await this.gateway.api.createInstances(count - from, body)
    this.instances.push(...made)
    const account = await this.#account()
    await inParallel(made.length, async (number) => {
      const token = await this.network.token(String(phoneOf(from + number)))
      const at = `/accounts/${account}/instances/${String(made[number]?.id)}/link/token`
      await this.#operator('PUT', at, { token })
    })
    await allAuthorized(this.gateway, made)
  }

  /** Seconds from the start of the new process until the last instance is connected. */
  async restart(): Promise<number> {
    await this.gateway.stop()
    const start = performance.now()
    await this.gateway.restart()
    await allAuthorized(this.gateway, this.instances)
    return (performance.now() - start) / 1000
  }

  async #account(): Promise<string> {
    const { items } = (await this.#operator('GET', '/accounts')) as { readonly items: readonly { id: string }[] }
    const [first] = items
    if (first === undefined) throw new Error('there is no account')
    return first.id
  }

  async #operator(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${this.gateway.port}/api/operator/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${OPERATOR_TOKEN}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
    return response.json()
  }
}
