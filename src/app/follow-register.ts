import type { OpenCluster } from '../cluster/cluster.ts'
import type { Instances } from '../instances/instances.ts'
import type { Accounts } from '../partners/accounts.ts'
import type { Register } from '../partners/register.ts'

export interface Followers {
  readonly register: Pick<Register, 'known' | 'follow'>
  readonly accounts: Pick<Accounts, 'recover'>
  readonly instances: Pick<Instances, 'refreshHolds'> & { readonly residency: Pick<Instances['residency'], 'catchUp'> }
}

/** Whatever any node changes is in force here, too, when a `sync` resolves: the copies are new, and so are what is held and what is deleted. */
export function followRegister(cluster: Pick<OpenCluster, 'onSync'>, followers: Followers): void {
  const { register, accounts, instances } = followers
  // The copies may be ahead of it: a change that was overtaken brings them up, and enforces nothing.
  let enforced = register.known
  cluster.onSync(async (revision) => {
    await register.follow(revision)
    await instances.residency.catchUp(revision.instances)
    const { known } = register
    if (known === enforced) return
    await accounts.recover()
    await instances.refreshHolds()
    enforced = known
  })
}
