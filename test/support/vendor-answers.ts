import assert from 'node:assert/strict'
import Type, { type TProperties, type TSchema } from 'typebox'
import { Compile } from 'typebox/compile'

/** What the vendor's clients declare in their types, as schemas. Keys beside those that are declared are no fault, in them and here. */

const text = Type.String()
const flag = Type.Boolean()
const number = Type.Number()
const yesOrNo = Type.Enum(['yes', 'no'])
const shape = (keys: TProperties) => Type.Object(keys)
const said = (name: string) => shape({ [name]: flag })

/** `Promise<void>`: nothing is there to be read. */
const NOTHING = Type.Literal('')
const STATES = ['notAuthorized', 'authorized', 'blocked', 'starting', 'yellowCard']
const STATUSES = ['sent', 'delivered', 'read', 'failed', 'noAccount', 'notInGroup', 'yellowCard']

const SETTINGS = shape({
  wid: Type.Optional(text),
  webhookUrl: Type.Optional(text),
  webhookUrlToken: Type.Optional(text),
  delaySendMessagesMilliseconds: Type.Optional(number),
  ...Object.fromEntries(
    [
      ...[
        'markIncomingMessagesReaded',
        'markIncomingMessagesReadedOnReply',
        'outgoingWebhook',
        'outgoingMessageWebhook',
      ],
      ...['outgoingAPIMessageWebhook', 'stateWebhook', 'incomingWebhook', 'keepOnlineStatus', 'pollMessageWebhook'],
      ...['incomingCallWebhook', 'incomingBlockWebhook', 'editedMessageWebhook', 'deletedMessageWebhook'],
    ].map((name) => [name, Type.Optional(yesOrNo)]),
  ),
})

/** The older client declares every key, and two more words. */
const SETTINGS_V1 = shape({
  ...Object.fromEntries(
    Object.keys(SETTINGS.properties).map((name) => [
      name,
      name === 'delaySendMessagesMilliseconds' ? number : /^(wid|webhookUrl)/.test(name) ? text : yesOrNo,
    ]),
  ),
  countryInstance: text,
  typeAccount: text,
  sharedSession: yesOrNo,
  deviceWebhook: yesOrNo,
  statusInstanceWebhook: yesOrNo,
  enableMessagesHistory: yesOrNo,
})

const QUEUE = Type.Array(
  Type.Union([
    shape({ messageID: text, type: text, body: shape({ chatId: text }) }),
    shape({ messagesIDs: Type.Array(text), type: Type.Literal('ForwardMessages'), body: shape({ chatIdFrom: text }) }),
  ]),
)

/**
 * A row of a journal. The newer client's types put a notification's keys into its rows (`textMessageData`), which the vendor's own server
 * does not send; the older client's types are what it sends and what is here. Both declare the forwarding keys for every row, where the
 * vendor's collection has them with files and inside of what holds them.
 */
const forwarding = { isForwarded: flag, forwardingScore: number }
const poll = { name: text, multipleAnswers: flag }
const JOURNAL_DATA = Type.Union([
  shape({ typeMessage: Type.Literal('textMessage'), textMessage: text }),
  shape({
    typeMessage: Type.Literal('extendedTextMessage'),
    textMessage: text,
    extendedTextMessage: shape({ text, ...forwarding }),
  }),
  shape({
    typeMessage: Type.Enum(['imageMessage', 'videoMessage', 'documentMessage', 'audioMessage', 'stickerMessage']),
    downloadUrl: text,
    fileName: text,
    mimeType: text,
    ...forwarding,
  }),
  shape({
    typeMessage: Type.Literal('locationMessage'),
    location: shape({ nameLocation: text, address: text, latitude: number, longitude: number, ...forwarding }),
  }),
  shape({
    typeMessage: Type.Literal('contactMessage'),
    contact: shape({ displayName: text, vcard: text, ...forwarding }),
  }),
  shape({
    typeMessage: Type.Literal('pollMessage'),
    pollMessageData: shape({ ...poll, options: Type.Array(shape({ optionName: text })) }),
  }),
  shape({
    typeMessage: Type.Literal('pollUpdateMessage'),
    pollMessageData: shape({
      ...poll,
      stanzaId: text,
      votes: Type.Array(shape({ optionName: text, optionVoters: Type.Array(text) })),
    }),
  }),
  shape({ typeMessage: Type.Literal('reactionMessage'), extendedTextMessageData: shape({ text }) }),
  shape({
    typeMessage: Type.Literal('quotedMessage'),
    quotedMessage: shape({ stanzaId: text, participant: text, typeMessage: text }),
  }),
  shape({ typeMessage: Type.Enum(['editedMessage', 'deletedMessage', 'interactiveButtons', 'buttonsMessage']) }),
  shape({ typeMessage: Type.Enum(['templateMessage', 'listMessage']) }),
])
const JOURNAL_SIDE = Type.Union([
  shape({ type: Type.Literal('incoming'), senderId: text, senderName: text, senderContactName: text }),
  shape({ type: Type.Literal('outgoing'), statusMessage: Type.Enum([...STATUSES, 'pending']), sendByApi: flag }),
])
const JOURNAL_ROW = Type.Intersect([
  shape({ idMessage: text, timestamp: number, typeMessage: text, chatId: text }),
  JOURNAL_DATA,
  JOURNAL_SIDE,
])
/** The older client makes objects of its own of the rows. */
const LAST_V1 = Type.Array(shape({ chatId: text, idMessage: text, timestamp: number, typeMessage: text }))

const STATUS_ROW = Type.Intersect([
  shape({ idMessage: text, timestamp: number, chatId: text }),
  JOURNAL_SIDE,
  Type.Union([
    shape({
      typeMessage: Type.Literal('extendedTextMessage'),
      textMessage: text,
      extendedTextMessage: shape({ text, backgroundColor: text, font: Type.Optional(text) }),
    }),
    shape({
      typeMessage: Type.Enum(['imageMessage', 'videoMessage', 'audioMessage']),
      downloadUrl: text,
      fileName: text,
      mimeType: text,
    }),
  ]),
])

const CONTACT_INFO = shape({
  ...{ avatar: text, name: text, contactName: text, email: text, category: text, description: text, chatId: text },
  products: Type.Array(
    shape({
      id: text,
      imageUrls: shape({ requested: text, original: text }),
      reviewStatus: shape({ whatsapp: text }),
      availability: text,
      name: text,
      price: Type.Union([text, Type.Null()]),
      isHidden: flag,
    }),
  ),
  // Declared as a string or null; the contract knows a number too.
  lastSeen: Type.Union([text, number, Type.Null()]),
  ...{ isArchive: flag, isDisappearing: flag, isMute: flag, isBusiness: flag, messageExpiration: number },
  muteExpiration: Type.Union([number, Type.Null()]),
})

const GROUP_DATA = shape({
  ...{ groupId: text, owner: text, subject: text, creation: number, subjectTime: number, subjectOwner: text },
  groupInviteLink: text,
  participants: Type.Array(shape({ id: text, isAdmin: flag, isSuperAdmin: flag })),
})

const ID = shape({ idMessage: text })
const RECEIVED = shape({ receiptId: number, body: shape({ typeWebhook: text, timestamp: number }) })

/** What all three clients call by the same names. */
const COMMON = {
  ...{ sendMessage: ID, sendPoll: ID, sendLocation: ID, sendContact: ID, sendFileByUrl: ID },
  sendFileByUpload: shape({ idMessage: text, urlFile: text }),
  forwardMessages: shape({ messages: Type.Array(text) }),
  uploadFile: shape({ urlFile: text }),
  ...{ reboot: said('isReboot'), logout: said('isLogout'), setSettings: said('saveSettings') },
  getStateInstance: shape({ stateInstance: Type.Enum(STATES) }),
  getWaSettings: shape({ avatar: text, phone: text, stateInstance: Type.Enum(STATES), deviceId: text }),
  getAuthorizationCode: shape({ status: flag, code: text }),
  showMessagesQueue: QUEUE,
  clearMessagesQueue: said('isCleared'),
  readChat: said('setRead'),
  checkWhatsapp: said('existsWhatsapp'),
  getAvatar: shape({ urlAvatar: text, available: flag }),
  // Declared with `contactName` for every row; the vendor's server leaves it out of groups.
  getContacts: Type.Array(
    Type.Union([
      shape({ id: text, name: text, contactName: text, type: Type.Literal('user') }),
      shape({ id: text, name: text, type: Type.Literal('group') }),
    ]),
  ),
  getContactInfo: CONTACT_INFO,
  ...{ archiveChat: NOTHING, unarchiveChat: NOTHING },
  createGroup: shape({ created: flag, chatId: text, groupInviteLink: text }),
  updateGroupName: said('updateGroupName'),
  getGroupData: GROUP_DATA,
  addGroupParticipant: said('addParticipant'),
  removeGroupParticipant: said('removeParticipant'),
  ...{ setGroupAdmin: said('setGroupAdmin'), removeAdmin: said('removeAdmin'), leaveGroup: said('leaveGroup') },
  setGroupPicture: shape({ setGroupPicture: flag, urlAvatar: Type.Union([text, Type.Null()]), reason: text }),
  getMessage: JOURNAL_ROW,
  getChatHistory: Type.Array(JOURNAL_ROW),
}

/** What the newer two share. */
const NEWER = {
  ...COMMON,
  getQR: shape({ type: Type.Enum(['qrCode', 'error', 'alreadyLogged']), message: text }),
  getSettings: SETTINGS,
  setProfilePicture: shape({ reason: Type.Union([text, Type.Null()]), urlAvatar: text, setProfilePicture: flag }),
  setDisappearingChat: shape({ chatId: text, disappearingMessagesInChat: flag, ephemeralExpiration: number }),
  lastIncomingMessages: Type.Array(JOURNAL_ROW),
  lastOutgoingMessages: Type.Array(JOURNAL_ROW),
  ...{ sendTextStatus: ID, sendVoiceStatus: ID, sendMediaStatus: ID },
  getStatusStatistic: Type.Array(shape({ participant: text, timestamp: number, status: Type.Enum(STATUSES) })),
  getIncomingStatuses: Type.Array(STATUS_ROW),
  getOutgoingStatuses: Type.Array(STATUS_ROW),
}

export const JS_V2_ANSWERS = {
  ...NEWER,
  editMessage: ID,
  deleteMessage: Type.Undefined(),
  receiveNotification: Type.Union([RECEIVED, Type.Null()]),
  deleteNotification: said('result'),
  downloadFile: shape({ downloadUrl: text }),
  deleteStatus: Type.Undefined(),
  ...{ addContact: said('addContact'), editContact: said('editContact'), deleteContact: said('deleteContact') },
}

export const INTEGRATION_ANSWERS = { ...NEWER, sendInteractiveButtons: ID, sendInteractiveButtonsReply: ID }

export const PARTNER_ANSWERS = {
  createInstance: shape({ idInstance: number, apiTokenInstance: text, typeInstance: text }),
  getInstances: Type.Array(
    shape({
      ...{ idInstance: number, name: text, typeInstance: text, timeCreated: text, timeDeleted: text, deleted: flag },
      ...{ apiTokenInstance: text, tariff: text, isFree: flag, isPartner: flag, expirationDate: text, isExpired: flag },
    }),
  ),
  deleteInstanceAccount: said('deleteInstanceAccount'),
}

export const JS_V1_ANSWERS = {
  ...COMMON,
  getSettings: SETTINGS_V1,
  ...{ sendLink: ID, sendButtons: ID, sendTemplateButtons: ID, sendListMessage: ID, editMessage: ID },
  deleteMessage: NOTHING,
  ...{ lastIncomingMessages: LAST_V1, lastOutgoingMessages: LAST_V1 },
  // Its types call the link `urlFile`; the vendor's server has only ever said `downloadUrl`.
  downloadFile: shape({ downloadUrl: text }),
  qr: shape({ type: text, message: text }),
  getDeviceInfo: shape({
    ...{ platform: text, deviceManufacturer: text, deviceModel: text, osVersion: text, waVersion: text },
    battery: number,
  }),
  getChats: Type.Array(shape({ id: text, name: text })),
  receiveNotification: RECEIVED,
  deleteNotification: said('result'),
}

type Answers = Readonly<Record<string, TSchema>>

/** The client itself, but what each of its methods answers is held to its type, and the method's name noted. */
export function checked<Client extends object>(client: Client, answers: Answers, called: Set<string>): Client {
  return new Proxy(client, {
    get(target, name) {
      const found: unknown = Reflect.get(target, name, target)
      const answer = typeof name === 'string' ? answers[name] : undefined
      if (typeof found !== 'function' || answer === undefined) return found
      return async (...args: unknown[]) => {
        const got: unknown = await Reflect.apply(found, target, args)
        assert.ok(Compile(answer).Check(got), `${String(name)}: ${JSON.stringify(got)}`)
        called.add(String(name))
        return got
      }
    },
  })
}

/** The methods of a class that its users may call, sorted. */
export function publicMethods(prototype: object, isHidden: readonly string[] = []): string[] {
  return Object.getOwnPropertyNames(prototype)
    .filter((name) => name !== 'constructor' && !isHidden.includes(name))
    .sort()
}
