import type { EpochMs } from '../../model/ids.ts'
import type { InstanceData } from '../event.ts'

/** The wire's `timestamp`: whole seconds since 1970. */
export function unixSeconds(at: EpochMs): number {
  return Math.floor(at / 1000)
}

/** The wire's `instanceData`, in its order of keys and with no other. */
export function instanceData(instance: InstanceData): InstanceData {
  return { idInstance: instance.idInstance, wid: instance.wid, typeInstance: instance.typeInstance }
}
