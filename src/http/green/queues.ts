import type { Instance } from '../../instances/instance.ts'
import type { Clock } from '../../lib/clock.ts'
import { Pace } from '../../lib/pace.ts'
import type { LinkPreview } from '../../model/content.ts'
import type { QueuedMessage } from '../../storage/store.ts'
import { defineMethod, RawJson, type Row } from '../method.ts'

/** The most messages that `showMessagesQueue` lists, and about the most characters: a queue can hold gigabytes. */
const LISTED = 10_000
const LISTED_LENGTH = 16 * 1024 * 1024
/** So many are read before the process looks at anything else again. */
const PORTION = 100

const showMessagesQueue = defineMethod({
  name: 'showMessagesQueue',
  verbs: ['GET'],
  group: 'queues',
  perSecond: 1,
  fields: {},
  async handle(instance: Instance) {
    const texts: string[] = []
    let length = 0
    for await (const item of queueOf(instance)) {
      const text = JSON.stringify({ messageID: item.id, type: 'sendMessage', body: requestBody(item) })
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

/** The request as the contract shows it, defaults filled in. */
function requestBody({ message }: QueuedMessage): object {
  const { text, preview, quote } = message.content
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
  verbs: ['GET'],
  group: 'queues',
  perSecond: 1,
  fields: {},
  handle: (instance: Instance) => ({ count: instance.queued }),
})

const clearMessagesQueue = defineMethod({
  name: 'clearMessagesQueue',
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
  verbs: ['GET'],
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
