import type { Compared } from '../harness/rounds.ts'
import { median } from '../harness/statistics.ts'
import { interactiveMs } from './probe.ts'
import { EMAIL_FIELD, SIGN_IN, type Scene, type Side } from './scene.ts'

const MOST_BYTES = 150_000
const MOST_TIMES = 1.25

interface Load {
  readonly requests: number
  /** Over the wire, heads of answers included. */
  readonly bytes: number
  readonly interactiveMs: number
}

/** The sign-in page in a browser that has nothing of it yet. */
export async function firstLoad({ product, bare }: Scene, rounds: number): Promise<readonly Compared[]> {
  console.log('\nconsole: first load of the sign-in page')
  console.log('  denominator: node:http that gives the same recorded answers, each from one buffer')
  console.log(
    '  headless Chromium on loopback, nothing kept from before; interactive: the form is there and no long task follows',
  )
  // Once without being measured: the browser's own start, and the server's caches.
  await load(bare)
  await load(product)
  const [limits, loads]: [Load[], Load[]] = [[], []]
  for (let round = 1; round <= rounds; round++) {
    const [limit, one] = [await load(bare), await load(product)]
    limits.push(limit)
    loads.push(one)
    console.log(`  round ${round}: bare ${shown(limit)}, product ${shown(one)}`)
  }
  const bytes = Math.max(...loads.map((one) => one.bytes))
  const times = median(loads.map((one, round) => one.interactiveMs / (limits[round]?.interactiveMs ?? Number.NaN)))
  const [bareMs, productMs] = [limits, loads].map((of) => median(of.map((one) => one.interactiveMs)))
  console.log(`  medians: interactive after ${bareMs?.toFixed(0)} ms bare, ${productMs?.toFixed(0)} ms product`)
  return [
    {
      name: 'console: bytes of the first load',
      target: `≤ ${MOST_BYTES / 1000} kB`,
      measured: `${(bytes / 1000).toFixed(1)} kB in ${loads[0]?.requests ?? 0} requests`,
      reached: bytes <= MOST_BYTES,
    },
    {
      name: 'console: time to interactive against the same bytes from node:http',
      target: `≤ ${MOST_TIMES.toFixed(2)}`,
      measured: times.toFixed(2),
      reached: times <= MOST_TIMES,
    },
  ]
}

function shown({ requests, bytes, interactiveMs: tookMs }: Load): string {
  return `${tookMs.toFixed(0)} ms (${requests} requests, ${(bytes / 1000).toFixed(1)} kB)`
}

async function load(side: Side): Promise<Load> {
  const page = await side.stranger()
  const devtools = await page.context().newCDPSession(page)
  let requests = 0
  let bytes = 0
  const uncompressed: string[] = []
  devtools.on('Network.responseReceived', ({ response }) => {
    if (!response.url.startsWith('http:')) return
    requests += 1
    // The document itself has a nonce of its own each time.
    const isText = /javascript|css/.test(response.mimeType)
    if (isText && !/content-encoding: *br/i.test(headText(response.headers))) uncompressed.push(response.url)
  })
  devtools.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength))
  await devtools.send('Network.enable')
  await page.goto(SIGN_IN, { waitUntil: 'commit' })
  const tookMs = await interactiveMs(page, EMAIL_FIELD)
  await page.waitForLoadState('networkidle')
  await page.context().close()
  if (uncompressed.length > 0) throw new Error(`not sent as br: ${uncompressed.join(', ')}`)
  return { requests, bytes, interactiveMs: tookMs }
}

function headText(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')
}
