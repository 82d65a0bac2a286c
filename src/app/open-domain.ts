import type { OpenCluster } from '../cluster/cluster.ts'
import type { Config } from '../config/schema.ts'
import type { SimulatorAddress } from '../drivers/registry.ts'
import { Housekeeping } from '../instances/housekeeping.ts'
import { Instances } from '../instances/instances.ts'
import { Retention } from '../instances/retention.ts'
import type { Node } from '../instances/node.ts'
import type { Seal } from '../lib/seal.ts'
import type { PartnerBusiness } from '../partners/partner-business.ts'
import { Register } from '../partners/register.ts'
import type { Store } from '../storage/store.ts'
import { followRegister } from './follow-register.ts'
import type { Foundation, OnClose } from './foundation.ts'
import { SharedJobs } from './jobs.ts'
import { openFiles, type Later } from './open-files.ts'
import { openNode } from './open-node.ts'
import { openPartnerBusiness, openPartnerRecords } from './open-partner-business.ts'

/** Instances and the business around them, loaded and not moving yet. */
export interface Domain {
  readonly node: Node
  readonly instances: Instances
  readonly business: PartnerBusiness
  /** The token of the first account, when this start made it. */
  readonly firstToken: string | undefined
  /** Brings everything to life; resolves when it is under way. */
  start(): Promise<void>
}

type DomainNeeds = Foundation & { readonly store: Store; readonly seal: Seal; readonly cluster: OpenCluster }

export async function openDomain(
  config: Config,
  needs: DomainNeeds,
  simulator: SimulatorAddress | undefined,
  later: Later,
  onClose: OnClose,
): Promise<Domain> {
  const loaded = () => later.instances ?? notLoaded()
  const files = await openFiles(config, { ...needs, onClose }, later)
  const { store, cluster, log } = needs
  const { ownership } = cluster
  const register = await Register.open({ store, isShared: !cluster.isAlone })
  const jobs = new SharedJobs(register, ownership, () => ({ ...business, retention }))
  const records = await openPartnerRecords(config, { ...needs, register, jobs, media: files.media, instances: loaded })
  const { accounts } = records
  const parts = { ...needs, ...records.forInstances, ...files, ownership }
  const node = await openNode(config, parts, simulator, onClose)
  const instances = (later.instances = await Instances.load(node))
  const housekeeping = new Housekeeping(node, instances, (signal) => accounts.recover(signal))
  const retention = new Retention(node, instances, (before, signal) => accounts.erase(before, signal))
  const follower = followRegister({ log, register, accounts, instances })
  const business = openPartnerBusiness(records, { ...needs, instances, jobsStore: jobs.store })
  onClose(async () => {
    await Promise.all([jobs.stop(false), retention.stop(), housekeeping.stop(), follower.stop()])
    await instances.stop()
  })
  cluster.onJobs(jobs)
  cluster.onSync(follower)
  const start = async (): Promise<void> => {
    // What a crash left of a deletion is not started first.
    await accounts.recover()
    await instances.start()
    housekeeping.start()
    await cluster.start(instances.residency)
  }
  return { node, instances, business, firstToken: records.firstToken, start }
}

function notLoaded(): never {
  throw new Error('the instances are not loaded yet')
}
