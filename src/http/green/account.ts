import type { Instance } from '../../instances/instance.ts'
import { fault } from '../../model/fault.ts'
import { FLAGS } from '../../model/settings.ts'
import { partnerFailure, validationText } from '../errors.ts'
import { integer, optional } from '../fields.ts'
import { defineMethod, type Row } from '../method.ts'
import { settingsFaults, settingsFields } from '../settings-fields.ts'
import { wireSeconds } from '../wire-time.ts'

/** Keys that `getSettings` always had and that do nothing any more, with what they always said. */
const DEAD_SETTINGS = {
  sharedSession: 'no',
  proxyInstance: 'system proxy',
  statusInstanceWebhook: 'no',
  enableMessagesHistory: 'no',
} as const

const getSettings = defineMethod({
  name: 'getSettings',
  verbs: ['GET'],
  group: 'account',
  perSecond: 1,
  fields: {},
  handle(instance: Instance) {
    const { settings } = instance
    return {
      wid: instance.linked?.wid ?? '',
      typeInstance: instance.messenger,
      countryInstance: '',
      typeAccount: '',
      webhookUrl: settings.webhookUrl,
      webhookUrlToken: settings.webhookUrlToken,
      delaySendMessagesMilliseconds: settings.delaySendMessagesMilliseconds,
      autoTyping: settings.autoTyping,
      ...DEAD_SETTINGS,
      ...Object.fromEntries(FLAGS.map((name) => [name, settings[name]])),
    }
  },
})

function setSettings(delayMinMs: number): Row<Instance> {
  return defineMethod({
    name: 'setSettings',
    verbs: ['POST'],
    group: 'account',
    perSecond: 1,
    fields: settingsFields(delayMinMs),
    atLeastOne: true,
    async handle(instance: Instance, fields) {
      const faults = settingsFaults(fields)
      if (faults.length > 0) return fault('invalid', validationText(faults))
      await instance.update(fields)
      return { saveSettings: true }
    },
  })
}

const getStateInstance = defineMethod({
  name: 'getStateInstance',
  verbs: ['GET'],
  group: 'account',
  perSecond: 1,
  fields: {},
  handle: (instance: Instance) => ({ stateInstance: instance.state }),
})

const HISTORY_COUNT = 100

const getStateInstanceHistory = defineMethod({
  name: 'getStateInstanceHistory',
  verbs: ['GET'],
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
  verbs: ['GET'],
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

const getWaSettings = defineMethod({
  name: 'getWaSettings',
  verbs: ['GET'],
  group: 'account',
  perSecond: 1,
  messengers: ['whatsapp'],
  fields: {},
  handle(instance: Instance) {
    const { linked, stateInstance } = shownAccount(instance)
    return {
      avatar: '',
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
  verbs: ['GET'],
  group: 'account',
  perSecond: 1,
  messengers: ['v3', 'telegram'],
  fields: {},
  handle(instance: Instance) {
    const { linked, stateInstance } = shownAccount(instance)
    return { avatar: '', phone: linked?.phone ?? '', stateInstance, chatId: linked?.wid ?? '' }
  },
})

const reboot = defineMethod({
  name: 'reboot',
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
  verbs: ['GET'],
  group: 'account',
  perSecond: 1,
  fields: {},
  refuseToken: partnerFailure(401, 'Unauthorized'),
  async handle(instance: Instance) {
    return { apiTokenInstance: await instance.renewToken() }
  },
})

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
  ]
}
