import Type from 'typebox'
import { MessengerField, PhoneField, phoneOf } from './fields.ts'
import { messengerOf, type NetworkParts } from './network-parts.ts'
import { Refusal, route, type Route } from './route.ts'

const Name = Type.String({ maxLength: 256 })

const Put = Type.Object({
  owner: PhoneField,
  phoneNumber: PhoneField,
  firstName: Type.String({ minLength: 1, maxLength: 256 }),
  lastName: Type.Optional(Name),
  messenger: MessengerField,
})

const List = Type.Object({ owner: Type.String(), messenger: MessengerField })
const Remove = Type.Object({ owner: Type.String(), phoneNumber: Type.String(), messenger: MessengerField })

function put(input: Type.Static<typeof Put>, parts: NetworkParts): unknown {
  const owner = phoneOf('owner', input.owner)
  if (owner instanceof Refusal) return owner
  const peer = phoneOf('phoneNumber', input.phoneNumber)
  if (peer instanceof Refusal) return peer
  const messenger = messengerOf(parts, input.messenger, owner)
  for (const phone of [owner, peer]) parts.phones.get(messenger, phone)
  const contact = { peer, firstName: input.firstName, lastName: input.lastName ?? '', onPhone: true }
  parts.contacts.put(messenger, owner, contact)
  parts.feed.publish(messenger, owner, () => ({ kind: 'phone' }))
  return { owner, messenger, phoneNumber: peer, firstName: contact.firstName, lastName: contact.lastName }
}

function list(input: Type.Static<typeof List>, parts: NetworkParts): unknown {
  const owner = phoneOf('owner', input.owner)
  if (owner instanceof Refusal) return owner
  const messenger = messengerOf(parts, input.messenger, owner)
  return parts.contacts.list(messenger, owner).map(({ peer, ...names }) => ({ phoneNumber: peer, ...names }))
}

function remove(input: Type.Static<typeof Remove>, parts: NetworkParts): unknown {
  const owner = phoneOf('owner', input.owner)
  if (owner instanceof Refusal) return owner
  const peer = phoneOf('phoneNumber', input.phoneNumber)
  if (peer instanceof Refusal) return peer
  const messenger = messengerOf(parts, input.messenger, owner)
  const removed = parts.contacts.remove(messenger, owner, peer)
  if (removed) parts.feed.publish(messenger, owner, () => ({ kind: 'phone' }))
  return { removed: Number(removed) }
}

export const contactRoutes: readonly Route[] = [
  route('POST', '/simulator/contacts', Put, put),
  route('GET', '/simulator/contacts', List, list),
  route('DELETE', '/simulator/contacts', Remove, remove),
]
