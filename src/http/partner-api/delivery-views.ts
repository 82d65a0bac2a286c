import Type from 'typebox'
import type { Delivery, DeliveryAttempt, DeliveryLine } from '../../model/delivery.ts'
import { typeOfBody } from '../../notifications/body/envelope.ts'
import type { Notification } from '../../storage/store.ts'
import { isoTime } from '../api/iso-time.ts'

const text = Type.String()
const whole = Type.Integer()
/** The notification as its receivers get it: see the notifications of the contract. */
const BODY = Type.Object({}, { additionalProperties: true })

const ATTEMPT = Type.Object({
  time: text,
  ms: whole,
  // What the receiver answered with; 0 where no answer came.
  status: whole,
  // Why none came, as `ECONNREFUSED`; else empty.
  error: text,
})
const LINE = { receiptId: whole, type: text, time: text, outcome: text, tries: whole }

export const WAITING = Type.Object({ receiptId: whole, type: text, time: text, body: BODY })
export const DELIVERY_LINE = Type.Object({ ...LINE, lastAttempt: ATTEMPT })
export const DELIVERY = Type.Object({ ...LINE, lastAttempt: ATTEMPT, attempts: Type.Array(ATTEMPT), body: BODY })

export function waitingView({ receiptId, body, at }: Notification): object {
  return { receiptId, type: typeOfBody(body), time: isoTime(at), body: JSON.parse(body) as unknown }
}

export function deliveryLine({ receiptId, type, madeAt, outcome, tries, attempts }: DeliveryLine): object {
  return { receiptId, type, time: isoTime(madeAt), outcome, tries, lastAttempt: attempts.slice(-1).map(attemptView)[0] }
}

export function deliveryView(delivery: Delivery): object {
  return {
    ...deliveryLine(delivery),
    attempts: delivery.attempts.map(attemptView),
    body: JSON.parse(delivery.body) as unknown,
  }
}

function attemptView({ at, ms, status, code }: DeliveryAttempt): object {
  return { time: isoTime(at), ms, status, error: code }
}
