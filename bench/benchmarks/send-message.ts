import { inParallel, pathOf } from '../harness/api.ts'
import type { Bench, Benchmark } from '../harness/bench.ts'
import { Gateway, index, RATE_LIMIT_SCALE } from '../harness/gateway.ts'
import { compare } from '../harness/rounds.ts'
import { requestText } from '../load/connection.ts'

const CONNECTIONS = 64
const TEXT = 'Your order 1048213 is ready: you can pick it up at 12 Harbour Street every day from 9 to 21.'

/** How fast sends are taken in: the instances are not linked, so that nothing leaves while it is measured. */
export const sendMessage: Benchmark = async (bench: Bench) => {
  const { effort } = bench
  const { rounds, warmupMs, durationMs } = effort
  const storage = await bench.storage()
  const gateway = bench.own(await Gateway.start(bench.file('product'), null, storage.env))
  const instances = await gateway.api.createInstances(effort.instances, { name: 'bench' })
  const load = bench.load()
  const requests = instances.map((one, number) => {
    const body = { chatId: `${79_000_000_000 + number}@c.us`, message: TEXT }
    return requestText('POST', pathOf(one, 'sendMessage'), body)
  })
  const job = {
    kind: 'closed',
    connections: CONNECTIONS,
    warmupMs,
    durationMs,
    requests,
    expect: '"idMessage"',
  } as const
  // Else thousands would wait in each after a few rounds, which no instance that is linked has.
  const clearQueues = () =>
    inParallel(instances.length, async (number) => {
      const one = instances[number]
      if (one !== undefined) await gateway.api.call('GET', one, 'clearMessagesQueue')
    })
  return compare(
    {
      name: 'send-message: sendMessage accepted durably',
      unit: 'requests',
      conditions: [
        `${CONNECTIONS} keep-alive connections, ${instances.length} instances in turn, not linked (accepting alone is measured)`,
        'queues are cleared before each round; at its end about a hundred messages wait in each',
        `default settings, rate limits times ${RATE_LIMIT_SCALE}`,
        ...(bench.database === 'sqlite'
          ? ['the journal is indexed after each round (its cost is shown as later), as in quiet moments of a server']
          : []),
        `product: ${storage.text}; the same disk`,
      ],
      product: {
        pid: gateway.pid,
        databaseSeconds: storage.cpuSeconds,
        prepare: clearQueues,
        run: () => load({ ...job, port: gateway.port }),
        // PostgreSQL puts nothing off.
        ...(bench.database === 'sqlite' && { settle: () => index(gateway, instances) }),
      },
      limits: await bench.limits(storage, bench.database === 'sqlite' ? 0.7 : 0.65, async (log) => {
        const bare = await bench.bare('send-message', [log.where])
        return {
          text: `node:http that parses the body, makes the id and waits for a durable group append: ${log.text}`,
          pid: bare.pid,
          run: () => load({ ...job, port: bare.port }),
        }
      }),
    },
    rounds,
  )
}
