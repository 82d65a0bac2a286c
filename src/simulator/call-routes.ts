import Type from 'typebox'
import { callViewOf } from './call-views.ts'
import type { CallEnd } from './calls.ts'
import { chatFieldOf, LimitField, MessengerField, numberOf, PhoneField, phoneOf } from './fields.ts'
import { messengerOf, type NetworkParts } from './network-parts.ts'
import { MESSENGERS } from '../model/messenger.ts'
import { Refusal, route, type Route } from './route.ts'
import { speakerOf } from './speaker.ts'

const ENDS = ['pickUp', 'hungUp', 'declined', 'invalid'] as const satisfies readonly CallEnd[]
const StatusField = Type.Enum([...ENDS])
/** Seconds that were talked; counts when it was answered. */
const DurationField = Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400 }))

const Start = Type.Object({
  from: PhoneField,
  /** A phone or a group. */
  to: PhoneField,
  isVideo: Type.Optional(Type.Boolean()),
  /** How it ends at once; absent: it rings. */
  status: Type.Optional(StatusField),
  durationS: DurationField,
  messenger: MessengerField,
})

const End = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 128 }),
  status: StatusField,
  durationS: DurationField,
  messenger: MessengerField,
})

const List = Type.Object({ phone: Type.String(), messenger: MessengerField, limit: LimitField })

function start(input: Type.Static<typeof Start>, parts: NetworkParts): unknown {
  const to = chatFieldOf('to', input.to)
  if (to instanceof Refusal) return to
  const who = speakerOf(parts, input.from, to, input.messenger)
  if (who instanceof Refusal) return who
  const { messenger, phone } = who
  const call = parts.calls.start({ messenger, from: phone, to, isVideo: input.isVideo ?? false })
  if (typeof call === 'string') return new Refusal(400, call)
  const ended = input.status === undefined ? null : parts.calls.end(call, input.status, input.durationS ?? 0)
  const { status, durationS } = ended ?? call
  return { idCall: call.id, status, durationS }
}

function end(input: Type.Static<typeof End>, parts: NetworkParts): unknown {
  const messengers = input.messenger === undefined ? MESSENGERS : [input.messenger]
  const call = messengers.map((messenger) => parts.calls.find(messenger, input.id)).find((one) => one !== null)
  if (call === undefined) return new Refusal(400, "'id' is no call")
  const ended = parts.calls.end(call, input.status, input.durationS ?? 0)
  if (ended === null) return new Refusal(400, "'id' is a call that is over")
  return { idCall: ended.id, status: ended.status, durationS: ended.durationS }
}

function list(input: Type.Static<typeof List>, parts: NetworkParts): unknown {
  const phone = phoneOf('phone', input.phone)
  if (phone instanceof Refusal) return phone
  const messenger = messengerOf(parts, input.messenger, phone)
  return parts.calls.ofPhone(messenger, phone, numberOf(input.limit, 1000)).map((row) => callViewOf(row, phone))
}

export const callRoutes: readonly Route[] = [
  route('POST', '/simulator/calls', Start, start),
  route('GET', '/simulator/calls', List, list),
  route('POST', '/simulator/calls/end', End, end),
]
