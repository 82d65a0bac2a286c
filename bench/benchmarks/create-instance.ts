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
  const bare = await bench.bare('create-instance', [bench.file('bare.log')])
  const load = bench.load()
  const requests = [requestText('POST', `/partner/createInstance/${PARTNER_TOKEN}`, BODY)]
  const timing = { warmupMs: Math.min(warmupMs, 300), durationMs }
  const job = { kind: 'closed', connections: CONNECTIONS, ...timing, requests, expect: '"idInstance"' } as const
  const compared = await compare(
    {
      name: 'create-instance: createInstance stored durably',
      unit: 'requests',
      denominator: 'node:http that parses the body, makes the token and waits for a durable group append',
      conditions: [
        `${CONNECTIONS} keep-alive connections, one partner account, ${Object.keys(BODY).length} parameters in the body`,
        `default settings, rate limits times ${RATE_LIMIT_SCALE}; the number of instances grows from 0 with every request`,
        `product: ${storage.text}; bare: one growing file, one fdatasync a group; the same disk`,
      ],
      target: 0.6,
      product: { pid: gateway.pid, run: () => load({ ...job, port: gateway.port }) },
      bare: { pid: bare.pid, run: () => load({ ...job, port: bare.port }) },
    },
    rounds,
  )
  return [compared]
}
