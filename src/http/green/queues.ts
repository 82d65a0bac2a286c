import Type from 'typebox'
import type { Instance } from '../../instances/instance.ts'
import type { Clock } from '../../lib/clock.ts'
import { Pace } from '../../lib/pace.ts'
import type { LinkPreview, TextContent } from '../../model/content.ts'
import type { MessageId } from '../../model/ids.ts'
import type { Asked, OutgoingMessage } from '../../model/message.ts'
import type { QueuedMessage } from '../../storage/store.ts'
import { defineMethod, RawJson, type Row } from '../method.ts'
import { COUNT, said, TEXT } from './answers.ts'

/** The most messages that `showMessagesQueue` lists, and about the most characters: a queue can hold gigabytes. */
const LISTED = 10_000
const LISTED_LENGTH = 16 * 1024 * 1024
/** So many are read before the process looks at anything else again. */
const PORTION = 100

const showMessagesQueue = defineMethod({
  name: 'showMessagesQueue',
  summary: 'Lists the messages that wait to be sent, oldest first.',
  answer: Type.Array(
    Type.Object({
      messageID: Type.Optional(TEXT),
      messagesIDs: Type.Optional(Type.Array(TEXT)),
      type: TEXT,
      body: Type.Object({}),
    }),
  ),
  verbs: ['GET'],
  reads: true,
  group: 'queues',
  perSecond: 1,
  fields: {},
  async handle(instance: Instance) {
    const texts: string[] = []
    let length = 0
    for await (const item of queueOf(instance)) {
      const text = JSON.stringify(queueItem(item))
      length += text.length
      if (texts.push(text) === LISTED || length >= LISTED_LENGTH) break
    }
    return new RawJson(`[${texts.join()}]`)
  },
})

async function* queueOf(instance: Instance): AsyncGenerator<QueuedMessage, void, undefined> {
  let last: QueuedMessage | undefined
  do {
    const portion = await instance.queue(PORTION, last?.position ?? 0)
    yield* portion
    last = portion.length < PORTION ? undefined : portion.at(-1)
    await new Promise((resolve) => setImmediate(resolve))
  } while (last !== undefined)
}

/** What was forwarded is listed by its ids; a text says its request itself, everything else brought it along. */
function queueItem({ id, message }: QueuedMessage): object {
  const { asked, content } = message
  if (asked !== undefined) return askedItem(id, asked)
  // Only a plain text brings no request along.
  return { messageID: id, type: 'sendMessage', body: content.kind === 'text' ? textBody(message, content) : {} }
}

function askedItem(id: MessageId, { method, body }: Asked): object {
  return method === 'ForwardMessages'
    ? { messagesIDs: [id], type: method, body }
    : { messageID: id, type: method, body }
}

/** The request as the contract shows it, defaults filled in. */
function textBody(message: OutgoingMessage, { text, preview, quote }: TextContent): object {
  return {
    chatId: message.chat,
    message: text,
    ...(quote !== undefined && { quotedMessageId: quote.id }),
    linkPreview: message.linkPreview ?? true,
    ...(preview !== undefined && previewBody(preview)),
    typingTime: message.typingTimeMs ?? null,
    ...(message.archiveChat === true && { archiveChat: true }),
  }
}

/** The parts of a preview that the caller gave; one that was only found in the text has none. */
function previewBody({ title, description, link, urlFile, jpegThumbnail, size }: LinkPreview): object {
  const given = { title, description, urlFile, jpegThumbnail }
  const isCustom = Object.values(given).some((value) => value !== '')
  return {
    ...(size === 'large' && { typePreview: size }),
    ...(isCustom && { customPreview: { title, description, link, urlFile, jpegThumbnail } }),
  }
}

const getMessagesCount = defineMethod({
  name: 'getMessagesCount',
  summary: 'Counts the messages that wait to be sent.',
  answer: COUNT,
  verbs: ['GET'],
  reads: true,
  group: 'queues',
  perSecond: 1,
  fields: {},
  handle: (instance: Instance) => ({ count: instance.queued }),
})

const clearMessagesQueue = defineMethod({
  name: 'clearMessagesQueue',
  summary: 'Takes all waiting messages out of the queue; they are settled as failed.',
  answer: said('isCleared'),
  verbs: ['GET'],
  group: 'queues',
  perSecond: 1,
  fields: {},
  async handle(instance: Instance) {
    await instance.clearQueue()
    return { isCleared: true }
  },
})

const getWebhooksCount = defineMethod({
  name: 'getWebhooksCount',
  summary: 'Counts the notifications that wait to be delivered.',
  answer: COUNT,
  verbs: ['GET'],
  reads: true,
  group: 'queues',
  perSecond: 1,
  fields: {},
  handle: (instance: Instance) => ({ count: instance.notifications }),
})

/** Once a minute; a call too early is told so with 200, which is why the row's own rate is wide. */
function clearWebhooksQueue(clock: Clock): Row<Instance> {
  const pace = new Pace<number>()
  return defineMethod({
    name: 'clearWebhooksQueue',
    summary: 'Forgets the waiting notifications, once a minute at most.',
    answer: said('isCleared', { reason: TEXT, leftTime: Type.Optional(Type.Integer()) }),
    verbs: ['DELETE', 'GET'],
    group: 'queues',
    perSecond: 10,
    fields: {},
    async handle(instance: Instance) {
      const turn = pace.take(instance.id, 1 / 60, clock.now())
      if (!turn.allowed) {
        return { isCleared: false, reason: 'Too many requests', leftTime: Math.ceil(turn.waitMs / 1000) }
      }
      await instance.mailbox.clear()
      return { isCleared: true, reason: '' }
    },
  })
}

/** The methods that show and clear an instance's two queues. */
export function queueMethods(clock: Clock): readonly Row<Instance>[] {
  return [showMessagesQueue, getMessagesCount, clearMessagesQueue, getWebhooksCount, clearWebhooksQueue(clock)]
}
