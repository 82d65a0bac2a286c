import type { Cluster } from '../cluster/cluster.ts'
import type { Config } from '../config/schema.ts'
import type { Instances } from '../instances/instances.ts'
import type { Node } from '../instances/node.ts'
import { AddressRules } from '../lib/address-rules.ts'
import type { Seal } from '../lib/seal.ts'
import type { Media } from '../media/media.ts'
import { Accounts } from '../partners/accounts.ts'
import { DailyCharge } from '../partners/daily-charge.ts'
import { openEntitlements } from '../partners/entitlements.ts'
import { openFirstAccount } from '../partners/first-account.ts'
import { Hooks } from '../partners/hooks.ts'
import { instanceNews } from '../partners/instance-news.ts'
import { Ledger } from '../partners/ledger.ts'
import { Links } from '../partners/links.ts'
import { OwnInstances } from '../partners/own-instances.ts'
import type { PartnerBusiness } from '../partners/partner-business.ts'
import { PartnerInstances } from '../partners/partner-instances.ts'
import { PartnerTokens } from '../partners/partner-tokens.ts'
import { PriceList } from '../partners/price-list.ts'
import type { JobChanges, Register } from '../partners/register.ts'
import { Statements } from '../partners/statements.ts'
import { StoredBytes } from '../partners/stored-bytes.ts'
import type { Store } from '../storage/store.ts'
import type { Foundation } from './foundation.ts'

/** What there is before the instances: accounts and their tokens, tariffs and prices, hooks. */
export interface PartnerRecords {
  readonly register: Register
  readonly accounts: Accounts
  readonly tokens: PartnerTokens
  readonly prices: PriceList
  readonly hooks: Hooks
  readonly stored: StoredBytes
  /** What instances ask of it. */
  readonly forInstances: Pick<Node, 'entitlements' | 'news'>
  /** The token of the first account, when this start made it. */
  readonly firstToken: string | undefined
}

/** Other nodes store news of accounts too: so often it is looked for. */
const NEWS_OF_OTHERS_MS = 1000

type RecordsNeeds = Foundation & {
  readonly cluster: Pick<Cluster, 'isAlone' | 'syncEverywhere'>
  readonly register: Register
  readonly jobs: JobChanges
  readonly seal: Seal
  readonly media: Media
  /** Asked when there are some. */
  readonly instances: () => Instances
}

export async function openPartnerRecords(config: Config, given: RecordsNeeds): Promise<PartnerRecords> {
  const { cluster, register } = given
  const shared = cluster.isAlone ? {} : { announce: () => cluster.syncEverywhere(), pollMs: NEWS_OF_OTHERS_MS }
  const needs = { ...given, ...shared, store: register.store }
  const prices = await PriceList.open(needs)
  const accounts = await Accounts.open({ ...needs, prices })
  const tokens = await PartnerTokens.open({ ...needs, accounts })
  const hooks = await Hooks.open({ ...needs, accounts, allow: new AddressRules(config.webhookAllow) })
  register.keep(accounts, prices, tokens, hooks)
  const stored = new StoredBytes(needs)
  const forInstances = {
    entitlements: openEntitlements({ ...needs, accounts, prices, stored }),
    news: instanceNews(hooks),
  }
  const first = () => openFirstAccount({ ...needs, accounts, tokens }, config.partnerToken)
  const { firstToken } = await register.decide(first)
  return { register, accounts, tokens, prices, hooks, stored, forInstances, firstToken }
}

/** Everything that the APIs work with, around instances that are loaded. */
export function openPartnerBusiness(
  records: PartnerRecords,
  needs: Foundation & { readonly store: Store; readonly jobsStore: Store; readonly instances: Instances },
): PartnerBusiness {
  const dailyCharge = new DailyCharge({ ...needs, ...records, store: needs.jobsStore })
  return {
    ...records,
    dailyCharge,
    ledger: new Ledger(needs),
    statements: new Statements({ ...needs, ...records }),
    partnerInstances: new PartnerInstances({ ...needs, ...records }),
    ownInstances: new OwnInstances({ ...needs, ...records }),
    links: new Links(needs),
    audit: needs.store.audit,
  }
}
