import Type from 'typebox'
import { accountChangeOf, accountFields, accountViewOf } from './account-fields.ts'
import { LimitField, MessengerField, numberOf, PhoneField, phoneOf } from './fields.ts'
import { messengerOf, unlinkDevice, type NetworkParts } from './network-parts.ts'
import type { Phone, PhoneChange } from './phones.ts'
import { Refusal, route, type Route } from './route.ts'

const SetPhone = Type.Object({
  phoneNumber: PhoneField,
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  messenger: MessengerField,
  exists: Type.Optional(Type.Boolean()),
  autoRead: Type.Optional(Type.Boolean()),
  online: Type.Optional(Type.Boolean()),
  ...accountFields,
})

const List = Type.Object({ phone: Type.Optional(Type.String()), messenger: MessengerField, limit: LimitField })

function viewOf(parts: NetworkParts, phone: Phone): object {
  const { messenger, phone: phoneNumber, name, exists, autoRead, online } = phone
  const restricted = (['block', 'suspend'] as const).find((kind) => parts.faults.find(kind, messenger, phoneNumber))
  const devices = parts.devices.ofPhone(messenger, phoneNumber).map((device) => ({
    deviceId: device.label,
    linkedAt: device.at,
    confirmed: device.confirmed,
    connected: parts.channels.isOpen(device),
  }))
  return {
    ...{ phoneNumber, messenger, name, exists, autoRead, online, restricted: restricted ?? null, devices },
    /** How a device that is linked to another phone names this one. */
    address: parts.addresses.toDevice({ messenger, hidesNumbers: false }, phoneNumber),
    lid: parts.addresses.lidOf(messenger, phoneNumber),
    account: accountViewOf(parts.accounts.get(messenger, phoneNumber)),
    /** Devices of it show it as online to others. */
    isPresent: parts.presence.isOnline(messenger, phoneNumber),
    login: {
      code: parts.loginCodes.of(messenger, phoneNumber),
      asksPasskey: parts.pairings.byPasskey(phoneNumber, messenger) !== null,
    },
  }
}

function setPhone(input: Type.Static<typeof SetPhone>, parts: NetworkParts): unknown {
  const phone = phoneOf('phoneNumber', input.phoneNumber)
  if (phone instanceof Refusal) return phone
  const messenger = messengerOf(parts, input.messenger, phone)
  const change: PhoneChange = {
    exists: input.exists ?? true,
    ...(input.name === undefined ? {} : { name: input.name }),
    ...(input.autoRead === undefined ? {} : { autoRead: input.autoRead }),
    ...(input.online === undefined ? {} : { online: input.online }),
  }
  const account = accountChangeOf(input)
  const namesake = input.username === undefined ? null : parts.accounts.byUsername(messenger, input.username)
  if (namesake !== null && namesake !== phone) return new Refusal(400, "'username' is somebody else's")
  const changed = parts.phones.set(messenger, phone, change)
  if (Object.keys(account).length > 0) parts.accounts.set(messenger, phone, account)
  if (!changed.exists) for (const device of parts.devices.ofPhone(messenger, phone)) unlinkDevice(parts, device)
  parts.exchange.deliverWaiting(messenger, phone)
  parts.feed.publish(messenger, phone, () => ({ kind: 'phone' }))
  return viewOf(parts, changed)
}

function list(input: Type.Static<typeof List>, parts: NetworkParts): unknown {
  const limit = numberOf(input.limit, 1000)
  if (input.phone !== undefined) {
    const phone = phoneOf('phone', input.phone)
    if (phone instanceof Refusal) return phone
    return [viewOf(parts, parts.phones.get(messengerOf(parts, input.messenger, phone), phone))]
  }
  const phones = parts.phones.list(input.messenger ?? null, limit)
  return phones.map((phone) => viewOf(parts, phone))
}

export const phoneRoutes: readonly Route[] = [
  route('POST', '/simulator/phones', SetPhone, setPhone),
  route('GET', '/simulator/phones', List, list),
]
