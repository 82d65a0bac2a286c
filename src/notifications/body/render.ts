import type { InstanceData, NotificationEvent } from '../event.ts'
import { messageBody } from './message.ts'
import { stateBody } from './state.ts'
import { statusBody } from './status.ts'

/** The notification as it will be delivered, however late: JSON text, keys in the order that the vendor prints. */
export function renderNotification(instance: InstanceData, event: NotificationEvent): string {
  return JSON.stringify(bodyOf(instance, event))
}

function bodyOf(instance: InstanceData, event: NotificationEvent): object {
  switch (event.kind) {
    case 'message':
      return messageBody(instance, event)
    case 'status':
      return statusBody(instance, event)
    case 'state':
      return stateBody(instance, event)
    default:
      return event satisfies never
  }
}
