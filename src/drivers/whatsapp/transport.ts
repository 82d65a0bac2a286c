import type { Agent } from 'node:https'
import type { Dispatcher } from 'undici'

/** What carries everything of one instance; where a member is absent, there is no proxy and the way is the usual one. */
export interface Transport {
  /** The web socket's. */
  readonly socketAgent?: Agent
  /** What goes to the media servers. */
  readonly uploadAgent?: Agent
  /** What comes from them, and any other question over HTTP. */
  readonly dispatcher?: Dispatcher
  close(): Promise<void>
}
