import Type from 'typebox'
import { MESSENGERS, type Messenger } from '../model/messenger.ts'
import { FAULT_KINDS, type FaultKind, type KeptFaultKind, type NetworkFault, type Scope } from './faults.ts'
import { MessengerField, PhoneField, phoneOf } from './fields.ts'
import { dropConnections, messengerOf, tellRestriction, type NetworkParts } from './network-parts.ts'
import { Refusal, route, type Route } from './route.ts'

const KINDS = Object.keys(FAULT_KINDS) as FaultKind[]
const LONGEST_MS = 86_400_000

const Fault = Type.Object({
  kind: Type.Enum(KINDS),
  phoneNumber: Type.Optional(PhoneField),
  messenger: MessengerField,
  count: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
  delayMs: Type.Optional(Type.Integer({ minimum: 0, maximum: LONGEST_MS })),
  durationMs: Type.Optional(Type.Integer({ minimum: 1, maximum: LONGEST_MS })),
  reason: Type.Optional(Type.String({ maxLength: 200 })),
})

const Lift = Type.Object({
  kind: Type.Optional(Type.Enum(KINDS)),
  phoneNumber: Type.Optional(Type.String()),
  messenger: MessengerField,
})

function viewOf(fault: NetworkFault): object {
  const { id, kind, phone, messenger, value, reason } = fault
  const scope = { ...(phone === null ? {} : { phoneNumber: phone }), ...(messenger === null ? {} : { messenger }) }
  const needs = FAULT_KINDS[kind]
  const amount = needs === null ? {} : needs === 'durationMs' ? { until: value } : { [needs]: value }
  return { id, kind, ...scope, ...amount, ...(reason === '' ? {} : { reason }) }
}

function scopeOf(input: { phoneNumber?: string | number; messenger?: Messenger }): Scope | Refusal {
  const phone = input.phoneNumber === undefined ? null : phoneOf('phoneNumber', input.phoneNumber)
  if (phone instanceof Refusal) return phone
  return { phone, messenger: input.messenger ?? null }
}

function addFault(input: Type.Static<typeof Fault>, parts: NetworkParts): unknown {
  const { kind } = input
  const scope = scopeOf(input)
  if (scope instanceof Refusal) return scope
  const needs = FAULT_KINDS[kind]
  const amount = needs === null ? 0 : input[needs]
  if (amount === undefined) return new Refusal(400, `'${String(needs)}' is required for ${kind}`)
  switch (kind) {
    case 'dropConnections':
      // After the answer, which may travel through the very process whose link is cut.
      setImmediate(() => dropConnections(parts, scope))
      return { kind }
    case 'suspend':
    case 'block':
      return restrict(kind, scope, parts)
    case 'refuseConnections':
      return viewOf(parts.faults.add(kind, scope, parts.clock.now() + amount, ''))
    default:
      return viewOf(parts.faults.add(kind, scope, amount, kind === 'failSends' ? (input.reason ?? 'refused') : ''))
  }
}

function restrict(kind: 'suspend' | 'block', scope: Scope, parts: NetworkParts): unknown {
  const { phone } = scope
  if (phone === null) return new Refusal(400, `'phoneNumber' is required for ${kind}`)
  const messenger = messengerOf(parts, scope.messenger ?? undefined, phone)
  const known = parts.faults.find(kind, messenger, phone) !== null
  const made = parts.faults.add(kind, { phone, messenger }, 0, '')
  if (!known && kind === 'suspend') tellRestriction(parts, messenger, phone, 'suspended')
  if (kind === 'block') {
    const hit = parts.devices.ofPhone(messenger, phone)
    parts.file.afterCommit(() => {
      for (const device of hit) parts.channels.close(device, 'blocked')
    })
  }
  parts.feed.publish(messenger, phone, () => ({ kind: 'phone' }))
  return viewOf(made)
}

function liftFaults(input: Type.Static<typeof Lift>, parts: NetworkParts): unknown {
  const scope = scopeOf(input)
  if (scope instanceof Refusal) return scope
  const kind: KeptFaultKind | null = input.kind === undefined || input.kind === 'dropConnections' ? null : input.kind
  const lifted = input.kind === 'dropConnections' ? [] : parts.faults.clear(kind, scope)
  for (const fault of lifted) {
    if (fault.phone === null) continue
    for (const messenger of MESSENGERS.filter((one) => fault.messenger === null || fault.messenger === one)) {
      const { phone } = fault
      if (fault.kind === 'suspend' || fault.kind === 'block') tellRestriction(parts, messenger, phone, 'authorized')
      parts.feed.publish(messenger, phone, () => ({ kind: 'phone' }))
    }
  }
  if (lifted.some(({ kind: one }) => one === 'noReceipts' || one === 'delayReceipts'))
    parts.exchange.deliverAllWaiting()
  return { lifted: lifted.length }
}

export const faultRoutes: readonly Route[] = [
  route('POST', '/simulator/faults', Fault, addFault),
  route('GET', '/simulator/faults', Type.Object({}), (_input, parts) => parts.faults.list().map(viewOf)),
  route('DELETE', '/simulator/faults', Lift, liftFaults),
]
