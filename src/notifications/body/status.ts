import type { InstanceData, StatusEvent } from '../event.ts'
import { instanceData, unixSeconds } from './envelope.ts'

/** `outgoingMessageStatus`. `description` comes only with a status that says the message was not sent. */
export function statusBody(instance: InstanceData, event: StatusEvent): object {
  return {
    typeWebhook: 'outgoingMessageStatus',
    chatId: event.chat,
    instanceData: instanceData(instance),
    timestamp: unixSeconds(event.at),
    idMessage: event.id,
    status: event.status,
    ...(isFailure(event.status) ? { description: event.description } : {}),
    sendByApi: event.byApi,
  }
}

function isFailure(status: StatusEvent['status']): boolean {
  switch (status) {
    case 'sent':
    case 'delivered':
    case 'read':
      return false
    case 'failed':
    case 'noAccount':
    case 'notInGroup':
      return true
    default:
      return status satisfies never
  }
}
