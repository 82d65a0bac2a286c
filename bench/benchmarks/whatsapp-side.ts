import { setTimeout as sleep } from 'node:timers/promises'
import type { Access } from '../harness/api.ts'
import type { Bench } from '../harness/bench.ts'
import { Gateway } from '../harness/gateway.ts'
import { freePort } from '../harness/jadegate.ts'
import { PRELOAD, WhatsAppNetwork } from '../harness/whatsapp-network.ts'
import { allAuthorized, phoneOf } from './linked.ts'

const WAIT_MS = 300_000

/** The product with linked devices of a fake WhatsApp of its own. */
export class Side {
  readonly network: WhatsAppNetwork
  readonly gateway: Gateway
  readonly instances: Access[] = []

  private constructor(network: WhatsAppNetwork, gateway: Gateway) {
    this.network = network
    this.gateway = gateway
  }

  static async start(bench: Bench, name: string): Promise<Side> {
    const network = bench.own(await WhatsAppNetwork.start())
    const env = {
      JADEGATE_WHATSAPP: 'baileys',
      JADEGATE_WHATSAPP_URL: network.url,
      JADEGATE_WHATSAPP_LOGINS_PER_SECOND: '1000',
      JADEGATE_WHATSAPP_FIRST_CONTACTS_PER_DAY: '0',
      JADEGATE_WHATSAPP_NUMBER_CHECKS_PER_DAY: '0',
      JADEGATE_DELAY_MIN_MS: '1',
      NODE_OPTIONS: `--import ${PRELOAD}`,
      ...network.environment,
    }
    // Nobody listens there: what is simulated is not used, and its network is not in the process that is measured.
    return new Side(network, bench.own(await Gateway.start(bench.file(name), await freePort(), env)))
  }

  /** Links more instances until there are so many, and anyone can write to them. */
  async grow(count: number, settings: object = {}): Promise<void> {
    const from = this.instances.length
    const body = { name: 'bench', delaySendMessagesMilliseconds: 1, ...settings }
    const made = await this.gateway.api.createInstances(count - from, body)
    this.instances.push(...made)
    await this.network.people(made.map((_, number) => String(phoneOf(from + number))))
    let next = from
    // A few at once: each costs a quarter of a second of the server's processor.
    const worker = async () => {
      for (let number = next++; number < count; number = next++) {
        const access = this.instances[number]
        if (access === undefined) return
        const code = await this.gateway.api.code(access, phoneOf(number))
        await poll(() => this.network.enterCode(String(phoneOf(number)), code))
        await authorized(this.gateway, access)
      }
    }
    await Promise.all(Array.from({ length: 8 }, worker))
    await poll(async () => (await this.network.statistics()).withKeys === count)
  }

  /** Seconds from the start of the new process until the last instance is connected. */
  async restart(): Promise<number> {
    await this.gateway.stop()
    const start = performance.now()
    await this.gateway.restart()
    await allAuthorized(this.gateway, this.instances)
    return (performance.now() - start) / 1000
  }
}

function authorized({ api }: Gateway, access: Access): Promise<void> {
  return poll(async () => (await api.call('GET', access, 'getStateInstance'))['stateInstance'] === 'authorized')
}

export async function poll(holds: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + WAIT_MS
  while (!(await holds())) {
    if (performance.now() > until) throw new Error('it did not come to its end in time')
    await sleep(20)
  }
}
