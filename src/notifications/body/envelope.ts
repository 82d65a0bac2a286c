import type { EpochMs } from '../../model/ids.ts'
import type { InstanceData } from '../event.ts'

/** The wire's `timestamp`: whole seconds since 1970. */
export function unixSeconds(at: EpochMs): number {
  return Math.floor(at / 1000)
}

const HEAD = '{"typeWebhook":"'

/** What kind of notification a body is that was made here: every one begins with its kind. Nothing is parsed, since each delivery asks. */
export function typeOfBody(body: string): string {
  return body.startsWith(HEAD) ? body.slice(HEAD.length, body.indexOf('"', HEAD.length)) : ''
}

/** The wire's `instanceData`, in its order of keys and with no other. */
export function instanceData(instance: InstanceData): InstanceData {
  return { idInstance: instance.idInstance, wid: instance.wid, typeInstance: instance.typeInstance }
}
