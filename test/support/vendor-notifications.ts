import Type, { type TProperties, type TSchema } from 'typebox'

/** The notifications as the types of the vendor's newer clients declare them; keys beside those that are declared are no fault. */

const text = Type.String()
const number = Type.Number()
const flag = Type.Boolean()
const shape = (keys: TProperties) => Type.Object(keys)
const forwardable = { forwardingScore: number, isForwarded: flag }
const media = { ...forwardable, jpegThumbnail: text }
const INSTANCE = shape({ idInstance: number, wid: text, typeInstance: text })

const data = (typeMessage: string, key: string, value: TSchema, more: TProperties = {}) =>
  shape({ typeMessage: Type.Literal(typeMessage), [key]: value, ...more })

const FILE = shape({ downloadUrl: text, caption: text, mimeType: text, fileName: text, ...media })
const POLL = { name: text, multipleAnswers: flag }
/** Declared with a `typeMessage` too; a reaction names no more than what it is about. */
const ABOUT = shape({ stanzaId: text, participant: text })
const rows = Type.Array(shape({ title: text, rowId: text }))

const MESSAGE_DATA: Readonly<Record<string, TSchema>> = {
  textMessage: data('textMessage', 'textMessageData', shape({ textMessage: text })),
  extendedTextMessage: data(
    'extendedTextMessage',
    'extendedTextMessageData',
    shape({ text, description: text, title: text, ...media }),
  ),
  // Declared with the data of a link; what a reply has is its text and what it answers.
  quotedMessage: data('quotedMessage', 'extendedTextMessageData', shape({ text }), {
    quotedMessage: shape({ stanzaId: text, participant: text, typeMessage: text }),
  }),
  ...Object.fromEntries(
    ['imageMessage', 'videoMessage', 'documentMessage', 'audioMessage', 'stickerMessage'].map((name) => [
      name,
      data(name, 'fileMessageData', FILE),
    ]),
  ),
  locationMessage: data(
    'locationMessage',
    'locationMessageData',
    shape({ nameLocation: text, address: text, latitude: number, longitude: number, ...media }),
  ),
  contactMessage: data(
    'contactMessage',
    'contactMessageData',
    shape({ displayName: text, vcard: text, ...forwardable }),
  ),
  contactsArrayMessage: data(
    'contactsArrayMessage',
    'messageData',
    shape({ contacts: Type.Array(shape({ displayName: text, vcard: text })), ...forwardable }),
  ),
  pollMessage: data(
    'pollMessage',
    'pollMessageData',
    shape({ ...POLL, options: Type.Array(shape({ optionName: text })) }),
  ),
  pollUpdateMessage: data(
    'pollUpdateMessage',
    'pollMessageData',
    shape({ ...POLL, stanzaId: text, votes: Type.Array(shape({ optionName: text, optionVoters: Type.Array(text) })) }),
  ),
  editedMessage: data(
    'editedMessage',
    'editedMessageData',
    shape({ stanzaId: text, textMessage: Type.Optional(text) }),
  ),
  deletedMessage: data('deletedMessage', 'deletedMessageData', shape({ stanzaId: text })),
  reactionMessage: data('reactionMessage', 'extendedTextMessageData', shape({ text }), { quotedMessage: ABOUT }),
  buttonsMessage: data(
    'buttonsMessage',
    'buttonsMessage',
    shape({
      contentText: text,
      footer: text,
      buttons: Type.Array(shape({ buttonId: text, buttonText: text })),
      ...forwardable,
    }),
  ),
  listMessage: data(
    'listMessage',
    'listMessage',
    shape({ contentText: text, sections: Type.Array(shape({ title: text, rows })), ...forwardable }),
  ),
  templateMessage: data(
    'templateMessage',
    'templateMessage',
    shape({ contentText: text, buttons: Type.Array(shape({})), ...forwardable }),
  ),
  // Declared with a text in `inviteExpiration` and with `name`; the vendor's server sends a 64-bit number in two parts, and no name.
  groupInviteMessage: data(
    'groupInviteMessage',
    'groupInviteMessageData',
    shape({
      ...{ groupJid: text, inviteCode: text, groupName: text, caption: text, jpegThumbnail: text },
      inviteExpiration: shape({ low: number, high: number, unsigned: flag }),
    }),
  ),
  // These are of the integration library alone.
  interactiveButtons: data(
    'interactiveButtons',
    'interactiveButtons',
    shape({ contentText: text, buttons: Type.Array(shape({ type: text, buttonId: text, buttonText: text })) }),
  ),
  templateButtonsReplyMessage: data(
    'templateButtonsReplyMessage',
    'templateButtonReplyMessage',
    shape({ stanzaId: text, selectedIndex: number, selectedId: text, selectedDisplayText: text }),
  ),
}

/** The kinds of message that the clients' types know. */
export const KNOWN_KINDS = Object.keys(MESSAGE_DATA)

const about = { instanceData: INSTANCE, timestamp: number, idMessage: text }

export const VENDOR_NOTIFICATION = Type.Union([
  shape({
    typeWebhook: Type.Enum(['incomingMessageReceived', 'outgoingMessageReceived', 'outgoingAPIMessageReceived']),
    ...about,
    senderData: shape({ chatId: text, sender: text, chatName: text, senderName: text }),
    messageData: Type.Union(Object.values(MESSAGE_DATA)),
  }),
  shape({
    typeWebhook: Type.Literal('outgoingMessageStatus'),
    ...about,
    chatId: text,
    status: Type.Enum(['sent', 'delivered', 'read', 'failed', 'noAccount', 'notInGroup', 'yellowCard']),
    description: Type.Optional(text),
    sendByApi: flag,
  }),
  shape({
    typeWebhook: Type.Literal('stateInstanceChanged'),
    instanceData: INSTANCE,
    timestamp: number,
    stateInstance: Type.Enum(['notAuthorized', 'authorized', 'blocked', 'starting', 'yellowCard']),
  }),
  shape({
    typeWebhook: Type.Literal('incomingCall'),
    ...about,
    from: text,
    // The oldest of its words is `hangUp`, which the vendor writes `hungUp` today.
    status: Type.Enum(['offer', 'pickUp', 'hungUp', 'missed', 'declined']),
  }),
])
