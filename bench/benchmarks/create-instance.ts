import type { Benchmark } from '../harness/bench.ts'
import { Gateway, PARTNER_TOKEN, RATE_LIMIT_SCALE } from '../harness/gateway.ts'
import { compare } from '../harness/rounds.ts'
import { requestText } from '../load/connection.ts'

const CONNECTIONS = 64
const BODY = {
  name: 'Shop on Harbour Street',
  webhookUrl: '',
  delaySendMessagesMilliseconds: 1000,
  incomingWebhook: 'yes',
  outgoingWebhook: 'yes',
  stateWebhook: 'yes',
}

export const createInstance: Benchmark = async (bench) => {
  const { rounds, warmupMs } = bench.effort
  // Every request makes an instance that stays in memory, so the rounds are short.
  const durationMs = Math.min(bench.effort.durationMs, 1000)
  const storage = await bench.storage()
  const gateway = bench.own(await Gateway.start(bench.file('product'), null, storage.env))
  const load = bench.load()
  const requests = [requestText('POST', `/partner/createInstance/${PARTNER_TOKEN}`, BODY)]
  const timing = { warmupMs: Math.min(warmupMs, 300), durationMs }
  const job = { kind: 'closed', connections: CONNECTIONS, ...timing, requests, expect: '"idInstance"' } as const
  return compare(
    {
      name: 'create-instance: createInstance stored durably',
      unit: 'requests',
      conditions: [
        `${CONNECTIONS} keep-alive connections, one partner account, ${Object.keys(BODY).length} parameters in the body`,
        `default settings, rate limits times ${RATE_LIMIT_SCALE}; the number of instances grows from 0 with every request`,
        `product: ${storage.text}; the same disk`,
      ],
      product: {
        pid: gateway.pid,
        databaseSeconds: storage.cpuSeconds,
        run: () => load({ ...job, port: gateway.port }),
      },
      limits: await bench.limits(storage, 0.6, async (log) => {
        const bare = await bench.bare('create-instance', [log.where])
        return {
          text: `node:http that parses the body, makes the token and waits for a durable group append: ${log.text}`,
          pid: bare.pid,
          run: () => load({ ...job, port: bare.port }),
        }
      }),
    },
    rounds,
  )
}
