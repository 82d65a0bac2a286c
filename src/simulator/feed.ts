import type { Messenger } from '../model/messenger.ts'
import type { NetworkFile } from './network-file.ts'
import type { CallView } from './call-views.ts'
import type { MessageView } from './views.ts'

/** What a page that shows a phone hears while it is open. */
export type FeedEvent =
  | { readonly kind: 'message'; readonly message: MessageView }
  /** A message that the phone has was edited, deleted, reacted to or voted on; as it is now. */
  | { readonly kind: 'changed'; readonly message: MessageView }
  /** The phone shows this message no more. */
  | { readonly kind: 'hidden'; readonly id: string; readonly chat: string }
  | { readonly kind: 'status'; readonly id: string; readonly chat: string; readonly status: string }
  /** Someone writes to this phone. */
  | { readonly kind: 'typing'; readonly chat: string; readonly durationMs: number }
  /** This phone has seen what this peer sent. */
  | { readonly kind: 'seen'; readonly chat: string }
  | { readonly kind: 'call'; readonly call: CallView }
  /** Statuses came, went or were viewed. */
  | { readonly kind: 'statuses' }
  /** Linked devices, faults or the phone itself changed. */
  | { readonly kind: 'phone' }

type Listener = (event: FeedEvent) => void

/** Tells pages what happened, after it was stored; nothing is kept for those that are not there. */
export class Feed {
  readonly #file: NetworkFile
  readonly #listeners = new Map<string, Set<Listener>>()

  constructor(file: NetworkFile) {
    this.#file = file
  }

  /** `make` runs only when somebody listens. */
  publish(messenger: Messenger, phone: string, make: () => FeedEvent): void {
    if (this.#listeners.size === 0) return
    const listeners = this.#listeners.get(keyOf(messenger, phone))
    if (listeners === undefined) return
    const event = make()
    this.#file.afterCommit(() => {
      for (const listener of listeners) listener(event)
    })
  }

  /** Returns what ends the subscription. */
  subscribe(messenger: Messenger, phone: string, listener: Listener): () => void {
    const key = keyOf(messenger, phone)
    const listeners = this.#listeners.get(key) ?? new Set()
    this.#listeners.set(key, listeners)
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#listeners.get(key) === listeners) this.#listeners.delete(key)
    }
  }
}

function keyOf(messenger: Messenger, phone: string): string {
  return `${messenger}/${phone}`
}
