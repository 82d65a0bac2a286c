import { isSaying, type Content, type Quote } from '../../../model/content.ts'
import type { ChatId } from '../../../model/ids.ts'
import type { Message } from '../wire/shapes.ts'
import { contentsOf } from './contents/contents.ts'
import type { InboundLife, Reading } from './reading.ts'

/** What a message says, with what it replies to: one content for each thing in it, of which the first answers. */
export async function saidIn(life: InboundLife, chat: string, message: Message): Promise<readonly Content[]> {
  const { fileLimitBytes } = life.shared
  const reading: Reading = { chat, message: message.id, fileLimitBytes }
  const { link } = message
  if (link?.type === 'FORWARD' && link.message !== undefined)
    return contentsOf(link.message, reading).map((content) => forwarded(content))
  const contents = contentsOf(message, reading)
  const quote = link?.type === 'REPLY' ? await quoteOf(life, link, { ...reading, chat }) : undefined
  return contents.map((content, index) =>
    index === 0 && quote !== undefined && isSaying(content) ? { ...content, quote } : content,
  )
}

function forwarded(content: Content): Content {
  return isSaying(content) ? { ...content, forwardingScore: 1 } : content
}

async function quoteOf(
  { messageIds }: InboundLife,
  { message, messageId }: NonNullable<Message['link']>,
  reading: Reading,
): Promise<Quote | undefined> {
  const network = message?.id ?? messageId
  if (network === undefined) return undefined
  const id = await messageIds.idOf(network)
  const participant = (message?.sender ?? '') as ChatId
  const [content] = message === undefined ? [] : contentsOf(message, { ...reading, message: network })
  return { id, participant, content: content === undefined || content.kind === 'unreadable' ? null : content }
}

/** Everybody whom a message names, besides the account itself. */
export function personsIn(self: string, { sender, link }: Message): readonly string[] {
  return [sender, link?.message?.sender].filter((id): id is string => id !== undefined && id !== self)
}
