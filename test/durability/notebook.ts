import type { Delivery, Send } from './evidence.ts'

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

/** What the clients have done and got, written down before they go on. */
export class Notebook {
  readonly sends: (Omit<Send, 'answers'> & { readonly answers: string[] })[] = []
  readonly deliveries: Writable<Delivery>[] = []
  /** What no server may ever do: answer 500, hang up without being killed. */
  readonly complaints: string[] = []

  get acknowledged(): number {
    return this.sends.filter((send) => send.answers.length > 0).length
  }

  get lost(): number {
    return this.sends.length - this.acknowledged
  }

  /** How many notifications came again, by webhook or to pollers. */
  repeats(byWebhook: boolean): number {
    const deliveries = this.deliveries.filter((delivery) => (delivery.receiptId === null) === byWebhook)
    return deliveries.length - new Set(deliveries.map((delivery) => delivery.body)).size
  }
}
