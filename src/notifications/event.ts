import type { ChatId, EpochMs, InstanceId, MessageId } from '../model/ids.ts'
import type { NetworkCall } from '../model/call.ts'
import type { KeptFile } from '../model/content.ts'
import type { MessageStatus, NetworkMessage } from '../model/message.ts'
import type { Messenger } from '../model/messenger.ts'
import type { InstanceState } from '../model/state.ts'

/** Whose notification it is. `wid` is empty while nothing is linked. */
export interface InstanceData {
  readonly idInstance: InstanceId
  readonly wid: string
  readonly typeInstance: Messenger
}

/** A message was received, sent from another device of the account (`outgoing`), or sent through the API (`outgoingApi`). */
export interface MessageEvent {
  readonly kind: 'message'
  readonly flow: 'incoming' | 'outgoing' | 'outgoingApi'
  readonly message: NetworkMessage
}

/** What became of a message that this account sent. `description` says why it failed, else it is empty. */
export interface StatusEvent {
  readonly kind: 'status'
  readonly id: MessageId
  readonly chat: ChatId
  readonly status: Exclude<MessageStatus, 'pending'>
  readonly description: string
  /** Sent through the API, as against from another device. */
  readonly byApi: boolean
  readonly at: EpochMs
}

export interface StateEvent {
  readonly kind: 'state'
  readonly state: InstanceState
  readonly at: EpochMs
}

export interface CallEvent {
  readonly kind: 'call'
  readonly call: NetworkCall
}

/** A message to or from a chat beyond the month's correspondents was refused or withheld. */
export interface QuotaEvent {
  readonly kind: 'quota'
  readonly used: number
  readonly total: number
  readonly correspondents: readonly ChatId[]
  readonly at: EpochMs
}

/** What an integrator may be told of. A closed union: a new kind is a new member, and the compiler shows every place. */
export type NotificationEvent = MessageEvent | StatusEvent | StateEvent | CallEvent | QuotaEvent

/** What a rendering needs besides the event. */
export interface Rendering {
  readonly instance: InstanceData
  /** The link under which an instance's file can be fetched for as long as files are kept; empty names no file. */
  readonly linkOf: (file: KeptFile, name: string) => string
}
