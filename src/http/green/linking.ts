import Type from 'typebox'
import type { Instance } from '../../instances/instance.ts'
import { fault, isFault, type Fault, type FaultCode } from '../../model/fault.ts'
import { integer, optional, text } from '../fields.ts'
import { defineMethod, type Row } from '../method.ts'
import type { QrImages } from '../qr/qr-images.ts'
import { said, TEXT } from './answers.ts'

/** What `qr` and the web socket say where no QR can be shown because one phone is linked already. */
export const ALREADY_LOGGED = { type: 'alreadyLogged', message: 'instance account already authorized' } as const

export const PASSKEY_REQUIRED = { type: 'passkeyRequired', message: 'confirm the passkey on the phone' } as const
export const PENDING_PASSWORD = {
  type: 'pending_password',
  message: 'the account has a password: give it by sendAuthorizationPassword',
} as const

/** Seven digits; the contract's numbers are international. */
const LEAST_PHONE = 1_000_000

function qr(images: QrImages): Row<Instance> {
  return defineMethod({
    name: 'qr',
    summary: 'Gives the QR code to scan now, as a PNG in base64.',
    answer: Type.Object({ type: TEXT, message: TEXT }),
    verbs: ['GET'],
    reads: true,
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
        case 'passkey':
          return PASSKEY_REQUIRED
        case 'password':
          return PENDING_PASSWORD
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
  summary: 'Gives a code to type into the phone.',
  answer: said('status', { code: TEXT, reason: Type.Optional(TEXT) }),
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

const STEP_ANSWER = said('status', { data: Type.Object({ status: TEXT, reason: TEXT }) })

/** `{status, data}` of a step by code or password. */
function stepAnswer(outcome: Fault | { readonly ok: true }): object {
  if (!isFault(outcome)) return { status: true, data: { status: 'success', reason: '' } }
  return { status: false, data: { status: 'fail', reason: REASONS[outcome.fault] ?? outcome.message } }
}

/** The reasons that clients know. */
const REASONS: Readonly<Partial<Record<FaultCode, string>>> = {
  alreadyLinked: 'already_registered',
  wrongCode: 'verify_code_wrong',
  wrongPassword: 'invalid_password',
  codeExpired: 'code_expired',
  linkTimeout: 'timeout',
  rateLimited: 'rate_limit_exceeded',
  notFound: 'authorization_not_started',
  noAccount: 'invalid_phone_number',
  invalid: 'invalid_phone_number',
  connectionLost: 'connection_error',
  unavailable: 'connection_error',
}

const startAuthorization = defineMethod({
  name: 'startAuthorization',
  summary: 'Has the messenger send a code to the phone, for sendAuthorizationCode.',
  verbs: ['POST'],
  group: 'account',
  perSecond: 1,
  fields: {
    phoneNumber: integer({ empty: 'error', digits: true, minimum: LEAST_PHONE, maximum: Number.MAX_SAFE_INTEGER }),
  },
  answer: STEP_ANSWER,
  async handle(instance: Instance, fields) {
    return stepAnswer(await instance.linking.sms(String(fields.phoneNumber)))
  },
})

const secret = text({ empty: 'value', max: 256 })

const sendAuthorizationCode = defineMethod({
  name: 'sendAuthorizationCode',
  summary: 'Gives the code that the messenger sent, and the password of the account where it has one.',
  verbs: ['POST'],
  group: 'account',
  perSecond: 1,
  fields: { code: optional(secret), password: optional(secret) },
  atLeast: 1,
  answer: STEP_ANSWER,
  async handle(instance: Instance, { code = '', password = '' }) {
    const { linking } = instance
    // One of the vendor's own pages gives the password here, with an empty code.
    if (code === '') return stepAnswer(await linking.answer(password))
    const outcome = await linking.answer(code)
    if (isFault(outcome) || password === '' || linking.pending !== 'password') return stepAnswer(outcome)
    return stepAnswer(await linking.answer(password))
  },
})

const sendAuthorizationPassword = defineMethod({
  name: 'sendAuthorizationPassword',
  summary: 'Gives the password of an account that has one.',
  verbs: ['POST'],
  group: 'account',
  perSecond: 1,
  fields: { password: text({ empty: 'error', max: 256 }) },
  answer: STEP_ANSWER,
  async handle(instance: Instance, { password }) {
    const { linking } = instance
    return stepAnswer(linking.pending === 'password' ? await linking.answer(password) : NOT_ASKED)
  },
})

const NOT_ASKED = fault('notFound', 'no password is asked for')

/** The methods that link a phone; the web socket `scanqrcode` is in `qr/scan-socket.ts`. */
export function linkingMethods(images: QrImages): readonly Row<Instance>[] {
  return [qr(images), getAuthorizationCode, startAuthorization, sendAuthorizationCode, sendAuthorizationPassword]
}
