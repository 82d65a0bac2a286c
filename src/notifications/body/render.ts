import type { NotificationEvent, Rendering } from '../event.ts'
import { callBody } from './call.ts'
import { messageBody } from './message.ts'
import { quotaBody } from './quota.ts'
import { stateBody } from './state.ts'
import { statusBody } from './status.ts'

/** The notification as it will be delivered, however late: JSON text, keys in the order that the vendor prints. */
export function renderNotification(rendering: Rendering, event: NotificationEvent): string {
  return JSON.stringify(bodyOf(rendering, event))
}

function bodyOf(rendering: Rendering, event: NotificationEvent): object {
  const { instance } = rendering
  switch (event.kind) {
    case 'message':
      return messageBody(rendering, event)
    case 'status':
      return statusBody(instance, event)
    case 'state':
      return stateBody(instance, event)
    case 'call':
      return callBody(instance, event)
    case 'quota':
      return quotaBody(instance, event)
    default:
      return event satisfies never
  }
}
