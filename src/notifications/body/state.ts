import type { InstanceData, StateEvent } from '../event.ts'
import { instanceData, unixSeconds } from './envelope.ts'

/** `stateInstanceChanged`. Strict receivers refuse any further key here. */
export function stateBody(instance: InstanceData, event: StateEvent): object {
  return {
    typeWebhook: 'stateInstanceChanged',
    instanceData: instanceData(instance),
    timestamp: unixSeconds(event.at),
    stateInstance: event.state,
  }
}
