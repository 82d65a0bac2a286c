import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { TARIFFS } from '../../src/billing/tariffs.ts'
import { ownEverything, type Ownership } from '../../src/cluster/ownership.ts'
import { openDrivers } from '../../src/drivers/registry.ts'
import { Housekeeping } from '../../src/instances/housekeeping.ts'
import { DecimalIds, HexIds } from '../../src/instances/identifiers.ts'
import { Instance } from '../../src/instances/instance.ts'
import { Instances, type NewInstance } from '../../src/instances/instances.ts'
import { Retention } from '../../src/instances/retention.ts'
import type { Entitlements, Limits, Node } from '../../src/instances/node.ts'
import { AddressRules } from '../../src/lib/address-rules.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { GuardedPools, type GuardedPoolLimits } from '../../src/lib/guarded-pool.ts'
import { silentLog } from '../../src/lib/log.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { Slots } from '../../src/lib/slots.ts'
import { openDiskMedia } from '../../src/media/disk.ts'
import { FileFetcher } from '../../src/media/fetch.ts'
import { FileLinks } from '../../src/media/links.ts'
import { FILE_LIMIT_BYTES } from '../../src/model/content-file.ts'
import type { Content } from '../../src/model/content.ts'
import type { AccountId, ChatId, MessageId } from '../../src/model/ids.ts'
import type { OutgoingMessage } from '../../src/model/message.ts'
import type { Messenger } from '../../src/model/messenger.ts'
import type { Settings } from '../../src/model/settings.ts'
import { Courier } from '../../src/notifications/courier.ts'
import { startNetwork } from '../../src/simulator/network.ts'
import type { Store } from '../../src/storage/store.ts'
import { openTestStore } from './test-database.ts'

export const ACCOUNT = 'acc-1' as AccountId
const HOUR_MS = 3_600_000

const LIMITS: Limits = {
  unsureMs: 300_000,
  unsureHoldMs: 30_000,
  loginTimeoutMs: 100_000,
  keepQueueMs: 24 * HOUR_MS,
  keepNotificationsMs: 24 * HOUR_MS,
  keepJournalMs: 90 * 24 * HOUR_MS,
  keepStatesMs: 365 * 24 * HOUR_MS,
  keepDeletedMs: 92 * 24 * HOUR_MS,
  keepAnswersMs: 24 * HOUR_MS,
  keepDeliveriesMs: 7 * 24 * HOUR_MS,
  keepMediaMs: 15 * 24 * HOUR_MS,
  fileLimitBytes: FILE_LIMIT_BYTES,
}

const FETCHES: GuardedPoolLimits = {
  origins: 8,
  connections: 8,
  connectTimeoutMs: 2000,
  headersTimeoutMs: 5000,
  bodyTimeoutMs: 5000,
}

/** The domain of one process over a real store and a real simulated network, without HTTP. */
export interface Domain {
  readonly instances: Instances
  readonly housekeeping: Housekeeping
  readonly retention: Retention
  readonly node: Node
  stop(): Promise<void>
}

/** What a test puts in the place of what a process has. */
export interface Stead {
  readonly limits?: Partial<Limits>
  /** Something between the domain and its store, such as delays. */
  readonly around?: (inner: Store) => Store
  readonly node?: Partial<Pick<Node, 'fetchFile' | 'previewPage' | 'clock' | 'drivers' | 'log' | 'news'>>
  readonly ownership?: Partial<Ownership>
  readonly entitlements?: Partial<Entitlements>
}

/** Of instances that nobody bills: all on PARTNER, none is held, any number of files. */
const ANYTHING_GOES: Entitlements = {
  tariffOf: () => TARIFFS.PARTNER,
  heldBy: () => undefined,
  roomFor: () => undefined,
  kept: () => undefined,
}

/** A simulated network and a folder that outlive the domains that are started on them. */
export async function openWorld() {
  const folder = mkdtempSync(join(tmpdir(), 'jadegate-test-'))
  const shared = { clock: systemClock, random: systemRandom, log: silentLog }
  const network = await startNetwork({ file: join(folder, 'simulator.db'), host: '127.0.0.1', port: 0, ...shared })
  const running = new Set<Domain>()

  async function start(limits: Partial<Limits> = {}, around?: Stead['around']): Promise<Domain> {
    return startWith({ limits, ...(around && { around }) })
  }

  async function startWith({
    limits = {},
    around = (inner) => inner,
    node: instead = {},
    ownership: otherwise,
    entitlements,
  }: Stead) {
    const inner = await openTestStore({
      file: join(folder, 'jadegate.db'),
      sealingKey: Buffer.alloc(32, 7),
      log: silentLog,
    })
    const store = around(inner)
    const engines = { whatsapp: 'simulator', v3: 'simulator', telegram: 'simulator' } as const
    const drivers = await openDrivers(engines, { ...shared, simulator: { url: network.url } })
    const allow = new AddressRules(['127.0.0.0/8'])
    const courier = new Courier({
      clock: systemClock,
      log: silentLog,
      allow,
      timeoutMs: 5000,
      retryMs: 200,
      keepsDeliveries: true,
    })
    const pools = new GuardedPools(systemClock, allow, FETCHES)
    const media = await openDiskMedia({ folder: join(folder, 'media'), ...shared })
    const links = new FileLinks({
      publicUrl: () => 'http://127.0.0.1:1',
      hash: (text) => createHmac('sha256', 'test').update(text).digest('base64url'),
      clock: systemClock,
      lifeMs: LIMITS.keepMediaMs,
    })
    const fetcher = new FileFetcher({
      media,
      links,
      openLinked: (file) => instances.openFile(file),
      keep: (instance, draft) => instances.keepFile(instance, draft),
      pools,
      clock: systemClock,
      limitBytes: FILE_LIMIT_BYTES,
      timeoutMs: 10_000,
    })
    const ownership = { ...(await ownEverything(store, 'test')), ...otherwise }
    const node: Node = {
      store,
      drivers,
      courier,
      ownership,
      limits: { ...LIMITS, ...limits },
      media,
      links,
      fetchFile: (instance, url, signal) => fetcher.fetch(instance, url, signal),
      previewPage: () => Promise.resolve(null),
      downloads: new Slots(8),
      messageIds: { hex: new HexIds(systemRandom), decimal: new DecimalIds() },
      entitlements: { ...ANYTHING_GOES, ...entitlements },
      news: () => [],
      ...shared,
      ...instead,
    }
    const instances = await Instances.load(node)
    const housekeeping = new Housekeeping(node, instances, () => Promise.resolve())
    const retention = new Retention(node, instances, () => Promise.resolve())
    await instances.start()
    const domain: Domain = {
      instances,
      housekeeping,
      retention,
      node,
      stop: async () => {
        running.delete(domain)
        await courier.close(1000)
        await Promise.all([housekeeping.stop(), retention.stop()])
        await instances.stop()
        await pools.destroy()
        for (const driver of drivers.values()) await driver.close()
        await store.close()
      },
    }
    running.add(domain)
    return domain
  }

  return {
    start,
    startWith,
    /** Calls the simulated network's API. */
    async simulator(verb: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown> {
      const response = await fetch(`${network.url}/simulator/${path}`, {
        method: verb,
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      })
      const value: unknown = await response.json()
      if (!response.ok) throw new Error(JSON.stringify(value))
      return value
    },
    /** Puts a file on the simulated network; gives its hash. */
    async upload(bytes: Buffer): Promise<string> {
      const response = await fetch(`${network.url}/simulator/files`, { method: 'POST', body: bytes })
      const { sha256 } = (await response.json()) as { sha256: string }
      return sha256
    },
    async close(): Promise<void> {
      for (const domain of running) await domain.stop()
      await network.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
export type World = Awaited<ReturnType<typeof openWorld>>

export async function newInstance(
  domain: Domain,
  settings: Partial<Settings> = {},
  messenger: Messenger = 'whatsapp',
  more: Partial<NewInstance> = {},
): Promise<Instance> {
  const made = await domain.instances.create(ACCOUNT, {
    messenger,
    name: '',
    settings: { delaySendMessagesMilliseconds: 500, ...settings },
    tariff: 'PARTNER',
    paidUntil: null,
    ...more,
  })
  if (!(made instanceof Instance)) throw new Error('no instance was made')
  return made
}

/** Links by QR and waits until sends may leave. */
export async function link(world: World, instance: Instance, phoneNumber: string): Promise<void> {
  const qr = await instance.linking.qr()
  if (qr.kind !== 'qr') throw new Error(`no QR: ${qr.kind}`)
  await world.simulator('POST', 'link', { qr: qr.value, phoneNumber })
  await until(() => instance.state === 'authorized' && instance.isOnline)
}

export function say(instance: Instance, to: string, text: string): Promise<MessageId> {
  return sendTo(instance, to, { kind: 'text', text })
}

/** Queues a content for a phone, or for a chat id that is given whole. */
export async function sendTo(
  instance: Instance,
  to: string,
  content: Content,
  more: Partial<OutgoingMessage> = {},
): Promise<MessageId> {
  const chat = (to.includes('@') ? to : `${to}@c.us`) as ChatId
  const id = await instance.send({ chat, content, ...more })
  if (typeof id !== 'string') throw new Error('not queued')
  return id
}

interface Seen {
  readonly text: string
  readonly id: string
}

/** Texts of what a phone has got, oldest first. */
export async function textsOf(world: World, phone: string): Promise<string[]> {
  const seen = (await world.simulator('GET', `messages?phone=${phone}`)) as Seen[]
  return seen.map((message) => message.text)
}

/** Takes everything from the mailbox, as a polling client does. */
export async function drain(instance: Instance): Promise<Record<string, unknown>[]> {
  const bodies: Record<string, unknown>[] = []
  for (;;) {
    const head = await instance.mailbox.peek()
    if (head === null) return bodies
    bodies.push(JSON.parse(head.body) as Record<string, unknown>)
    await instance.mailbox.remove(head.receiptId)
  }
}

/** Waits until something holds; fails after a generous time, never because the machine is slow for a moment. */
export async function until(holds: () => boolean | Promise<boolean>, timeoutMs = 15_000): Promise<void> {
  const giveUpAt = Date.now() + timeoutMs
  while (!(await holds())) {
    if (Date.now() > giveUpAt) throw new Error(`waited ${String(timeoutMs)} ms in vain for: ${holds.toString()}`)
    await sleep(10)
  }
}
