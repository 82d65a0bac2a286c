import { Pool } from 'undici'
import { openLog } from './open-log.ts'
import { openDevices } from './link.ts'
import { notificationOf } from './notification.ts'
import { serveBare } from './server.ts'

/**
 * Event → durable append → undici Pool → durable settle. One delivery at a time per instance, as the product must do it too, or
 * the comparison would be with something that breaks the order.
 */
const [file = 'webhook.log', linkPort, webhookPort, devices, connections] = process.argv.slice(2)
const log = openLog(file)
const pool = new Pool(`http://127.0.0.1:${Number(webhookPort)}`, { connections: Number(connections), pipelining: 1 })
const queues = new Map<number, string[]>()
let settled = 0

async function deliver(channel: number, queue: string[]): Promise<void> {
  for (let body = queue[0]; body !== undefined; body = queue[0]) {
    const answer = await pool.request({
      method: 'POST',
      path: '/hook',
      headers: ['content-type', 'application/json'],
      body,
    })
    await answer.body.dump()
    if (answer.statusCode !== 200) throw new Error(`the receiver answered ${answer.statusCode}`)
    await log.append(JSON.stringify({ settled: channel, at: Date.now() }))
    settled += 1
    queue.shift()
  }
}

await openDevices(Number(linkPort), Number(devices), async (channel, event) => {
  const body = notificationOf(channel, event)
  await log.append(body)
  const queue = queues.get(channel) ?? []
  queues.set(channel, queue)
  if (queue.push(body) === 1) void deliver(channel, queue)
})
serveBare(() => JSON.stringify({ settled }))
