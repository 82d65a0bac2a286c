import { STATUS_CHAT, type ContentKind } from '../model/content.ts'
import type { FlagName, Settings } from '../model/settings.ts'
import type { CallEvent, MessageEvent, NotificationEvent, StatusEvent } from './event.ts'

const FLAG_OF_FLOW: Readonly<Record<MessageEvent['flow'], FlagName>> = {
  incoming: 'incomingWebhook',
  outgoing: 'outgoingMessageWebhook',
  outgoingApi: 'outgoingAPIMessageWebhook',
}

/** What some contents need besides the flag of their direction. */
const FLAG_OF_CONTENT: Readonly<Partial<Record<ContentKind, FlagName>>> = {
  poll: 'pollMessageWebhook',
  vote: 'pollMessageWebhook',
  edit: 'editedMessageWebhook',
  deletion: 'deletedMessageWebhook',
  product: 'catalogWebhook',
  order: 'catalogWebhook',
}

/** Whether the settings, as they are when the event happens, want a notification of it. The same for every messenger. */
export function isWanted(event: NotificationEvent, settings: Settings): boolean {
  switch (event.kind) {
    case 'message':
      return isMessageWanted(event, settings)
    case 'status':
      return isStatusWanted(event, settings)
    case 'state':
      return settings.stateWebhook === 'yes'
    case 'call':
      return isCallWanted(event, settings)
    case 'quota':
      return true
    default:
      return event satisfies never
  }
}

/** Statuses (stories) are told by their journals alone. */
function isMessageWanted({ flow, message }: MessageEvent, settings: Settings): boolean {
  if (settings[FLAG_OF_FLOW[flow]] !== 'yes' || message.chat.id === STATUS_CHAT) return false
  const flag = FLAG_OF_CONTENT[message.content.kind]
  return flag === undefined || settings[flag] === 'yes'
}

function isCallWanted({ call }: CallEvent, settings: Settings): boolean {
  if (call.direction === 'out') return settings.outgoingCallWebhook === 'yes'
  return settings.incomingWebhook === 'yes' && settings.incomingCallWebhook === 'yes'
}

/**
 * That a message of the API's was not sent can't be switched off. Of a message from the phone the integrator only hears more
 * when it hears of such messages at all.
 */
function isStatusWanted(event: StatusEvent, settings: Settings): boolean {
  if (event.chat === STATUS_CHAT) return false
  if (!event.byApi) return settings.outgoingWebhook === 'yes' && settings.outgoingMessageWebhook === 'yes'
  return event.status === 'failed' || event.status === 'noAccount' || settings.outgoingWebhook === 'yes'
}
