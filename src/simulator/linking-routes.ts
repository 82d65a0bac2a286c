import Type from 'typebox'
import { PhoneField, MessengerField, phoneOf } from './fields.ts'
import { messengerOf, unlinkDevice, type NetworkParts } from './network-parts.ts'
import type { Pairing, PairingOutcome } from './pairing.ts'
import { readQr } from './qr-picture.ts'
import { Refusal, route, type Route } from './route.ts'

const Link = Type.Object({
  phoneNumber: PhoneField,
  /** The QR's text, or a base64 PNG of it. */
  qr: Type.Optional(Type.String({ minLength: 1, maxLength: 1_500_000 })),
  code: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  /** The phone confirms what it scanned before. */
  confirmPasskey: Type.Optional(Type.Literal(true)),
  messenger: MessengerField,
})

const Unlink = Type.Object({
  phoneNumber: PhoneField,
  /** One of `devices` in `/simulator/phones`; all of them where it is absent. */
  deviceId: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  messenger: MessengerField,
})

function findPairing(input: Type.Static<typeof Link>, phone: string, parts: NetworkParts): Pairing | Refusal {
  if (input.confirmPasskey !== undefined) {
    const asked = parts.pairings.byPasskey(phone, input.messenger ?? null)
    return asked ?? new Refusal(400, "'confirmPasskey' is asked of this number by nobody")
  }
  if (input.qr !== undefined) {
    const text = readQr(input.qr)
    if (text === null) return new Refusal(400, "'qr' is neither the text of a QR of this network nor a PNG of one")
    return parts.pairings.byQr(text) ?? new Refusal(400, "'qr' is not shown any more: take a fresh one")
  }
  if (input.code === undefined) return new Refusal(400, "'qr' or 'code' is required")
  const found = parts.pairings.byCode(input.code, phone)
  return found ?? new Refusal(400, "'code' is wrong, too old or meant for another number")
}

async function link(input: Type.Static<typeof Link>, parts: NetworkParts): Promise<unknown> {
  const phone = phoneOf('phoneNumber', input.phoneNumber)
  if (phone instanceof Refusal) return phone
  const pairing = findPairing(input, phone, parts)
  if (pairing instanceof Refusal) return pairing
  const { messenger } = pairing
  if (!parts.phones.get(messenger, phone).exists) return new Refusal(400, "'phoneNumber' has no account")
  if (parts.faults.find('block', messenger, phone) !== null) return new Refusal(400, "'phoneNumber' is blocked")
  const outcome =
    input.confirmPasskey === undefined
      ? await parts.pairings.scanned(pairing, phone)
      : await parts.pairings.confirmedByPasskey(pairing)
  return answerOf(outcome, pairing, phone, parts)
}

function answerOf(outcome: PairingOutcome, { messenger }: Pairing, phone: string, parts: NetworkParts): unknown {
  const { name } = parts.phones.get(messenger, phone)
  parts.feed.publish(messenger, phone, () => ({ kind: 'phone' }))
  switch (outcome.kind) {
    case 'linked':
      return { phoneNumber: phone, messenger, name, deviceId: outcome.device.label }
    case 'asked':
      return { phoneNumber: phone, messenger, name, asked: outcome.what }
    case 'given up':
      return new Refusal(409, 'the other side went away before it was linked')
    case 'no answer':
      return new Refusal(504, 'the other side has not answered in time')
    default: {
      const unknown: never = outcome
      return unknown
    }
  }
}

function unlink(input: Type.Static<typeof Unlink>, parts: NetworkParts): unknown {
  const phone = phoneOf('phoneNumber', input.phoneNumber)
  if (phone instanceof Refusal) return phone
  const messenger = messengerOf(parts, input.messenger, phone)
  const label = input.deviceId?.replace(/@.*$/, '')
  const devices = parts.devices.ofPhone(messenger, phone).filter((one) => label === undefined || one.label === label)
  if (label !== undefined && devices.length === 0) return new Refusal(400, "'deviceId' is not linked to this number")
  for (const device of devices) unlinkDevice(parts, device)
  return { unlinked: devices.length }
}

export const linkingRoutes: readonly Route[] = [
  route('POST', '/simulator/link', Link, link),
  route('POST', '/simulator/unlink', Unlink, unlink),
]
