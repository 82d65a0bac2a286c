import { writeFileSync } from 'node:fs'
import type { Benchmark } from '../harness/bench.ts'
import { Gateway, PARTNER_TOKEN, RATE_LIMIT_SCALE } from '../harness/gateway.ts'
import { compare } from '../harness/rounds.ts'
import { requestText } from '../load/connection.ts'

const CONNECTIONS = 8

export const getInstances: Benchmark = async (bench) => {
  const { rounds, warmupMs, durationMs, manyInstances } = bench.effort
  const gateway = bench.own(await Gateway.start(bench.file('product'), null))
  await gateway.api.createInstances(manyInstances, { name: 'Shop on Harbour Street' })
  const list = await gateway.api.listBytes()
  const rows: unknown = JSON.parse(list.toString())
  if (!Array.isArray(rows) || rows.length !== manyInstances) throw new Error('the list is not whole')
  writeFileSync(bench.file('list.json'), list)
  const bare = await bench.bare('cached-list', [bench.file('list.json')])
  const load = bench.load()
  const requests = [requestText('GET', `/partner/getInstances/${PARTNER_TOKEN}`)]
  const job = { kind: 'closed', connections: CONNECTIONS, warmupMs, durationMs, requests, expect: '' } as const
  return compare(
    {
      name: `get-instances: getInstances with ${manyInstances} instances`,
      unit: 'lists',
      conditions: [
        `${CONNECTIONS} keep-alive connections, ${(list.length / 1e6).toFixed(2)} MB a list, nothing changes between the calls`,
        `default settings, rate limits times ${RATE_LIMIT_SCALE}`,
      ],
      product: { pid: gateway.pid, run: () => load({ ...job, port: gateway.port }) },
      limits: [
        {
          text: 'node:http that sends one cached buffer with the same bytes',
          bare: { pid: bare.pid, run: () => load({ ...job, port: bare.port }) },
          target: 0.8,
        },
      ],
    },
    rounds,
  )
}
