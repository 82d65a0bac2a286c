import type { Config } from '../config/schema.ts'
import type { Driver } from '../drivers/driver.ts'
import {
  openDrivers,
  type Engine,
  type MaxSettings,
  type SimulatorAddress,
  type WhatsAppSettings,
} from '../drivers/registry.ts'
import { DecimalIds, HexIds } from '../instances/identifiers.ts'
import type { Node } from '../instances/node.ts'
import { AddressRules } from '../lib/address-rules.ts'
import { Slots } from '../lib/slots.ts'
import type { Messenger } from '../model/messenger.ts'
import { Courier } from '../notifications/courier.ts'
import type { Foundation, OnClose } from './foundation.ts'
import { limitsOf } from './limits.ts'
import type { FileParts } from './open-files.ts'

/** Files that are downloaded from networks at one time, each up to 100 MB over what may be a slow line. */
const DOWNLOADS_AT_ONCE = 8

type Parts = FileParts & Pick<Node, 'store' | 'ownership' | 'entitlements' | 'news'>

/** What all instances of this process share: drivers, the courier, files, limits. */
export async function openNode(
  config: Config,
  { store, ownership, entitlements, news, media, links, fetchFile, previewPage, ...needs }: Foundation & Parts,
  simulator: SimulatorAddress | undefined,
  onClose: OnClose,
): Promise<Node> {
  const drivers = await openDrivers(enginesOf(config), {
    ...needs,
    ...(simulator && { simulator }),
    whatsapp: whatsAppOf(config),
    max: maxOf(config),
  })
  onClose(() => closeAll(drivers))
  const courier = new Courier({
    ...needs,
    allow: new AddressRules(config.webhookAllow),
    timeoutMs: config.webhookTimeoutMs,
    retryMs: config.webhookRetryMs,
    keepsDeliveries: config.keepDeliveriesDays > 0,
  })
  return {
    ...needs,
    store,
    drivers,
    courier,
    ownership,
    limits: limitsOf(config),
    cell: config.cell,
    media,
    links,
    fetchFile,
    previewPage,
    downloads: new Slots(DOWNLOADS_AT_ONCE),
    messageIds: { hex: new HexIds(needs.random), decimal: new DecimalIds() },
    entitlements,
    news,
  }
}

async function closeAll(drivers: ReadonlyMap<Messenger, Driver>): Promise<void> {
  await Promise.all([...drivers.values()].map((driver) => driver.close()))
}

/** What speaks with each messenger. */
export function enginesOf(config: Config): Readonly<Record<Messenger, Engine>> {
  return { whatsapp: config.whatsapp, v3: config.max, telegram: config.telegram }
}

export function whatsAppOf(config: Config): WhatsAppSettings {
  const { whatsappUrl: url, whatsappVersion: version } = config
  return {
    ...(url !== undefined && { url }),
    ...(version !== undefined && { version }),
    loginsPerSecond: config.whatsappLoginsPerSecond,
    firstContactsPerDay: config.whatsappFirstContactsPerDay,
    sendsButtons: config.whatsappButtons === 'native',
    checksPerDay: config.whatsappNumberChecksPerDay,
    proxies: new AddressRules(config.webhookAllow),
  }
}

/** Numbers are looked up so long after each other at least. */
const CHECK_PERIOD_MS = 2_000

export function maxOf(config: Config): MaxSettings {
  const { maxUrl: url, maxAppVersion: appVersion, maxChrome: chrome, maxOs: os, maxTimezone: timezone } = config
  return {
    ...(url !== undefined && { url }),
    identity: {
      ...(appVersion !== undefined && { appVersion }),
      ...(chrome !== undefined && { chrome: String(chrome) }),
      os,
      timezone,
    },
    seemsSeen: config.maxSeemsSeen === 'yes',
    loginsPerSecond: config.maxLoginsPerSecond,
    loginsPerDay: config.maxLoginsPerDay,
    checksPerDay: config.maxNumberChecksPerDay,
    checkPeriodMs: CHECK_PERIOD_MS,
    reachable: new AddressRules(config.webhookAllow),
  }
}
