import { Readable } from 'node:stream'
import Type from 'typebox'
import type { StoredFile } from './contents.ts'
import { MessengerField, PhoneField, phoneOf } from './fields.ts'
import { messengerOf, type NetworkParts } from './network-parts.ts'
import { Refusal, route, type Route } from './route.ts'

const Picture = Type.Object({
  phoneNumber: PhoneField,
  /** The group's picture, set by this phone, in the place of its own. */
  group: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  /** base64 of a JPEG; null takes the picture away. */
  picture: Type.Union([Type.String({ minLength: 1, maxLength: 1_900_000 }), Type.Null()]),
  messenger: MessengerField,
})

const JPEG_START = Buffer.from([0xff, 0xd8, 0xff])

async function storedFrom(base64: string, { files }: NetworkParts): Promise<StoredFile | Refusal> {
  const bytes = Buffer.from(base64.replace(/^data:image\/jpeg;base64,/i, ''), 'base64')
  if (!bytes.subarray(0, 3).equals(JPEG_START)) return new Refusal(400, "'picture' is no JPEG in base64")
  const kept = await files.put(Readable.from([bytes]))
  return kept === 'tooLarge' ? new Refusal(413, "'picture' is too large") : kept
}

async function setPicture(input: Type.Static<typeof Picture>, parts: NetworkParts): Promise<unknown> {
  const phone = phoneOf('phoneNumber', input.phoneNumber)
  if (phone instanceof Refusal) return phone
  const picture = input.picture === null ? null : await storedFrom(input.picture, parts)
  if (picture instanceof Refusal) return picture
  const { group } = input
  const messenger = messengerOf(parts, input.messenger, phone)
  if (group === undefined) {
    parts.accounts.set(messenger, phone, { picture })
    parts.feed.publish(messenger, phone, () => ({ kind: 'phone' }))
  } else {
    const trouble = parts.groupActs.setPicture({ messenger, by: phone, id: group }, picture)
    if (trouble !== undefined) return new Refusal(400, trouble.message)
  }
  return { picture }
}

export const pictureRoutes: readonly Route[] = [route('POST', '/simulator/pictures', Picture, setPicture)]
