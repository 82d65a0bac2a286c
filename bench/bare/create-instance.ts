import { randomBytes } from 'node:crypto'
import { openLog } from './open-log.ts'
import { serveBare } from './server.ts'

/** Parses the body, makes the token, waits for the durable append, answers. */
const log = openLog(process.argv[2] ?? 'create-instance.log')
let last = 1_101_000_000

serveBare(async (_request, body) => {
  const wanted = JSON.parse(body) as Record<string, unknown>
  const idInstance = ++last
  const apiTokenInstance = randomBytes(25).toString('hex')
  await log.append(JSON.stringify({ idInstance, apiTokenInstance, wanted, at: Date.now() }))
  return JSON.stringify({ idInstance, apiTokenInstance, typeInstance: 'whatsapp' })
})
