import type { Instance } from '../../instances/instance.ts'
import { isFault } from '../../model/fault.ts'
import { integer } from '../fields.ts'
import { defineMethod, type Row } from '../method.ts'
import type { QrImages } from '../qr/qr-images.ts'

/** What `qr` and the web socket say where no QR can be shown because one phone is linked already. */
export const ALREADY_LOGGED = { type: 'alreadyLogged', message: 'instance account already authorized' } as const

/** Seven digits; the contract's numbers are international. */
const LEAST_PHONE = 1_000_000

function qr(images: QrImages): Row<Instance> {
  return defineMethod({
    name: 'qr',
    verbs: ['GET'],
    group: 'account',
    perSecond: 3,
    fields: {},
    async handle(instance: Instance) {
      const shown = await instance.linking.qr()
      switch (shown.kind) {
        case 'qr':
          return { type: 'qrCode', message: await images.base64(shown.value) }
        case 'alreadyLinked':
          return ALREADY_LOGGED
        case 'ended':
          return { type: 'error', message: shown.fault.message }
        default:
          return shown satisfies never
      }
    },
  })
}

const getAuthorizationCode = defineMethod({
  name: 'getAuthorizationCode',
  verbs: ['POST'],
  group: 'account',
  perSecond: 50,
  messengers: ['whatsapp'],
  fields: {
    phoneNumber: integer({ empty: 'error', digits: true, minimum: LEAST_PHONE, maximum: Number.MAX_SAFE_INTEGER }),
  },
  async handle(instance: Instance, fields) {
    const shown = await instance.linking.code(String(fields.phoneNumber))
    if (isFault(shown)) return { status: false, code: '', reason: shown.message }
    return { status: true, code: shown.value }
  },
})

/** The methods that link a phone; the web socket `scanqrcode` is in `qr/scan-socket.ts`. */
export function linkingMethods(images: QrImages): readonly Row<Instance>[] {
  return [qr(images), getAuthorizationCode]
}
