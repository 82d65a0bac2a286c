import type { IncomingMessage, ServerResponse } from 'node:http'
import { MESSENGERS } from '../model/messenger.ts'
import { messengerOf, type NetworkParts } from './network-parts.ts'
import { parsePhone } from './phone-number.ts'
import { Refusal } from './route.ts'

const KEEP_ALIVE_MS = 25_000
/** A page that takes nothing in for so long is cut off; it reads everything anew when it comes back. */
const MOST_BUFFERED_BYTES = 1024 * 1024

/** Server-sent events of one phone, `data:` a JSON of `FeedEvent`. Undefined when the stream has begun. */
export function streamEvents(
  query: Readonly<Record<string, string>>,
  request: IncomingMessage,
  response: ServerResponse,
  parts: NetworkParts,
): Refusal | undefined {
  const phone = parsePhone(query['phone'] ?? '')
  if (phone === null) return new Refusal(400, "'phone' must be a phone number of 7 to 16 digits")
  const given = MESSENGERS.find((messenger) => messenger === query['messenger'])
  if (given === undefined && query['messenger'] !== undefined)
    return new Refusal(400, `'messenger' must be one of ${MESSENGERS.join(', ')}`)
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  const write = (text: string) => {
    if (response.writableLength > MOST_BUFFERED_BYTES) response.destroy()
    else response.write(text)
  }
  write('retry: 1000\n\n')
  const end = parts.feed.subscribe(messengerOf(parts, given, phone), phone, (event) =>
    write(`data: ${JSON.stringify(event)}\n\n`),
  )
  const beat = () => {
    write(': still here\n\n')
    timer = parts.clock.after(KEEP_ALIVE_MS, beat)
  }
  let timer = parts.clock.after(KEEP_ALIVE_MS, beat)
  request.on('close', () => {
    timer.cancel()
    end()
  })
  return undefined
}
