import type { NetworkCall } from '../../model/call.ts'
import type { CallEvent, InstanceData } from '../event.ts'
import { instanceData, unixSeconds } from './envelope.ts'

/** `incomingCall` and `outgoingCall`. Strict receivers refuse any further key in the first. */
export function callBody(instance: InstanceData, { call }: CallEvent): object {
  return call.direction === 'in' ? incomingCall(instance, call) : outgoingCall(instance, call)
}

function incomingCall(instance: InstanceData, call: NetworkCall): object {
  return {
    from: call.chat.id,
    typeWebhook: 'incomingCall',
    instanceData: instanceData(instance),
    status: call.status,
    timestamp: unixSeconds(call.at),
    idMessage: call.id,
    isVideo: call.isVideo,
  }
}

/** `from` is who was called; a participant is named by both keys that clients look for. */
function outgoingCall(instance: InstanceData, call: NetworkCall): object {
  return {
    typeWebhook: 'outgoingCall',
    instanceData: instanceData(instance),
    timestamp: unixSeconds(call.at),
    idMessage: call.id,
    from: call.chat.id,
    isVideo: call.isVideo,
    duration: call.durationS,
    status: call.status,
    participants: call.participants.map(({ id, status }) => ({ wid: id, id, status })),
  }
}
