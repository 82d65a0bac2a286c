import { JOBS } from '../../storage/cluster-store.ts'
import type { InstanceId } from '../../model/ids.ts'
import { parseTarget } from '../target.ts'

/** What a call must find before it is admitted. */
export interface Concern {
  /** It is answered where this one lives. */
  readonly instance: InstanceId | undefined
  /** It sees accounts, tokens or lists: they must be as new as what any node has answered before. */
  readonly isOfRegister: boolean
}

/** Of one instance: its file, or what our own APIs do with it. */
const OF_INSTANCE =
  /^\/(?:media|api\/(?:[a-z]+\/v1|console(?:\/operator)?)(?:\/accounts\/[^/?]+)?\/instances)\/(\d{1,15})(?:[/?]|$)/
/** Hooks are called by the node that does the jobs, and it alone knows how that went. */
const OF_JOBS =
  /^\/api\/(?:(?:operator\/v1|console\/operator)\/billing\/run|(?:partner\/v1|console\/accounts\/[^/?]+)\/hook)(?:[/?]|$)/

/** By the URL alone; undefined where any node answers by itself. */
export function concernOf(url: string): Concern | undefined {
  const target = parseTarget(url)
  if (target?.family === 'instance') return ofInstance(target.id, false)
  if (target !== null) return REGISTER
  if (OF_JOBS.test(url)) return { instance: JOBS, isOfRegister: true }
  const named = OF_INSTANCE.exec(url)?.[1]
  const isOfRegister = url.startsWith('/api/')
  if (named !== undefined) return ofInstance(Number(named), isOfRegister)
  return isOfRegister ? REGISTER : undefined
}

const REGISTER: Concern = { instance: undefined, isOfRegister: true }

/** What is no number is no instance, and refused as that anywhere. */
function ofInstance(id: number, isOfRegister: boolean): Concern | undefined {
  if (!Number.isSafeInteger(id) || id === JOBS) return isOfRegister ? REGISTER : undefined
  return { instance: id as InstanceId, isOfRegister }
}
