import Type from 'typebox'
import type { Instance } from '../../instances/instance.ts'
import { fault } from '../../model/fault.ts'
import { defineMethod, RawJson, type Call, type Row } from '../method.ts'
import { said, TEXT } from './answers.ts'
import { queryValue } from '../target.ts'

const SHORTEST_WAIT_S = 5
const LONGEST_WAIT_S = 60

const WEBHOOK_URL_SET = fault(
  'webhookUrlSet',
  'Message cannot be received because custom webhook url is set. Set webhookUrl to an empty string to receive by HTTP API.',
)

const DELETED = fault('deleted', 'Instance is deleted')

const NOTHING = new RawJson('null')

const receiveNotification = defineMethod({
  name: 'receiveNotification',
  summary: 'Gives the oldest notification, or waits for one; null when none came.',
  answer: Type.Union([
    Type.Null(),
    Type.Object({ receiptId: Type.Integer(), body: Type.Object({ typeWebhook: TEXT }) }),
  ]),
  verbs: ['GET'],
  reads: true,
  group: 'receiving',
  perSecond: 100,
  fields: {},
  parameters: [
    {
      name: 'receiveTimeout',
      in: 'query',
      schema: Type.Integer({ minimum: SHORTEST_WAIT_S, maximum: LONGEST_WAIT_S, default: SHORTEST_WAIT_S }),
      summary: 'For so many seconds a call waits while nothing is there.',
    },
  ],
  async handle(instance: Instance, _fields, call) {
    if (instance.settings.webhookUrl !== '') return WEBHOOK_URL_SET
    const item = (await instance.mailbox.peek()) ?? (await instance.mailbox.receive(waitMs(call), call.waiting()))
    // Another node has it by now: the call waits on there.
    if (item === 'interrupted') instance.mustBeHere()
    if (item === 'interrupted') return instance.deletedAt === null ? (instance.held ?? WEBHOOK_URL_SET) : DELETED
    if (item === null) return NOTHING
    return new RawJson(`{"receiptId":${String(item.receiptId)},"body":${item.body}}`)
  },
})

/** Clients send other values too, the vendor's own Go bot sends 2: they get the nearest that is allowed. */
function waitMs(call: Call): number {
  const seconds = Number(queryValue(call.query, 'receiveTimeout') ?? SHORTEST_WAIT_S)
  if (Number.isNaN(seconds)) return SHORTEST_WAIT_S * 1000
  return Math.min(Math.max(Math.trunc(seconds), SHORTEST_WAIT_S), LONGEST_WAIT_S) * 1000
}

const deleteNotification = defineMethod({
  name: 'deleteNotification',
  summary: 'Removes the notification that was given last.',
  answer: said('result', { reason: TEXT }),
  verbs: ['DELETE'],
  group: 'receiving',
  perSecond: 100,
  fields: {},
  tail: true,
  parameters: [
    {
      name: 'receiptId',
      in: 'path',
      schema: Type.Integer({ minimum: 0 }),
      summary: 'As receiveNotification told it.',
    },
  ],
  async handle(instance: Instance, _fields, call) {
    if (instance.settings.webhookUrl !== '') return WEBHOOK_URL_SET
    const receiptId = receiptOf(call)
    if (receiptId === undefined) return fault('invalid', 'Parameter receiptId must be a Number!')
    const isRemoved = await instance.mailbox.remove(receiptId)
    return isRemoved ? { result: true, reason: '' } : { result: false, reason: 'notification not found' }
  },
})

const RECEIPT = /^\d{1,15}$/

/** In the path; one client ends the path with a slash and sends the number as the body. */
function receiptOf(call: Call): number | undefined {
  if (call.tail !== '') return RECEIPT.test(call.tail) ? Number(call.tail) : undefined
  return typeof call.json === 'number' && Number.isSafeInteger(call.json) ? call.json : undefined
}

/** The methods that hand out notifications one by one. */
export const receivingMethods: readonly Row<Instance>[] = [receiveNotification, deleteNotification]
