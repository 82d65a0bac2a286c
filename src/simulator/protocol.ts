import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { MESSENGERS } from '../model/messenger.ts'
import { ASK_FAULTS, ASK_NAMES } from './asks.ts'
import { Address, Content, Id } from './contents.ts'

/**
 * What travels over `/link` between the network and a server process: text frames, each a JSON array of messages. Many device
 * channels share one socket; `channel` is a number that the connecting side chose and never uses again on that socket.
 *
 * A person's address is the digits of the number on WhatsApp, and the digits of the user id on MAX and Telegram, where a number may stand for it as
 * `+79001234567` towards the network. Groups, hidden persons (`…@lid`) and the chat of statuses are passed by their ids as they are.
 */

const Channel = Type.Integer({ minimum: 1 })
const Time = Type.Integer()

const ToNetwork = Type.Union([
  /** Opens the channel of a linked device; answered by `opened` or `refused`. The newest open of a device ends the older. */
  Type.Object({ t: Type.Literal('open'), channel: Channel, device: Id, key: Id }),
  /** The channel ends; nothing is answered. */
  Type.Object({ t: Type.Literal('close'), channel: Channel }),
  /** These pushes are durable on this side and need not come again. */
  Type.Object({ t: Type.Literal('ack'), channel: Channel, ids: Type.Array(Type.Integer(), { maxItems: 1000 }) }),
  /** Answered by `verdict`; the same id from the same account is delivered once and gets the same verdict. */
  Type.Object({
    t: Type.Literal('send'),
    channel: Channel,
    id: Id,
    to: Address,
    content: Content,
    /** Of a status: who may see it; absent: all contacts. */
    audience: Type.Optional(Type.Array(Address)),
  }),
  Type.Object({ t: Type.Literal('lookup'), channel: Channel, id: Id }),
  Type.Object({
    t: Type.Literal('typing'),
    channel: Channel,
    to: Address,
    durationMs: Type.Integer({ minimum: 0 }),
    type: Type.Optional(Type.String({ maxLength: 64 })),
  }),
  /** A question of `asks.ts`, answered by `answer` with the same number. */
  Type.Object({
    t: Type.Literal('ask'),
    channel: Channel,
    no: Type.Integer({ minimum: 1 }),
    name: Type.Enum([...ASK_NAMES]),
    value: Type.Unknown(),
  }),
  /** Unlinks the device; answered by `closed`, also when the device is unknown by now. Needs no `open` before. */
  Type.Object({ t: Type.Literal('logout'), channel: Channel, device: Id, key: Id }),
  /** Asks for a QR (no phone), for a code to be typed on that phone, or for one that the messenger sends to it. */
  Type.Object({
    t: Type.Literal('pair'),
    channel: Channel,
    messenger: Type.Enum([...MESSENGERS]),
    way: Type.Enum(['qr', 'code', 'sms']),
    phone: Type.Union([Address, Type.Null()]),
    /** Persons are to be named by ids that hide their numbers, for as long as the device is linked. */
    hidesNumbers: Type.Boolean(),
  }),
  /** What the person said to `asked`. */
  Type.Object({ t: Type.Literal('reply'), channel: Channel, value: Type.String({ maxLength: 256 }) }),
  /** The credentials are durable; the channel becomes the device's open channel, which `opened` confirms. */
  Type.Object({ t: Type.Literal('paired'), channel: Channel }),
])
export type ToNetwork = Type.Static<typeof ToNetwork>

const Party = Type.Object({
  address: Address,
  name: Type.String(),
  /** In the address book of the account that hears of it. */
  contactName: Type.String(),
  /** Digits, where the address does not tell them and they are not hidden. */
  phone: Type.Optional(Type.String()),
  type: Type.Optional(Type.Enum(['user', 'group', 'supergroup', 'channel', 'bot'])),
})

const CallStatus = Type.Enum(['offer', 'pickUp', 'hungUp', 'declined', 'invalid'])

const Pushed = Type.Union([
  Type.Object({
    kind: Type.Literal('message'),
    id: Id,
    direction: Type.Enum(['in', 'out']),
    chat: Party,
    author: Party,
    at: Time,
    content: Content,
  }),
  Type.Object({
    kind: Type.Literal('status'),
    id: Id,
    chat: Address,
    status: Type.Enum(['delivered', 'read']),
    at: Time,
  }),
  /** How far one of a status's viewers came with it. */
  Type.Object({
    kind: Type.Literal('receipt'),
    id: Id,
    participant: Address,
    status: Type.Enum(['delivered', 'read']),
    at: Time,
  }),
  Type.Object({
    kind: Type.Literal('call'),
    id: Id,
    direction: Type.Enum(['in', 'out']),
    chat: Party,
    status: CallStatus,
    isVideo: Type.Boolean(),
    isGroup: Type.Boolean(),
    durationS: Type.Integer({ minimum: 0 }),
    participants: Type.Array(Type.Object({ address: Address, status: CallStatus })),
    at: Time,
  }),
  Type.Object({ kind: Type.Literal('restricted'), state: Type.Enum(['suspended', 'authorized']), at: Time }),
])
export type Pushed = Type.Static<typeof Pushed>

const SEND_FAULTS = ['noAccount', 'notInGroup', 'refused', 'suspended'] as const
export type SendFault = (typeof SEND_FAULTS)[number]

const FromNetwork = Type.Union([
  Type.Object({ t: Type.Literal('opened'), channel: Channel }),
  Type.Object({
    t: Type.Literal('refused'),
    channel: Channel,
    reason: Type.Enum(['unlinked', 'blocked', 'unavailable']),
  }),
  /** The network ended the channel; nothing follows on it. */
  Type.Object({
    t: Type.Literal('closed'),
    channel: Channel,
    reason: Type.Enum(['replaced', 'unlinked', 'blocked', 'dropped', 'loggedOut']),
  }),
  /** Comes again at the next open until its id was acknowledged; ids rise in the order of what happened. */
  Type.Object({ t: Type.Literal('push'), channel: Channel, id: Type.Integer(), event: Pushed }),
  Type.Object({ t: Type.Literal('accepted'), channel: Channel, id: Id, at: Time }),
  Type.Object({
    t: Type.Literal('rejected'),
    channel: Channel,
    id: Id,
    fault: Type.Enum([...SEND_FAULTS]),
    message: Type.String(),
  }),
  Type.Object({ t: Type.Literal('found'), channel: Channel, id: Id, sent: Type.Boolean() }),
  Type.Object({ t: Type.Literal('answer'), channel: Channel, no: Type.Integer({ minimum: 1 }), value: Type.Unknown() }),
  Type.Object({
    t: Type.Literal('unanswered'),
    channel: Channel,
    no: Type.Integer({ minimum: 1 }),
    fault: Type.Enum([...ASK_FAULTS]),
    message: Type.String(),
  }),
  Type.Object({
    t: Type.Literal('show'),
    channel: Channel,
    what: Type.Enum(['qr', 'code']),
    value: Type.String(),
    until: Time,
  }),
  /** Linking needs a word of the person; `trouble` says what was wrong with the last one. A passkey is confirmed on the phone. */
  Type.Object({
    t: Type.Literal('asked'),
    channel: Channel,
    what: Type.Enum(['code', 'password', 'passkey']),
    trouble: Type.Union([Type.Enum(['wrongCode', 'wrongPassword', 'codeExpired']), Type.Null()]),
  }),
  Type.Object({
    t: Type.Literal('credentials'),
    channel: Channel,
    device: Id,
    key: Id,
    /** How others name the account; on WhatsApp its number. */
    address: Address,
    phone: Type.String(),
    name: Type.String(),
    /** How the phone calls this device: `79001234567:1`. */
    label: Type.String(),
    at: Time,
  }),
  Type.Object({
    t: Type.Literal('pairingEnded'),
    channel: Channel,
    reason: Type.Enum(['expired', 'noAccount', 'invalidPhone', 'unavailable']),
  }),
])
export type FromNetwork = Type.Static<typeof FromNetwork>

const toNetwork = Compile(Type.Array(ToNetwork))
const fromNetwork = Compile(Type.Array(FromNetwork))

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Null when the frame is none of this protocol's. */
export function readToNetwork(text: string): readonly ToNetwork[] | null {
  const value = parse(text)
  return toNetwork.Check(value) ? value : null
}

/** Null when the frame is none of this protocol's. */
export function readFromNetwork(text: string): readonly FromNetwork[] | null {
  const value = parse(text)
  return fromNetwork.Check(value) ? value : null
}

/** The text in a QR of the simulated network. */
export const QR_PREFIX = 'JADEGATE-SIM:'

/** Largest frame that either side sends, in UTF-16 code units, unless one message alone is larger; and the most that is taken in. */
const FRAME_LENGTH = 512 * 1024
export const FRAME_LIMIT_BYTES = 16 * 1024 * 1024

/** Joins messages into JSON arrays of a bounded length. */
export function* framesOf(messages: readonly string[]): Generator<string> {
  let frame: string[] = []
  let length = 0
  for (const message of messages) {
    if (length > 0 && length + message.length > FRAME_LENGTH) {
      yield `[${frame.join(',')}]`
      frame = []
      length = 0
    }
    frame.push(message)
    length += message.length + 1
  }
  if (frame.length > 0) yield `[${frame.join(',')}]`
}
