import type { Device, Network, Node } from './network.ts'
import type { VirtualPhone } from './virtual-phone.ts'

/** How many logins are remembered with their times. */
const LOGINS_KEPT = 20_000

/** What the network saw, as numbers. */
export class Statistics {
  readonly #network: Network
  readonly #phones: ReadonlySet<VirtualPhone>
  /** Milliseconds, oldest first. */
  readonly #logins: { readonly at: number; readonly phone: string }[] = []
  #loginCount = 0
  #goneCount = 0
  /** Of what devices sent, by tag. */
  readonly #stanzas = new Map<string, number>()

  /** The phones are those that were made. */
  constructor(network: Network, phones: ReadonlySet<VirtualPhone>) {
    this.#network = network
    this.#phones = phones
    network.on('login', (device: Device) => {
      this.#loginCount += 1
      this.#logins.push({ at: network.now(), phone: device.account.phone })
      if (this.#logins.length > LOGINS_KEPT) this.#logins.shift()
    })
    network.on('gone', () => (this.#goneCount += 1))
    network.on('stanza', (_device: Device, { tag }: Node) => {
      this.#stanzas.set(tag, (this.#stanzas.get(tag) ?? 0) + 1)
    })
  }

  /** Of the last that many. */
  logins(): readonly { readonly at: number; readonly phone: string }[] {
    return this.#logins
  }

  /** The most logins that any so many milliseconds saw. */
  busiest(windowMs: number): number {
    let start = 0
    let most = 0
    for (const [end, { at }] of this.#logins.entries()) {
      while ((this.#logins[start]?.at ?? at) <= at - windowMs) start += 1
      most = Math.max(most, end - start + 1)
    }
    return most
  }

  summary() {
    const accounts = [...this.#network.accounts.values()]
    const devices = accounts.flatMap((account) => [...account.devices.values()])
    const tallies = [...this.#phones].map(({ tally }) => tally)
    const sum = (pick: (tally: VirtualPhone['tally']) => number) =>
      tallies.reduce((total, tally) => total + pick(tally), 0)
    return {
      accounts: accounts.length,
      devices: devices.length,
      connected: devices.filter(({ connection }) => connection !== null).length,
      unacknowledged: devices.reduce((total, { unacknowledged }) => total + unacknowledged.length, 0),
      logins: this.#loginCount,
      gone: this.#goneCount,
      busiestSecond: this.busiest(1000),
      stanzas: Object.fromEntries(this.#stanzas),
      phones: {
        sent: sum(({ sent }) => sent),
        received: sum(({ received }) => received),
        unreadable: sum(({ unreadable }) => unreadable),
        retriesAsked: sum(({ retriesAsked }) => retriesAsked),
        retriesAnswered: sum(({ retriesAnswered }) => retriesAnswered),
      },
      memory: process.memoryUsage().rss,
      cpuMs: (process.cpuUsage().user + process.cpuUsage().system) / 1000,
    }
  }
}
