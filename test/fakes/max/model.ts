import type { Fields } from './msgpack.ts'

/** Somebody with an account. */
export interface Person {
  readonly id: bigint
  /** Digits. */
  readonly phone: string
  firstName: string
  lastName: string
  description: string
  /** Where the picture is to be fetched. */
  pictureUrl: string | null
  hidesPicture: boolean
  hidesPhone: boolean
  /** Linking a device asks for it. */
  password: string | null
  passwordHint: string
  /** What an address book calls others. */
  readonly book: Map<bigint, BookEntry>
  readonly blocked: Set<bigint>
  seenAt: number
  isOnline: boolean
  /** By token. */
  readonly devices: Map<string, Device>
}

export interface BookEntry {
  readonly firstName: string
  readonly lastName: string
}

/** A linked web client: what a token stands for. It outlives its sockets. */
export interface Device {
  readonly person: Person
  token: string
  readonly deviceId: string
  readonly name: string
  readonly linkedAt: number
  readonly sockets: Set<Line>
  /** Messages that it has not acknowledged, oldest first. */
  readonly waiting: Waiting[]
  /** When it logged in; the latest at the end. */
  readonly logins: number[]
}

export interface Waiting {
  readonly chat: bigint
  readonly message: bigint
  readonly payload: Fields
  /** To how many sockets it went. */
  told: number
}

/** One web socket, as those who push see it. */
export interface Line {
  readonly device: Device | null
  push(opcode: number, payload: Fields): void
  isWatching(chat: Chat): boolean
  close(code?: number): void
}

export interface Chat {
  /** The chat's id, or one of its own for what everybody saved, whose id is 0 for all. */
  readonly key: string
  readonly id: bigint
  readonly type: 'DIALOG' | 'CHAT' | 'CHANNEL'
  readonly members: Map<bigint, Member>
  owner: bigint
  title: string
  description: string
  pictureUrl: string | null
  readonly options: Map<string, boolean>
  link: string
  readonly createdAt: number
  modifiedAt: number
  pinned: bigint | null
  /** Oldest first. */
  readonly messages: Message[]
}

export interface Member {
  readMark: number
  isMarkedUnread: boolean
  /** A sum of rights; null for who is no admin. */
  permissions: number | null
  /** What came before is hidden. */
  readonly seesFrom: number
}

export interface Message {
  /** `(time << 16) | n`. */
  readonly id: bigint
  readonly time: number
  updatedAt: number
  readonly sender: bigint
  text: string
  elements: readonly Fields[]
  attaches: readonly Fields[]
  readonly link: MessageLink | null
  readonly cid: string | null
  isEdited: boolean
  /** For all. */
  isRemoved: boolean
  readonly hiddenFrom: Set<bigint>
  readonly reactions: Map<bigint, string>
  readonly votes: Map<bigint, readonly number[]>
}

export interface MessageLink {
  readonly type: 'REPLY' | 'FORWARD'
  readonly message: Message
  readonly chat: Chat
}

/** What somebody writes. */
export interface Draft {
  readonly text?: string
  readonly elements?: readonly Fields[]
  readonly attaches?: readonly Fields[]
  readonly link?: MessageLink | null
  readonly cid?: string
}

/** The rights of admins; they are summed. */
export const RIGHT = { members: 2, admins: 4, info: 8, pin: 16, post: 256, edit: 512, delete: 1024 } as const
export const ALL_RIGHTS = Object.values(RIGHT).reduce((sum, right) => sum + right, 0)
