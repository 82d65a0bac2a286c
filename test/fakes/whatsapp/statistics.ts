import { child, children } from './nodes.ts'
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
  /** By who asked and whose they are: each took one of that person's one-time keys for each device. */
  readonly #keysAsked = new Map<string, number>()
  /** By who asked. */
  readonly #devicesAsked = new Map<string, number>()
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
    network.on('stanza', (device: Device, stanza: Node) => {
      count(this.#stanzas, stanza.tag)
      if (stanza.tag === 'iq') this.#queried(device.account.phone, stanza)
    })
  }

  /** How often the devices of one person were asked for keys by another's. */
  keysAsked(by: string, of: string): number {
    return this.#keysAsked.get(`${by} ${of}`) ?? 0
  }

  /** How often a person's device asked who has which devices. */
  devicesAsked(by: string): number {
    return this.#devicesAsked.get(by) ?? 0
  }

  #queried(by: string, query: Node): void {
    const { xmlns, type } = query.attrs
    if (xmlns === 'encrypt' && type === 'get') {
      const of = children(child(query, 'key'), 'user').map(({ attrs }) => this.#network.find(attrs['jid'] ?? '')?.phone)
      for (const phone of of) if (phone !== undefined) count(this.#keysAsked, `${by} ${phone}`)
    }
    const asked = child(child(query, 'usync'), 'query')
    if (xmlns === 'usync' && child(asked, 'devices') !== undefined) count(this.#devicesAsked, by)
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
      // The others can't be written to yet.
      withKeys: devices.filter(({ bundle }) => bundle !== null).length,
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

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
