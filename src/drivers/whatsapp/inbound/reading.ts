import type { Log } from '../../../lib/log.ts'
import type { ChatId, EpochMs, MessageId } from '../../../model/ids.ts'
import type { SessionHost } from '../../driver.ts'
import type { Engine } from '../engine/engine.ts'
import type { Directory, Draft, People, SessionStore } from '../life.ts'
import type { Tally } from '../tally.ts'
import type { RecentPast } from './recent-past.ts'

/** What the readers of this folder need of a session. */
export interface InboundParts {
  readonly host: SessionHost
  readonly engine: Engine
  readonly store: SessionStore
  readonly people: People
  readonly directory: Directory
  /** The account's own jids without a device; `lid` may be empty. */
  readonly own: { readonly pn: string; readonly lid: string }
  /** Larger files are not taken in. */
  readonly fileLimitBytes: number
  /** Without it what is of the past stays so. */
  readonly recentPast?: RecentPast
  /** What is counted for the operator, where anybody does. */
  readonly tally?: Tally
}

/** Around a message: who, where and when, as the network names them; plain jids. `alt`: the other name of the same person, or empty. */
export interface Envelope {
  readonly id: MessageId
  readonly fromMe: boolean
  readonly chat: string
  readonly chatAlt: string
  readonly author: string
  readonly authorAlt: string
  readonly at: EpochMs
  /** The name in the author's profile, as the message tells it. */
  readonly authorName: string
}

/** A message while its content is read. */
export interface Reading {
  readonly parts: InboundParts
  readonly envelope: Envelope
  /** The chat and author as the API names them. */
  readonly chat: ChatId
  readonly author: ChatId
  readonly draft: Draft
  readonly log: Log
  /** The message's own secret; votes on a poll are opened with it. */
  readonly secret: Uint8Array | undefined
  /** In a quote: nothing is kept of it, and what is no message of its own is not read. */
  readonly isQuote: boolean
}
