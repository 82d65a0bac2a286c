import type { Attachments } from './attachments.ts'
import type { Groups } from './groups.ts'
import type { Hello, Linking } from './linking.ts'
import type { Actor, Messages } from './messages.ts'
import type { Chat, Line } from './model.ts'
import type { Fields } from './msgpack.ts'
import type { MaxNetwork } from './network.ts'
import type { Reader } from './reader.ts'
import type { Uploads } from './uploads.ts'

/** All parts of the fake. */
export interface Service {
  readonly network: MaxNetwork
  readonly uploads: Uploads
  readonly attachments: Attachments
  readonly messages: Messages
  readonly groups: Groups
  readonly linking: Linking
}

/** Who asks once logged in. */
export interface Station {
  readonly line: Line
  readonly actor: Actor
  /** Hears of typing there for a while. */
  watch(chat: Chat, isWatching: boolean): void
}

/** Who asks before. */
export interface Doorstep {
  readonly line: Line
  readonly hello: Hello
}

export type Handler = (asked: Reader, station: Station) => Fields
export type DoorHandler = (asked: Reader, doorstep: Doorstep) => Fields
