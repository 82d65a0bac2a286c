import type { InstanceData, QuotaEvent } from '../event.ts'
import { instanceData, unixSeconds } from './envelope.ts'

/** `quotaExceeded`: the month's correspondents are used up. */
export function quotaBody(instance: InstanceData, event: QuotaEvent): object {
  return {
    typeWebhook: 'quotaExceeded',
    instanceData: instanceData(instance),
    timestamp: unixSeconds(event.at),
    quotaData: {
      method: 'correspondents',
      used: event.used,
      total: event.total,
      status: 'CORRESPONDENTS_QUOTA_EXCEEDED',
      description: `Monthly quota has been exceeded. You can only send or receive messages from these chats: ${event.correspondents.join()}`,
    },
  }
}
