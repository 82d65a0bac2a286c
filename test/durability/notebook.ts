import type { Delivery, Send } from './evidence.ts'

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

/** A send whose answers are still being written down. */
export type NotedSend = Omit<Send, 'answers' | 'acknowledged'> & { readonly answers: string[]; acknowledged: boolean }

/** What the clients have done and got, written down before they go on. */
export class Notebook {
  readonly sends: NotedSend[] = []
  readonly deliveries: Writable<Delivery>[] = []
  /** Links that the API answered an upload with, each with the hash of what was uploaded. */
  readonly uploads = new Map<string, string>()
  /** Groups that were answered as made, with their makers' phones. */
  readonly groups = new Map<string, string>()
  /** What no server may ever do: answer 500, hang up without being killed. */
  readonly complaints: string[] = []

  get acknowledged(): number {
    return this.sends.filter((send) => send.acknowledged).length
  }

  get lost(): number {
    return this.sends.length - this.acknowledged
  }

  /** How many were acknowledged of each kind. */
  get kinds(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {}
    for (const { kind, acknowledged } of this.sends) if (acknowledged) counts[kind] = (counts[kind] ?? 0) + 1
    return counts
  }

  /** How many notifications came again, by webhook or to pollers. */
  repeats(byWebhook: boolean): number {
    const deliveries = this.deliveries.filter((delivery) => (delivery.receiptId === null) === byWebhook)
    return deliveries.length - new Set(deliveries.map((delivery) => delivery.body)).size
  }
}
