import { pathOf, type Access } from '../harness/api.ts'
import type { Benchmark } from '../harness/bench.ts'
import { Gateway, index, RATE_LIMIT_SCALE } from '../harness/gateway.ts'
import { compare } from '../harness/rounds.ts'
import { requestText } from '../load/connection.ts'
import { linkedInstances } from './linked.ts'

const CONNECTIONS = 64

export const polling: Benchmark = async (bench) => {
  const { rounds, durationMs, instances: count } = bench.effort
  // At ten thousand pairs a second a round lasts about as long as it should.
  const each = Math.max(2, Math.round(((durationMs / 1000) * 10_000) / count))
  const around = await bench.outside()
  const storage = await bench.storage()
  const gateway = bench.own(await Gateway.start(bench.file('product'), around.linkPort, storage.env))
  const instances = await linkedInstances(gateway, count, { incomingWebhook: 'yes' })
  const load = bench.load()
  const job = (port: number, list: readonly Access[]) =>
    ({ kind: 'pairs', port, connections: CONNECTIONS, rounds: each, mailboxes: list.map(mailboxOf) }) as const
  const bareInstances = instances.map(({ token }, number) => ({ id: 1_101_000_001 + number, token }))
  return compare(
    {
      name: 'polling: receiveNotification and deleteNotification',
      unit: 'pairs',
      conditions: [
        `${CONNECTIONS} keep-alive connections, ${count} instances with ${each} notifications each, all of which are fetched`,
        `default settings but incomingWebhook, rate limits times ${RATE_LIMIT_SCALE}`,
        `both sides are filled over the same link before each round; product: ${storage.text}; the same disk`,
      ],
      product: {
        pid: gateway.pid,
        databaseSeconds: storage.cpuSeconds,
        prepare: async () => {
          await around.run({ kind: 'fill', each })
          await index(gateway, instances)
        },
        run: () => load(job(gateway.port, instances)),
      },
      limits: await bench.limits(storage, 0.6, async (log) => {
        const aroundBare = await bench.outside()
        const bare = await bench.bare('polling', [log.where, String(aroundBare.linkPort), String(count)])
        return {
          text: `node:http with mailboxes in memory that waits for a durable group append at each delete: ${log.text}`,
          pid: bare.pid,
          prepare: () => aroundBare.run({ kind: 'fill', each }),
          run: () => load(job(bare.port, bareInstances)),
        }
      }),
    },
    rounds,
  )
}

function mailboxOf(access: Access) {
  return {
    receive: requestText('GET', pathOf(access, 'receiveNotification')),
    remove: requestText('DELETE', `${pathOf(access, 'deleteNotification')}/{receiptId}`),
  }
}
