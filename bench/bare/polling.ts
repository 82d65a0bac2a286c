import { openLog } from './open-log.ts'
import { openDevices } from './link.ts'
import { notificationOf } from './notification.ts'
import { serveBare } from './server.ts'

/** Mailboxes in memory, filled over the network's link; a delete waits for its durable settle. */
const [file = 'polling.log', linkPort, devices] = process.argv.slice(2)
const log = openLog(file)
const mailboxes = new Map<string, { last: number; items: { receiptId: number; body: string }[] }>()

await openDevices(Number(linkPort), Number(devices), async (channel, event) => {
  const body = notificationOf(channel, event)
  await log.append(body)
  const key = String(1_101_000_000 + channel)
  const mailbox = mailboxes.get(key) ?? { last: 0, items: [] }
  mailboxes.set(key, mailbox)
  mailbox.items.push({ receiptId: ++mailbox.last, body })
})

serveBare(async (request) => {
  const [, instance = '', method, , receiptId] = (request.url ?? '').split('/')
  const mailbox = mailboxes.get(instance.slice('waInstance'.length))
  const head = mailbox?.items[0]
  if (mailbox === undefined || head === undefined) return 'null'
  if (method === 'receiveNotification') return `{"receiptId":${head.receiptId},"body":${head.body}}`
  if (head.receiptId !== Number(receiptId)) return '{"result":false,"reason":""}'
  await log.append(JSON.stringify({ settled: instance, receiptId, at: Date.now() }))
  mailbox.items.shift()
  return '{"result":true,"reason":""}'
})
