import { setTimeout as sleep } from 'node:timers/promises'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { pathOf, type Made } from './server.ts'
import type { LiveGateway } from './live-gateway.ts'

const Sent = Compile(Type.Object({ idMessage: Type.String() }))

/** What was asked of the API; the id is null where nobody was answered. */
export interface NotedSend {
  readonly to: string
  readonly text: string
  id: string | null
}

/** Sends texts in turn to several numbers, each once, and writes down what it was answered. */
export class Sender {
  readonly sends: NotedSend[] = []
  readonly #work: Promise<void>
  #isOver = false

  constructor(gateway: LiveGateway, made: Made, to: readonly string[], everyMs: number) {
    this.#work = this.#send(gateway, made, to, everyMs)
  }

  get acknowledged(): readonly (NotedSend & { readonly id: string })[] {
    return this.sends.filter((send): send is NotedSend & { id: string } => send.id !== null)
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await this.#work
  }

  async #send({ api }: LiveGateway, made: Made, to: readonly string[], everyMs: number): Promise<void> {
    for (let turn = 0; !this.#isOver; turn += 1) {
      const phone = to[turn % to.length] ?? ''
      const send: NotedSend = { to: phone, text: `${String(made.idInstance)} says ${String(turn)}`, id: null }
      this.sends.push(send)
      const body = { chatId: `${phone}@c.us`, message: send.text }
      const answer = await api.call('POST', pathOf(made, 'sendMessage'), body)
      if (typeof answer === 'object') send.id = Sent.Parse(answer.body).idMessage
      await sleep(everyMs)
    }
  }
}
