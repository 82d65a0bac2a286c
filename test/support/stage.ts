import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import type { Session, Verdict } from '../../src/drivers/driver.ts'
import type { Chats } from '../../src/drivers/facets.ts'
import type { Instance } from '../../src/instances/instance.ts'
import type { Node } from '../../src/instances/node.ts'
import { InstanceRecord } from '../../src/instances/record.ts'
import { Sender } from '../../src/instances/sender.ts'
import type { Content, KeptFile } from '../../src/model/content.ts'
import { fault, type Fault } from '../../src/model/fault.ts'
import type { ChatId, MessageId } from '../../src/model/ids.ts'
import type { OutgoingMessage } from '../../src/model/message.ts'
import type { Messenger } from '../../src/model/messenger.ts'
import type { Settings } from '../../src/model/settings.ts'
import type { MessageRow } from '../../src/storage/store.ts'
import { newInstance, until, type Domain } from './domain.ts'

export const PHONE = '79004000001'
export const CHAT = `${PHONE}@c.us` as ChatId

/** A session that takes everything and says what it was asked, in order. */
export class Scripted {
  readonly asked: string[] = []
  readonly sent: { readonly id: MessageId; readonly message: OutgoingMessage }[] = []
  verdict: (signal: AbortSignal) => Verdict | Promise<Verdict> = () => ({ ok: true, at: Date.now() })

  session(): Session {
    const chats: Partial<Chats> = {
      read: (chat) => this.#note(`read ${chat}`, true),
      archive: (chat, isArchived) => this.#note(`archive ${chat} ${String(isArchived)}`, undefined),
    }
    const session: Partial<Session> = {
      send: async (id, message, signal) => {
        this.sent.push({ id, message })
        return this.#note(`send ${message.content.kind}`, await this.verdict(signal))
      },
      lookup: () => Promise.resolve('unknown'),
      typing: (chat, durationMs, type) => {
        this.asked.push(`typing ${chat} ${String(durationMs)} ${type ?? ''}`.trim())
      },
      facets: { chats: chats as Chats },
    }
    return session as Session
  }

  #note<T>(what: string, answer: T): Promise<T> {
    this.asked.push(what)
    return Promise.resolve(answer)
  }
}

export interface Stage {
  readonly instance: Instance
  readonly record: InstanceRecord
  readonly sender: Sender
  readonly scripted: Scripted
  row(id: MessageId): Promise<MessageRow | null>
}

export interface Staged {
  readonly settings?: Partial<Settings>
  readonly messenger?: Messenger
  readonly node?: Partial<Node>
  readonly bring?: (file: KeptFile) => Promise<Fault | undefined>
}

/** An instance as if a phone were linked, with these in its queue, and its sender before a scripted session. */
export async function stage(
  domain: Domain,
  queue: (instance: Instance) => Promise<void>,
  wanted: Staged = {},
): Promise<Stage> {
  const instance = await newInstance(domain, wanted.settings, wanted.messenger)
  await queue(instance)
  return stageAgain(domain, instance, wanted)
}

/** What a new process finds of it. */
export async function stageAgain(
  domain: Domain,
  instance: Instance,
  { settings, node: stead, bring }: Staged = {},
): Promise<Stage> {
  const node: Node = { ...domain.node, ...stead }
  const stored = (await node.store.instances.all()).find((row) => row.id === instance.id)
  const sizes = (await node.store.outbox.sizes()).find((size) => size.instance === instance.id)
  const mailbox = (await node.store.mailbox.sizes()).find((size) => size.instance === instance.id)
  assert.ok(stored !== undefined)
  const merged = { ...stored.settings, delaySendMessagesMilliseconds: 0, ...settings }
  const row = { ...stored, state: 'authorized', settings: merged } as const
  const epoch = node.ownership.epochOf(instance.id) ?? node.ownership.firstEpoch
  const record = new InstanceRecord(node, row, epoch, { ...(sizes && { outbox: sizes }), ...(mailbox && { mailbox }) })
  const scripted = new Scripted()
  const sender = new Sender(record, bring ?? (() => Promise.resolve(fault('fileGone', 'gone from the network'))))
  await sender.recover()
  sender.open(scripted.session())
  return { instance, record, sender, scripted, row: (id) => node.store.journal.find(instance.id, id) }
}

export async function emptied({ record, sender }: Stage): Promise<void> {
  await until(() => record.outbox.count === 0)
  await sender.stop()
}

export function picture(file: Extract<Content, { kind: 'file' }>['file'], mimeType = ''): Content {
  const named = { name: 'cat.jpg', mimeType, caption: 'a cat', jpegThumbnail: '' }
  return { kind: 'file', type: 'image', file, ...named }
}

export async function keep({ node }: Domain, instance: Instance, text: string): Promise<KeptFile> {
  const draft = await node.media.receive(Readable.from([Buffer.from(text)]), 1000)
  assert.ok(draft !== 'tooLarge')
  await draft.keep(instance.id)
  return { at: 'here', sha256: draft.sha256, size: draft.size }
}

/** What was notified: its type, status and description; taken from the mailbox. */
export async function drainOf({ record }: Stage): Promise<unknown[][]> {
  const told: unknown[][] = []
  for (;;) {
    const head = await record.mailbox.peek()
    if (head === null) return told
    const body = JSON.parse(head.body) as Record<string, unknown>
    told.push([body['typeWebhook'], body['status'], body['description']])
    await record.mailbox.remove(head.receiptId)
  }
}
