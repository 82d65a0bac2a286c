import { readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Recorded } from '../browser/recording.ts'

/** Gives recorded answers again, each from one buffer; `/changes` is a stream of events with every change as one. */
const [file = '', ids = '', perSecond = '1000', passes = '2'] = process.argv.slice(2)
const recorded = JSON.parse(readFileSync(file, 'utf8')) as readonly Recorded[]
const answers = new Map(
  recorded.map(({ path, status, headers, base64 }) => {
    const body = Buffer.from(base64, 'base64')
    return [path, { status, headers: { ...headers, 'Content-Length': body.length }, body }]
  }),
)
const changing = ids.split(',')

const server = createServer((request, response) => {
  if (request.url === '/changes') {
    change(response).catch(() => response.destroy())
    return
  }
  const answer = answers.get(request.url ?? '')
  if (answer === undefined) response.writeHead(404, { 'Content-Length': 0 }).end()
  else response.writeHead(answer.status, answer.headers).end(answer.body)
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ port: typeof address === 'object' && address !== null ? address.port : 0 })
})
process.on('disconnect', () => process.exit())

/** As the network of the benchmark does it: one instance after the other, `passes` times over. The last event says when the last change was. */
async function change(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store' })
  const all = changing.length * Number(passes)
  const start = performance.now()
  let changed = 0
  let lastAt = 0
  while (changed < all && !response.destroyed) {
    const due = Math.min(all, Math.floor(((performance.now() - start) / 1000) * Number(perSecond)))
    let text = ''
    for (; changed < due; changed++) {
      const state = Math.floor(changed / changing.length) % 2 === 0 ? 'suspended' : 'authorized'
      text += `data: {"idInstance":${changing[changed % changing.length] ?? ''},"state":"${state}"}\n\n`
    }
    lastAt = Date.now()
    if (text !== '') response.write(text)
    await sleep(5)
  }
  response.write(`event: end\ndata: ${lastAt}\n\n`)
}
