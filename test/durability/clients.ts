import { setTimeout as sleep } from 'node:timers/promises'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { Acts, type Act } from './acts.ts'
import type { Answer, Form } from './api.ts'
import type { Dice } from './dice.ts'
import type { SendKind, Subject } from './evidence.ts'
import type { FileServer } from './file-server.ts'
import { pathOf, type Gateway } from './gateway.ts'
import type { Moments } from './moments.ts'
import type { NotedSend, Notebook } from './notebook.ts'

const Sent = Compile(Type.Object({ idMessage: Type.String(), urlFile: Type.Optional(Type.String()) }))
const Forwarded = Compile(Type.Object({ messages: Type.Tuple([Type.String()]) }))
const Made = Compile(Type.Object({ created: Type.Boolean(), chatId: Type.String() }))
const Received = Compile(
  Type.Union([
    Type.Null(),
    Type.Object({ receiptId: Type.Integer(), body: Type.Record(Type.String(), Type.Unknown()) }),
  ]),
)
const Removed = Compile(Type.Object({ result: Type.Boolean() }))

const BURST = 5
/** Before a client tries again what a dead server has not answered. */
const AGAIN_MS = 15
/** A server that is being killed may break a connection a little before it is known to be gone. */
const KILL_NOTICED_MS = 300

/** What the clients know of whom they call. */
export type Served = Pick<Gateway, 'api' | 'lives' | 'isAlive'>

/** Those who use the API: some send, some fetch notifications. Each does one thing after the other and writes down what it got. */
export class Clients {
  readonly #gateway: Served
  readonly #notebook: Notebook
  readonly #moments: Moments
  readonly #dice: Dice
  readonly #files: FileServer
  /** Whether a connection that ends without an answer is to be expected: while the server stops. */
  mayHangUp = false
  #sending = true
  #abandoned = false
  #fetching = true
  readonly #senders: Promise<void>[] = []
  readonly #pollers: Promise<void>[] = []

  constructor(gateway: Served, notebook: Notebook, moments: Moments, files: FileServer, dice: Dice) {
    this.#gateway = gateway
    this.#notebook = notebook
    this.#moments = moments
    this.#files = files
    this.#dice = dice
  }

  /** Somebody who reboots an instance every now and then. */
  startRebooting(subjects: readonly Subject[]): void {
    this.#senders.push(this.#reboot(subjects))
  }

  /** Somebody who makes a group now and then, without a key: each that was answered must be there. */
  startGrouping(subjects: readonly Subject[], member: string): void {
    this.#senders.push(this.#group(subjects, member))
  }

  /** Two senders for the instance, one with idempotency keys; a poller where it wants one. */
  start(subject: Subject, chats: readonly string[]): void {
    this.#senders.push(this.#send(subject, chats, false), this.#send(subject, chats, true))
    if (subject.way === 'poll') this.#pollers.push(this.#poll(subject))
  }

  /** Resolves when nobody sends any more and every keyed send is answered. */
  async stopSending(): Promise<void> {
    this.#sending = false
    await Promise.all(this.#senders)
  }

  /** Ends everybody, answered or not. */
  async abandon(): Promise<void> {
    this.#abandoned = true
    await Promise.all([this.stopSending(), this.stopFetching()])
  }

  /** Resolves when no call of a poller is under way any more. */
  async stopFetching(): Promise<void> {
    this.#fetching = false
    await Promise.all(this.#pollers)
  }

  async #send(subject: Subject, chats: readonly string[], keyed: boolean): Promise<void> {
    const sender = `${subject.id}${keyed ? ' keyed' : ''}`
    const acts = new Acts(subject, chats, this.#files, this.#dice)
    const earlier: (() => Promise<void>)[] = []
    for (let turn = 1; this.#sending; turn += 1) {
      const size = this.#dice.chance(0.15) ? BURST : 1
      const turns = Array.from({ length: size }, (_, index) => {
        const text = `«${sender} ${turn}.${index}»`
        const act = acts.next(text)
        const { id: instance } = subject
        const send = { instance, sender, turn, text, keyed, ...act.note, acknowledged: false, answers: [] }
        this.#notebook.sends.push(send)
        return this.#sendOne(subject, send, act, acts)
      })
      for (const repeat of await Promise.all(turns)) if (keyed) earlier.push(repeat)
      if (this.#dice.chance(0.1)) await earlier[this.#dice.below(earlier.length)]?.()
      await sleep(20 + this.#dice.below(160))
    }
  }

  /** Resolves when it is over; to the call that would repeat it. Without a key nothing is repeated that may have arrived. */
  async #sendOne(subject: Subject, send: NotedSend, act: Act, acts: Acts): Promise<() => Promise<void>> {
    const headers = send.keyed ? { 'idempotency-key': send.text.replaceAll(/[« »]/g, '-') } : {}
    const call = async () => {
      while (!this.#abandoned) {
        const answer = await this.#call('POST', pathOf(subject, act.method), act.form ?? act.body, headers)
        if (typeof answer === 'object') {
          this.#acknowledge(send, answer.body, act, acts)
          return
        }
        if (answer === 'lost' && !send.keyed) return
        await sleep(AGAIN_MS)
      }
    }
    await call()
    return call
  }

  #acknowledge(send: NotedSend, body: unknown, act: Act, acts: Acts): void {
    const isFirst = !send.acknowledged
    send.acknowledged = true
    if (send.target === null) {
      const { id, urlFile } = madeBy(send.kind, body)
      send.answers.push(id)
      if (urlFile !== undefined && send.sha256 !== null) this.#notebook.uploads.set(urlFile, send.sha256)
      if (isFirst) acts.sent(act, id)
    }
    this.#moments.happens(send.kind === 'text' ? 'send answered' : 'other send answered')
  }

  async #group(subjects: readonly Subject[], member: string): Promise<void> {
    for (let count = 1; this.#sending; count += 1) {
      const subject = this.#dice.pick(subjects)
      const body = { groupName: `group ${count}`, chatIds: [`${member}@c.us`] }
      const answer = await this.#gateway.api.call('POST', pathOf(subject, 'createGroup'), body)
      if (typeof answer === 'object' && answer.status === 200) {
        const { created, chatId } = Made.Parse(answer.body)
        if (created) this.#notebook.groups.set(chatId, subject.phone)
      }
      await sleep(200 + this.#dice.below(600))
    }
  }

  async #reboot(subjects: readonly Subject[]): Promise<void> {
    while (this.#sending) {
      await sleep(this.#dice.below(2_000))
      await this.#call('GET', pathOf(this.#dice.pick(subjects), 'reboot'))
    }
  }

  async #poll(subject: Subject): Promise<void> {
    let unsure: number | null = null
    while (this.#fetching) {
      const answer = await this.#call('GET', `${pathOf(subject, 'receiveNotification')}?receiveTimeout=5`)
      if (typeof answer === 'string') {
        await sleep(AGAIN_MS)
        continue
      }
      const item = Received.Parse(answer.body)
      if (item === null) continue
      const { receiptId } = item
      const delivery = { instance: subject.id, receiptId, body: JSON.stringify(item.body), removed: false }
      this.#notebook.deliveries.push(delivery)
      this.#moments.happens('notification received')
      const removal = await this.#call('DELETE', pathOf(subject, 'deleteNotification', `/${receiptId}`))
      if (typeof removal === 'string') {
        unsure = receiptId
        await sleep(AGAIN_MS)
        continue
      }
      this.#moments.happens('removal answered')
      delivery.removed = Removed.Parse(removal.body).result
      // Where a server lives on, the removal that it has not answered may be done while it gives the same again.
      if (!delivery.removed && !(this.mayHangUp && receiptId === unsure))
        this.#notebook.complaints.push(`receipt ${receiptId} of ${subject.id} was not there to remove`)
    }
  }

  /** Anything but 200 is written down as a complaint, and so is a connection that a living server has ended. */
  async #call(verb: 'GET' | 'POST' | 'DELETE', path: string, body?: object | Form, headers = {}): Promise<Answer> {
    const life = this.#gateway.lives
    const { api } = this.#gateway
    const isForm = body !== undefined && 'file' in body
    const answer = await (isForm ? api.upload(path, body, headers) : api.call(verb, path, body, headers))
    const method = path.split('/')[2] ?? ''
    if (typeof answer === 'object' && answer.status !== 200) {
      this.#notebook.complaints.push(`${method} was answered with ${answer.status}: ${JSON.stringify(answer.body)}`)
      return 'lost'
    }
    if (answer === 'lost' && !this.mayHangUp) {
      await sleep(KILL_NOTICED_MS)
      if (life === this.#gateway.lives && this.#gateway.isAlive)
        this.#notebook.complaints.push(`${method} was not answered by a living server`)
    }
    return answer
  }
}

/** What a send was answered. */
function madeBy(kind: SendKind, body: unknown): { readonly id: string; readonly urlFile?: string } {
  if (kind === 'forward') return { id: Forwarded.Parse(body).messages[0] }
  const { idMessage: id, urlFile } = Sent.Parse(body)
  return urlFile === undefined ? { id } : { id, urlFile }
}
