import type { Messenger } from '../../api/instances.ts'
import type { Words } from '../../words/dictionaries.ts'

export type SettingName = keyof Words<'instance'>['settings']
export type GroupName = keyof Words<'instance'>['settingGroups']

export type Setting =
  | { readonly kind: 'flag'; readonly name: SettingName; readonly messengers?: readonly Messenger[] }
  | { readonly kind: 'address'; readonly name: SettingName; readonly schemes: readonly string[] }
  | { readonly kind: 'secret'; readonly name: SettingName }
  | {
      readonly kind: 'number'
      readonly name: SettingName
      readonly least: number
      readonly most: number
      readonly step: number
    }

interface SettingGroup {
  readonly name: GroupName
  readonly settings: readonly Setting[]
}

const flag = (name: SettingName): Setting => ({ kind: 'flag', name })

/** The contract's limits, for addresses and tokens too. */
export const LONGEST_TEXT = 4096

/** What can be set, in the order in which the page shows it. */
export const SETTING_GROUPS: readonly SettingGroup[] = [
  {
    name: 'delivery',
    settings: [
      { kind: 'address', name: 'webhookUrl', schemes: ['http:', 'https:'] },
      { kind: 'secret', name: 'webhookUrlToken' },
    ],
  },
  {
    name: 'notifications',
    settings: [
      flag('incomingWebhook'),
      flag('outgoingWebhook'),
      flag('outgoingMessageWebhook'),
      flag('outgoingAPIMessageWebhook'),
      flag('stateWebhook'),
      flag('incomingCallWebhook'),
      flag('outgoingCallWebhook'),
      flag('pollMessageWebhook'),
      flag('editedMessageWebhook'),
      flag('deletedMessageWebhook'),
      flag('catalogWebhook'),
    ],
  },
  {
    name: 'sending',
    settings: [
      { kind: 'number', name: 'delaySendMessagesMilliseconds', least: 500, most: 600_000, step: 500 },
      { kind: 'number', name: 'autoTyping', least: 0, most: 10, step: 1 },
      flag('linkPreview'),
    ],
  },
  {
    name: 'account',
    settings: [
      flag('markIncomingMessagesReaded'),
      flag('markIncomingMessagesReadedOnReply'),
      flag('keepOnlineStatus'),
      { kind: 'flag', name: 'enableLidMode', messengers: ['whatsapp'] },
      { kind: 'address', name: 'proxyUrl', schemes: ['http:', 'https:', 'socks5:'] },
    ],
  },
  {
    name: 'kept',
    settings: [
      flag('incomingMessageStatusWebhook'),
      flag('deviceWebhook'),
      flag('incomingBlockWebhook'),
      flag('avatarInfoWebhook'),
    ],
  },
]

export function settingsFor(group: SettingGroup, messenger: Messenger): readonly Setting[] {
  return group.settings.filter(
    (setting) => setting.kind !== 'flag' || setting.messengers === undefined || setting.messengers.includes(messenger),
  )
}

/** False where the server would refuse it: what it takes is empty, or an address with one of the schemes. */
export function isAddress(value: string, schemes: readonly string[]): boolean {
  if (value === '') return true
  if (!URL.canParse(value)) return false
  const { protocol, hostname } = new URL(value)
  return hostname !== '' && schemes.includes(protocol)
}
