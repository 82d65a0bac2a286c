import { Readable } from 'node:stream'
import { Agent, request } from 'undici'
import { pathOf, type Access } from '../harness/api.ts'
import type { Benchmark } from '../harness/bench.ts'
import { Gateway } from '../harness/gateway.ts'
import { compare, type Compared, type Comparison } from '../harness/rounds.ts'
import { residentMb } from '../harness/usage.ts'
import type { JobResult } from '../load/job.ts'

const FULL_MB = 100
const QUICK_MB = 10
const MEGABYTE = 1024 * 1024
const PIECE = Buffer.alloc(64 * 1024, 'jadegate')
const AT_ONCE = 8
const SAMPLE_MS = 10
const BOUNDARY = 'bench-boundary'
const CONDITIONS = [
  'one connection, one file at a time, the same client for both sides in the process of the benchmark',
  'product: SHA-256 of every byte, flushed file and folders, an answer with a signed link; bare: one flushed file',
] as const
const DENOMINATOR = 'bare node:http that streams to and from a file, with one fsync before the answer'

/** A file in, by itself and in a form, and out again; and what the server's memory makes of several at once. */
export const media: Benchmark = async (bench) => {
  const sizeMb = bench.effort.manyInstances >= 10_000 ? FULL_MB : QUICK_MB
  const gateway = bench.own(await Gateway.start(bench.file('product'), null))
  const bare = await bench.bare('files', [bench.file('files')])
  const [access] = await gateway.api.createInstances(1, { name: 'files' })
  if (access === undefined) throw new Error('no instance')
  const client = new Client(sizeMb)
  bench.own({ stop: () => client.close() })
  const to = { product: `http://127.0.0.1:${gateway.port}`, bare: `http://127.0.0.1:${bare.port}/` }
  const restingMb = residentMb(gateway.pid)
  const { link } = await client.upload(to.product + pathOf(access, 'uploadFile'))
  // What is only warm after some use is warm on both sides.
  const warmUps = [() => client.upload(to.bare), () => client.download(to.bare), () => client.download(link)]
  for (const warmUp of [...warmUps, () => client.sendForm(to.product, access)]) await warmUp()
  const side = (pid: number, work: () => Promise<Job>) => ({ pid, run: async () => (await work()).result })
  const comparison = (name: string, product: () => Promise<Job>, plain: () => Promise<Job>): Comparison => ({
    name: `media: ${name} of ${sizeMb} MB`,
    unit: 'MB',
    conditions: CONDITIONS,
    product: side(gateway.pid, product),
    limits: [{ text: DENOMINATOR, bare: side(bare.pid, plain), target: 0.5 }],
  })
  const upload = (url: string) => () => client.upload(url)
  const { rounds } = bench.effort
  return [
    ...(await compare(
      comparison('uploadFile', upload(to.product + pathOf(access, 'uploadFile')), upload(to.bare)),
      rounds,
    )),
    ...(await compare(
      comparison('sendFileByUpload', () => client.sendForm(to.product, access), upload(to.bare)),
      rounds,
    )),
    ...(await compare(
      comparison(
        'download',
        () => client.download(link),
        () => client.download(to.bare),
      ),
      rounds,
    )),
    await memory({ gateway, client, url: to.product + pathOf(access, 'uploadFile'), link, sizeMb, restingMb }),
  ]
}

interface Loaded {
  readonly gateway: Gateway
  readonly client: Client
  readonly url: string
  readonly link: string
  readonly sizeMb: number
  /** Before the first file. */
  readonly restingMb: number
}

/** How much more is resident while several files go in and out at once than before the first one. */
async function memory({ gateway, client, url, link, sizeMb, restingMb }: Loaded): Promise<Compared> {
  let peak = restingMb
  const timer = setInterval(() => (peak = Math.max(peak, residentMb(gateway.pid))), SAMPLE_MS)
  try {
    for (const work of [() => client.upload(url), () => client.download(link)]) {
      await Promise.all(Array.from({ length: AT_ONCE }, work))
    }
  } finally {
    clearInterval(timer)
  }
  const grewMb = peak - restingMb
  const measured = `${grewMb.toFixed(0)} MB more than before (peak ${peak.toFixed(0)} MB)`
  console.log(`\nmedia: memory\n  ${AT_ONCE} uploads, then ${AT_ONCE} downloads of ${sizeMb} MB at once: ${measured}`)
  return { name: 'media: peak memory', target: `≤ ${FULL_MB} MB more`, measured, reached: grewMb <= FULL_MB }
}

interface Job {
  readonly result: JobResult
  /** Of an upload. */
  readonly link: string
}

class Client {
  readonly #sizeMb: number
  readonly #dispatcher = new Agent({ connections: AT_ONCE, bodyTimeout: 0, headersTimeout: 0 })

  constructor(sizeMb: number) {
    this.#sizeMb = sizeMb
  }

  close(): Promise<void> {
    return this.#dispatcher.close()
  }

  upload(url: string): Promise<Job> {
    return this.#send(url, 'application/octet-stream', this.#bytes(), this.#sizeMb * MEGABYTE)
  }

  sendForm(url: string, access: Access): Promise<Job> {
    const part = (name: string) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"`
    const head = Buffer.from(`${part('chatId')}\r\n\r\n79001234567@c.us\r\n${part('file')}; filename="a.bin"\r\n\r\n`)
    const tail = Buffer.from(`\r\n--${BOUNDARY}--\r\n`)
    const whole = this.#bytes()
    function* form(): Generator<Buffer, void, undefined> {
      yield head
      yield* whole
      yield tail
    }
    const length = head.length + this.#sizeMb * MEGABYTE + tail.length
    const path = pathOf(access, 'sendFileByUpload')
    return this.#send(url + path, `multipart/form-data; boundary=${BOUNDARY}`, form(), length)
  }

  async download(url: string): Promise<Job> {
    const startedAt = performance.now()
    const { statusCode, body } = await request(url, { dispatcher: this.#dispatcher })
    let size = 0
    for await (const piece of body) size += (piece as Buffer).length
    if (statusCode !== 200 || size !== this.#sizeMb * MEGABYTE) throw new Error(`${statusCode}, ${size} bytes`)
    return this.#job(startedAt, url)
  }

  async #send(url: string, type: string, pieces: Iterable<Buffer>, length: number): Promise<Job> {
    const startedAt = performance.now()
    const { statusCode, body } = await request(url, {
      dispatcher: this.#dispatcher,
      method: 'POST',
      headers: { 'content-type': type, 'content-length': String(length) },
      body: Readable.from(pieces, { objectMode: false, highWaterMark: PIECE.length }),
    })
    const said = await body.text()
    if (statusCode !== 200) throw new Error(`${statusCode} ${said.slice(0, 300)}`)
    const { urlFile = '' } = JSON.parse(said) as { urlFile?: string }
    return this.#job(startedAt, urlFile)
  }

  *#bytes(): Generator<Buffer, void, undefined> {
    for (let left = this.#sizeMb * MEGABYTE; left > 0; left -= PIECE.length) yield PIECE
  }

  #job(startedAt: number, link: string): Job {
    const tookMs = performance.now() - startedAt
    const done = this.#sizeMb
    return { result: { done, doneInAll: done, tookMs, p50Ms: tookMs, p99Ms: tookMs, p999Ms: tookMs }, link }
  }
}
