import type { FlagName, Settings } from '../model/settings.ts'
import type { MessageEvent, NotificationEvent, StatusEvent } from './event.ts'

const FLAG_OF_FLOW: Readonly<Record<MessageEvent['flow'], FlagName>> = {
  incoming: 'incomingWebhook',
  outgoing: 'outgoingMessageWebhook',
  outgoingApi: 'outgoingAPIMessageWebhook',
}

/** Whether the settings, as they are when the event happens, want a notification of it. The same for every messenger. */
export function isWanted(event: NotificationEvent, settings: Settings): boolean {
  switch (event.kind) {
    case 'message':
      return settings[FLAG_OF_FLOW[event.flow]] === 'yes'
    case 'status':
      return isStatusWanted(event, settings)
    case 'state':
      return settings.stateWebhook === 'yes'
    default:
      return event satisfies never
  }
}

/**
 * That a message of the API's was not sent can't be switched off. Of a message from the phone the integrator only hears more
 * when it hears of such messages at all.
 */
function isStatusWanted(event: StatusEvent, settings: Settings): boolean {
  if (!event.byApi) return settings.outgoingWebhook === 'yes' && settings.outgoingMessageWebhook === 'yes'
  return event.status === 'failed' || event.status === 'noAccount' || settings.outgoingWebhook === 'yes'
}
