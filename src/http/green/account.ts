import { originOf } from '../../lib/web-url.ts'
import Type, { type TSchema } from 'typebox'
import type { Instance } from '../../instances/instance.ts'
import { fault, isFault } from '../../model/fault.ts'
import { partnerFailure, validationText } from '../errors.ts'
import { integer, oneOf, optional } from '../fields.ts'
import { defineMethod, type Outcome, type Row } from '../method.ts'
import { settingsFaults, settingsFields } from '../settings-fields.ts'
import { wireSeconds } from '../wire-time.ts'
import { FLAG, said, TEXT } from './answers.ts'
import { ask, pictureUrl } from './facets.ts'

/** Keys that `getSettings` always had and that do nothing any more, with what they always said. */
const DEAD_SETTINGS: Readonly<Record<string, string>> = {
  sharedSession: 'no',
  proxyInstance: 'system proxy',
  statusInstanceWebhook: 'no',
  enableMessagesHistory: 'no',
}

/** The keys behind `delaySendMessagesMilliseconds`, in the order of the contract; flags that it names later follow. */
const ORDER = [
  'markIncomingMessagesReaded',
  'markIncomingMessagesReadedOnReply',
  'sharedSession',
  'proxyInstance',
  'outgoingWebhook',
  'outgoingMessageWebhook',
  'outgoingAPIMessageWebhook',
  'incomingWebhook',
  'stateWebhook',
  'deviceWebhook',
  'statusInstanceWebhook',
  'enableMessagesHistory',
  'keepOnlineStatus',
  'pollMessageWebhook',
  'incomingBlockWebhook',
  'incomingCallWebhook',
  'editedMessageWebhook',
  'deletedMessageWebhook',
  'catalogWebhook',
  'outgoingCallWebhook',
  'incomingMessageStatusWebhook',
  'autoTyping',
  'linkPreview',
  'enableLidMode',
  'avatarInfoWebhook',
] as const

const TYPE_OF_SETTING: Readonly<Record<string, TSchema>> = { autoTyping: Type.Integer(), proxyInstance: TEXT }

const getSettings = defineMethod({
  name: 'getSettings',
  summary: 'Tells all settings of the instance.',
  answer: Type.Object({
    wid: TEXT,
    typeInstance: TEXT,
    countryInstance: TEXT,
    typeAccount: TEXT,
    webhookUrl: TEXT,
    webhookUrlToken: TEXT,
    delaySendMessagesMilliseconds: Type.Integer(),
    ...Object.fromEntries(ORDER.map((name) => [name, TYPE_OF_SETTING[name] ?? FLAG])),
  }),
  verbs: ['GET'],
  reads: true,
  group: 'account',
  perSecond: 1,
  fields: {},
  handle(instance: Instance) {
    const { settings } = instance
    const proxy = settings.proxyUrl === '' ? {} : { proxyInstance: originOf(settings.proxyUrl) }
    const told: Readonly<Record<string, unknown>> = { ...DEAD_SETTINGS, ...settings, ...proxy }
    return {
      wid: instance.linked?.wid ?? '',
      typeInstance: instance.messenger,
      countryInstance: '',
      typeAccount: '',
      webhookUrl: settings.webhookUrl,
      webhookUrlToken: settings.webhookUrlToken,
      delaySendMessagesMilliseconds: settings.delaySendMessagesMilliseconds,
      ...Object.fromEntries(ORDER.map((name) => [name, told[name]])),
    }
  },
})

const retiredFlag = optional(oneOf(['yes', 'no'], { empty: 'absent' }))

/** Both spellings of a flag that does nothing any more and that clients still set. */
const RETIRED_FLAGS = { statusInstanceWebhook: retiredFlag, statusInstanceChangedWebhook: retiredFlag }

function setSettings(delayMinMs: number): Row<Instance> {
  return defineMethod({
    name: 'setSettings',
    summary: 'Changes settings; those that are not named stay as they are.',
    answer: said('saveSettings'),
    verbs: ['POST'],
    group: 'account',
    perSecond: 1,
    fields: { ...settingsFields(delayMinMs), ...RETIRED_FLAGS },
    atLeast: 1,
    async handle(instance: Instance, fields) {
      const settings = { ...fields }
      delete settings.statusInstanceWebhook
      delete settings.statusInstanceChangedWebhook
      const faults = settingsFaults(settings)
      if (faults.length > 0) return fault('invalid', validationText(faults))
      await instance.update(settings)
      return { saveSettings: true }
    },
  })
}

const getStateInstance = defineMethod({
  name: 'getStateInstance',
  summary: 'Tells the state of the instance.',
  answer: Type.Object({ stateInstance: TEXT }),
  verbs: ['GET'],
  reads: true,
  group: 'account',
  perSecond: 1,
  fields: {},
  handle: (instance: Instance) => ({ stateInstance: instance.state }),
})

const HISTORY_COUNT = 100

const getStateInstanceHistory = defineMethod({
  name: 'getStateInstanceHistory',
  summary: 'Lists the states that the instance was in, newest first.',
  answer: Type.Array(Type.Object({ stateInstance: TEXT, timestamp: Type.Integer(), phoneNumber: TEXT })),
  verbs: ['GET'],
  reads: true,
  group: 'account',
  perSecond: 1,
  fields: { count: optional(integer({ empty: 'absent', digits: true, minimum: 1, maximum: 10_000 })) },
  async handle(instance: Instance, fields) {
    const history = await instance.history(fields.count ?? HISTORY_COUNT)
    return history.map((change) => ({
      stateInstance: change.state,
      timestamp: wireSeconds(change.at),
      phoneNumber: change.wid,
    }))
  },
})

const getStatusInstance = defineMethod({
  name: 'getStatusInstance',
  summary: 'Tells whether the connection to the messenger is open.',
  answer: Type.Object({ statusInstance: Type.Enum(['online', 'offline']) }),
  verbs: ['GET'],
  reads: true,
  group: 'account',
  perSecond: 1,
  fields: {},
  handle: (instance: Instance) => ({ statusInstance: instance.isOnline ? 'online' : 'offline' }),
})

/** Who is linked, told only while it is. */
function shownAccount(instance: Instance) {
  const isShown = instance.state === 'authorized' || instance.state === 'suspended'
  return { linked: isShown ? instance.linked : null, stateInstance: instance.state }
}

/** The account's own picture; empty where there is none or it can't be asked for now. */
async function ownPicture(instance: Instance): Promise<string> {
  if (!instance.isOnline) return ''
  const picture = await ask(instance, 'profile', (profile) => profile.picture())
  const url = isFault(picture) ? picture : await pictureUrl(instance, picture)
  return isFault(url) ? '' : url
}

const getWaSettings = defineMethod({
  name: 'getWaSettings',
  summary: 'Tells which WhatsApp account is linked.',
  answer: Type.Object({
    avatar: TEXT,
    phone: TEXT,
    stateInstance: TEXT,
    deviceId: TEXT,
    chatId: TEXT,
    base64Avatar: TEXT,
  }),
  verbs: ['GET'],
  reads: true,
  group: 'account',
  perSecond: 1,
  messengers: ['whatsapp'],
  fields: {},
  async handle(instance: Instance) {
    const { linked, stateInstance } = shownAccount(instance)
    return {
      avatar: await ownPicture(instance),
      phone: linked?.phone ?? '',
      stateInstance,
      deviceId: linked?.deviceId ?? '',
      chatId: linked?.wid ?? '',
      base64Avatar: '',
    }
  },
})

const getAccountSettings = defineMethod({
  name: 'getAccountSettings',
  summary: 'Tells which MAX or Telegram account is linked.',
  answer: Type.Object({ avatar: TEXT, phone: TEXT, stateInstance: TEXT, chatId: TEXT }),
  verbs: ['GET'],
  reads: true,
  group: 'account',
  perSecond: 1,
  messengers: ['v3', 'telegram'],
  fields: {},
  async handle(instance: Instance) {
    const { linked, stateInstance } = shownAccount(instance)
    const chatId = linked?.chat ?? linked?.wid ?? ''
    return { avatar: await ownPicture(instance), phone: linked?.phone ?? '', stateInstance, chatId }
  },
})

const reboot = defineMethod({
  name: 'reboot',
  summary: 'Closes the connection to the messenger and opens it again.',
  answer: said('isReboot'),
  verbs: ['GET'],
  group: 'account',
  perSecond: 1,
  fields: {},
  async handle(instance: Instance) {
    await instance.reboot()
    return { isReboot: true }
  },
})

const logout = defineMethod({
  name: 'logout',
  summary: 'Unlinks the account.',
  answer: said('isLogout'),
  verbs: ['GET'],
  group: 'account',
  perSecond: 1,
  fields: {},
  async handle(instance: Instance) {
    await instance.logout()
    return { isLogout: true }
  },
})

const updateApiToken = defineMethod({
  name: 'updateApiToken',
  summary: 'Gives the instance a new token; the old one is refused at once.',
  answer: Type.Object({ apiTokenInstance: TEXT }),
  verbs: ['GET'],
  group: 'account',
  perSecond: 1,
  fields: {},
  refuseToken: partnerFailure(401, 'Unauthorized'),
  async handle(instance: Instance) {
    return { apiTokenInstance: await instance.renewToken() }
  },
})

/** Retired by the vendor, and no messenger tells what it asks: every key is there, empty. */
const getDeviceInfo = defineMethod({
  name: 'getDeviceInfo',
  summary: 'Retired by the vendor: told of the phone, of which messengers tell nothing any more.',
  verbs: ['GET'],
  reads: true,
  group: 'account',
  perSecond: 1,
  messengers: ['whatsapp'],
  fields: {},
  answer: Type.Object({
    platform: TEXT,
    deviceManufacturer: TEXT,
    deviceModel: TEXT,
    osVersion: TEXT,
    waVersion: TEXT,
    battery: Type.Integer(),
  }),
  handle: (): Outcome => NO_DEVICE,
})

const NO_DEVICE = {
  platform: '',
  deviceManufacturer: '',
  deviceModel: '',
  osVersion: '',
  waVersion: '',
  battery: 0,
}

/** The methods that show and change an instance itself; `delayMinMs` is the least send delay that may be set. */
export function accountMethods(delayMinMs: number): readonly Row<Instance>[] {
  return [
    getSettings,
    setSettings(delayMinMs),
    getStateInstance,
    getStateInstanceHistory,
    getStatusInstance,
    getWaSettings,
    getAccountSettings,
    reboot,
    logout,
    updateApiToken,
    getDeviceInfo,
  ]
}
