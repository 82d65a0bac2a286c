import { randomBytes } from 'node:crypto'
import { openLog } from './open-log.ts'
import { serveBare } from './server.ts'

/** Parses the body, makes the id, waits for the durable append, answers. */
const log = openLog(process.argv[2] ?? 'send-message.log')

serveBare(async (request, body) => {
  const message = JSON.parse(body) as { chatId: string; message: string }
  const id = `BAE5${randomBytes(6).toString('hex').toUpperCase()}`
  await log.append(
    JSON.stringify({ id, url: request.url, chat: message.chatId, text: message.message, at: Date.now() }),
  )
  return JSON.stringify({ idMessage: id })
})
