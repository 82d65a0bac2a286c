import type { Instance } from '../../instances/instance.ts'
import { number, optional, text } from '../fields.ts'
import { defineMethod, type Row } from '../method.ts'
import { ID_MESSAGE } from './answers.ts'
import { sendContent, sendingFields } from './send.ts'

const NAME_LENGTH = 1000

const sendLocation = defineMethod({
  name: 'sendLocation',
  summary: 'Sends a place on the map.',
  verbs: ['POST'],
  group: 'sending',
  perSecond: 50,
  idempotent: true,
  fields: {
    ...sendingFields,
    latitude: number({ empty: 'error', minimum: -90, maximum: 90 }),
    longitude: number({ empty: 'error', minimum: -180, maximum: 180 }),
    nameLocation: optional(text({ empty: 'absent', max: NAME_LENGTH })),
    address: optional(text({ empty: 'absent', max: NAME_LENGTH })),
  },
  answer: ID_MESSAGE,
  handle(instance: Instance, fields, call) {
    const { latitude, longitude, nameLocation = '', address = '' } = fields
    const content = { kind: 'location', latitude, longitude, name: nameLocation, address, jpegThumbnail: '' } as const
    return sendContent(instance, fields, content, call, { method: 'sendLocation', body: fields })
  },
})

/** Places on the map. */
export const locationMethods: readonly Row<Instance>[] = [sendLocation]
