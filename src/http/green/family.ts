import type { Clock } from '../../lib/clock.ts'
import { isSameSecret } from '../../lib/same-secret.ts'
import { fault, type Fault } from '../../model/fault.ts'
import type { Instance } from '../../instances/instance.ts'
import type { Instances } from '../../instances/instances.ts'
import { envelope, instanceRefusal, Refusal } from '../errors.ts'
import type { Family } from '../family.ts'
import type { Method, MethodTable } from '../method.ts'
import type { Target } from '../target.ts'

/** For so long a deleted instance says that it is one; then it knows nobody any more. */
const DELETED_TELLS_MS = 86_400_000

/** The methods of instances: `/waInstance{id}/{method}/{token}`. */
export class InstanceFamily implements Family<Instance> {
  readonly methods: MethodTable<Instance>
  readonly #instances: Pick<Instances, 'get'>
  readonly #clock: Clock

  constructor(methods: MethodTable<Instance>, instances: Pick<Instances, 'get'>, clock: Clock) {
    this.methods = methods
    this.#instances = instances
    this.#clock = clock
  }

  admit(target: Target, method: Method<Instance> | undefined, url: string): Instance | Refusal {
    const instance = this.#instances.get(target.id)
    if (instance === undefined) return new Refusal(403)
    if (!isSameSecret(target.token, instance.token)) return method?.refuseToken ?? WRONG_TOKEN
    if (instance.deletedAt === null) {
      const { held } = instance
      return held === undefined ? instance : instanceRefusal(held, url, this.#clock.now())
    }
    const now = this.#clock.now()
    return now - instance.deletedAt < DELETED_TELLS_MS
      ? instanceRefusal(fault('deleted', 'Instance is deleted'), url, now)
      : WRONG_TOKEN
  }

  messengerOf(instance: Instance): Instance['messenger'] {
    return instance.messenger
  }

  scopeOf(instance: Instance): number {
    return instance.id
  }

  spend(instance: Instance, method: Method<Instance>): Promise<Fault | undefined> | undefined {
    return instance.spend(method.name.toLowerCase())
  }

  refuse(trouble: Fault, url: string, headers?: readonly string[]): Refusal {
    return instanceRefusal(trouble, url, this.#clock.now(), headers === undefined ? {} : { headers })
  }

  refuseStatus(status: number, message: string, url: string, headers?: readonly string[]): Refusal {
    return envelope(status, url, message, this.#clock.now(), headers === undefined ? {} : { headers })
  }
}

const WRONG_TOKEN = new Refusal(401)
