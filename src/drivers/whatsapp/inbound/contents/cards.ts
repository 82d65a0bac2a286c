import type { ContactCard, Content } from '../../../../model/content.ts'
import { few, line, text, thumbnail } from '../../../network/bounded.ts'
import type { WaMessage } from '../../engine/proto.ts'
import { isGroup, plainJid } from '../../jids.ts'
import type { ChatId } from '../../../../model/ids.ts'
import { count } from '../bounded.ts'
import type { Reading } from '../reading.ts'

type Of<Name extends keyof WaMessage> = NonNullable<WaMessage[Name]>
type Card = NonNullable<Of<'contactsArrayMessage'>['contacts']>[number]

const MOST_CARDS = 256
const LATEST_MS = 253_402_300_799_000

export function location(place: Of<'locationMessage'>): Content | undefined {
  const { degreesLatitude: latitude, degreesLongitude: longitude } = place
  if (!isDegree(latitude, 90) || !isDegree(longitude, 180)) return undefined
  const jpegThumbnail = thumbnail(place.jpegThumbnail)
  return { kind: 'location', latitude, longitude, name: line(place.name), address: line(place.address), jpegThumbnail }
}

/** Where somebody is who goes on; only the start is told. */
export function liveLocation(place: Of<'liveLocationMessage'>): Content | undefined {
  return location({ ...place, name: place.caption ?? '' })
}

export async function contact(card: Card, reading: Reading): Promise<Content | undefined> {
  return await contacts({ contacts: [card] }, reading)
}

export async function contacts(sent: Of<'contactsArrayMessage'>, reading: Reading): Promise<Content | undefined> {
  const cards = await Promise.all(few(sent.contacts, MOST_CARDS).map((card) => cardIn(card, reading)))
  return cards.length === 0 ? undefined : { kind: 'contacts', contacts: cards }
}

async function cardIn(card: Card, { parts }: Reading): Promise<ContactCard> {
  const vcard = text(card.vcard).replaceAll('\r\n', '\n')
  const phone = /\bwaid=(\d{7,16})\b/.exec(vcard)?.[1]
  const chat = phone === undefined ? undefined : await parts.people.chatOf(`${phone}@s.whatsapp.net`)
  return { displayName: line(card.displayName), vcard, ...(chat !== undefined && { chat }) }
}

export function groupInvite(invite: Of<'groupInviteMessage'>): Content | undefined {
  const group = plainJid(invite.groupJid)
  const code = line(invite.inviteCode)
  if (!isGroup(group) || code === '') return undefined
  return {
    ...{ kind: 'groupInvite', group: group as ChatId, groupName: line(invite.groupName), code },
    expiresAt: count(count(invite.inviteExpiration) * 1000, LATEST_MS),
    ...{ caption: text(invite.caption), jpegThumbnail: thumbnail(invite.jpegThumbnail) },
  }
}

function isDegree(value: unknown, most: number): value is number {
  return typeof value === 'number' && Math.abs(value) <= most
}
