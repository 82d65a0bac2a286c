import Type from 'typebox'
import { MessengerField, PhoneField, phoneOf } from './fields.ts'
import { messengerOf, type NetworkParts } from './network-parts.ts'
import { Refusal, route, type Route } from './route.ts'

const Block = Type.Object({
  phone: PhoneField,
  /** Who is blocked. */
  chat: PhoneField,
  /** False lifts it. */
  isBlocked: Type.Optional(Type.Boolean()),
  messenger: MessengerField,
})

const List = Type.Object({ phone: Type.String(), messenger: MessengerField })

function block(input: Type.Static<typeof Block>, parts: NetworkParts): unknown {
  const phone = phoneOf('phone', input.phone)
  if (phone instanceof Refusal) return phone
  const peer = phoneOf('chat', input.chat)
  if (peer instanceof Refusal) return peer
  if (peer === phone) return new Refusal(400, "'chat' is the phone itself")
  const messenger = messengerOf(parts, input.messenger, phone, peer)
  parts.blocks.set(messenger, phone, peer, input.isBlocked ?? true)
  parts.feed.publish(messenger, phone, () => ({ kind: 'phone' }))
  return { phone, messenger, blocked: parts.blocks.of(messenger, phone) }
}

function list(input: Type.Static<typeof List>, parts: NetworkParts): unknown {
  const phone = phoneOf('phone', input.phone)
  if (phone instanceof Refusal) return phone
  const messenger = messengerOf(parts, input.messenger, phone)
  return { phone, messenger, blocked: parts.blocks.of(messenger, phone) }
}

export const blockRoutes: readonly Route[] = [
  route('POST', '/simulator/blocks', Block, block),
  route('GET', '/simulator/blocks', List, list),
]
