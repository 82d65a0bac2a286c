import type { ContactsContent, GroupInviteContent, LocationContent } from '../../../../model/content.ts'
import type { WaMessage } from '../../engine/proto.ts'
import { inContext, thumbnail, type Making } from './making.ts'

export function locationMessage(content: LocationContent, { context }: Making): WaMessage {
  return {
    locationMessage: {
      ...{ degreesLatitude: content.latitude, degreesLongitude: content.longitude },
      ...{ name: content.name, address: content.address, ...thumbnail(content.jpegThumbnail) },
      ...inContext(context),
    },
  }
}

/** One goes by itself, several go together. */
export function contactsMessage({ contacts }: ContactsContent, { context }: Making): WaMessage {
  const cards = contacts.map(({ displayName, vcard }) => ({ displayName, vcard }))
  const [only] = cards
  if (cards.length === 1 && only !== undefined) return { contactMessage: { ...only, ...inContext(context) } }
  const displayName = `${cards.length} contacts`
  return { contactsArrayMessage: { displayName, contacts: cards, ...inContext(context) } }
}

export async function groupInviteMessage(content: GroupInviteContent, { context, life }: Making): Promise<WaMessage> {
  return {
    groupInviteMessage: {
      ...{ groupJid: await life.people.jidOf(content.group), groupName: content.groupName, inviteCode: content.code },
      ...{ inviteExpiration: Math.floor(content.expiresAt / 1000), caption: content.caption },
      ...{ ...thumbnail(content.jpegThumbnail), ...inContext(context) },
    },
  }
}
