import type { Bench, Benchmark } from '../harness/bench.ts'
import type { Compared } from '../harness/rounds.ts'
import { atRest } from '../harness/at-rest.ts'
import { Side } from './whatsapp-side.ts'
import { traffic } from './whatsapp-traffic.ts'

const SIZES = [50, 200, 500] as const
const RESTARTED = 200
const RESIDENT_MB = 1.5
const RESTART_S = 15

/** Live WhatsApp on the fake network, which has a process of its own. The server's process alone is measured. */
export const whatsapp: Benchmark = async (bench) => {
  console.log('\nwhatsapp: linked devices of the fake WhatsApp, through the engine and SQLite')
  console.log(
    '  no budgets, logins not held back, delay lowered to 1 ms; the fake is a process of its own on the same machine',
  )
  const { part } = bench.effort
  switch (part) {
    case undefined:
      return [...(await idle(bench)), ...(await traffic(bench))]
    case 'idle':
      return await idle(bench)
    case 'sending':
    case 'receiving':
      return await traffic(bench, part)
    default:
      throw new Error(`it has no part ${part}, but idle, sending and receiving`)
  }
}

/** Memory and processor time at rest, after a restart, and how long the restart took. */
async function idle(bench: Bench): Promise<readonly Compared[]> {
  const quick = bench.effort.instances < 1000
  const side = await Side.start(bench, 'whatsapp-idle')
  await side.grow(1)
  await side.restart()
  const one = await atRest(bench, side.gateway.pid)
  console.log(`  1 session: ${one.mb.toFixed(0)} MB resident`)
  const results: Compared[] = []
  for (const size of quick ? [10, 20] : SIZES) {
    const start = performance.now()
    await side.grow(size)
    const linking = (performance.now() - start) / 1000
    const seconds = await side.restart()
    const now = await atRest(bench, side.gateway.pid)
    const each = (now.mb - one.mb) / (size - 1)
    console.log(
      `  ${size} sessions: ${now.mb.toFixed(0)} MB resident at rest (${each.toFixed(2)} MB each), ${(now.share * 100).toFixed(1)} % of a core; all back ${seconds.toFixed(1)} s after the start of the process; the last ones were linked in ${linking.toFixed(0)} s`,
    )
    if (size >= 200)
      results.push(
        row(
          `resident for each of ${size} idle sessions`,
          `≤ ${RESIDENT_MB} MB`,
          `${each.toFixed(2)} MB`,
          each <= RESIDENT_MB,
        ),
      )
    if (size === RESTARTED)
      results.push(
        row(
          `${RESTARTED} sessions back after a restart`,
          `≤ ${RESTART_S} s`,
          `${seconds.toFixed(1)} s`,
          seconds <= RESTART_S,
        ),
      )
  }
  await side.gateway.stop()
  await side.network.stop()
  return results
}

function row(name: string, target: string, measured: string, reached: boolean): Compared {
  return { name: `whatsapp: ${name}`, target, measured, reached }
}
