import { setTimeout as sleep } from 'node:timers/promises'
import { inParallel } from '../harness/api.ts'
import type { Benchmark } from '../harness/bench.ts'
import { Gateway, index } from '../harness/gateway.ts'
import { compare } from '../harness/rounds.ts'
import { linkedInstances } from './linked.ts'

const IN_FLIGHT = 256

/** Both sides are fed over the network's own link by a process that makes events up, and post to a receiver in that process. */
export const webhook: Benchmark = async (bench) => {
  const { rounds, warmupMs, durationMs, instances: count } = bench.effort
  const around = await bench.outside()
  const storage = await bench.storage()
  const gateway = bench.own(await Gateway.start(bench.file('product'), around.linkPort, storage.env))
  const webhookUrl = `http://127.0.0.1:${around.webhookPort}/hook`
  const instances = await linkedInstances(gateway, count, { webhookUrl, incomingWebhook: 'yes' })
  const connections = Math.min(IN_FLIGHT, count)
  const order = { kind: 'drive', inFlight: IN_FLIGHT, warmupMs, durationMs } as const
  const compared = await compare(
    {
      name: 'webhook: event, durable, webhook, settled',
      unit: 'events',
      conditions: [
        `${IN_FLIGHT} events under way over ${count} instances in turn; the next leaves when a webhook arrived`,
        'both sides get the same frames over the same link, from a process that plays network and receiver and keeps no file',
        'the journal is indexed after each round (its cost is shown as later), as in quiet moments of a server',
        `default settings but webhookUrl and incomingWebhook; product: ${storage.text}; the same disk`,
      ],
      product: {
        pid: gateway.pid,
        databaseSeconds: storage.cpuSeconds,
        run: async () => (await around.run(order)).result,
        settle: () => index(gateway, instances),
      },
      limits: await bench.limits(storage, 0.7, async (log) => {
        const aroundBare = await bench.outside()
        const args = [aroundBare.linkPort, aroundBare.webhookPort, count, connections].map(String)
        const bare = await bench.bare('webhook', [log.where, ...args])
        return {
          text: `bare process: durable group append, undici Pool (${connections} connections), durable settle, in order per instance: ${log.text}`,
          pid: bare.pid,
          run: async () => (await aroundBare.run(order)).result,
        }
      }),
    },
    rounds,
  )
  await sleep(1000)
  const left = await inParallel(count, async (number) => {
    const access = instances[number]
    return access && Number((await gateway.api.call('GET', access, 'getWebhooksCount'))['count'])
  })
  if (left.some((one) => one !== 0)) throw new Error('notifications were delivered and not settled')
  console.log('  every mailbox is empty afterwards')
  return compared
}
