// Truth: what a server on bare sockets saw of the connections to it, and what it is told of each post; time is skipped.
import assert from 'node:assert/strict'
import { createServer as createNetServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createServer as createTlsServer } from 'node:tls'
import { generate } from 'selfsigned'
import { buildConnector } from 'undici'
import { SkippingClock } from '../../lib/skipping-clock.ts'
import { until } from '../../lib/until.ts'
import { readEndpoint } from './endpoint.ts'
import { Post, type Verdict } from './post.ts'
import { Receiver } from './receiver.ts'

const LIMITS = { connections: 3, burst: 64, burstMs: 10, headMs: 20_000, restMs: 10_000 }
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'

type Answer = (request: string, socket: Socket) => void

/** A receiver of posts and the server behind it. */
class Scene {
  readonly clock = new SkippingClock()
  readonly sockets: Socket[] = []
  readonly requests: string[] = []
  readonly #server: Server
  answer: Answer
  #receiver: Receiver | undefined

  constructor(answer: Answer, server?: (serve: (socket: Socket) => void) => Server) {
    this.answer = answer
    this.#server = (server ?? createNetServer)((socket) => this.#serve(socket))
  }

  async start(connect = buildConnector({}), origin = 'http://127.0.0.1'): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    const { port } = this.#server.address() as AddressInfo
    this.#receiver = new Receiver(`${origin}:${String(port)}`, connect, LIMITS, this.clock)
    return this
  }

  get receiver(): Receiver {
    assert.ok(this.#receiver)
    return this.#receiver
  }

  /** How many connections are open, as the server sees it. */
  get open(): number {
    return this.sockets.filter((socket) => !socket.destroyed).length
  }

  begin(body: string): { readonly post: Post; readonly verdict: Promise<Verdict> } {
    const endpoint = readEndpoint('http://h/hook', '')
    if (typeof endpoint === 'string') throw new Error(endpoint)
    let post: Post | undefined
    const verdict = new Promise<Verdict>((resolve) => (post = new Post(endpoint.head, body, resolve)))
    assert.ok(post)
    this.receiver.send(post)
    return { post, verdict }
  }

  post(body = '{}'): Promise<Verdict> {
    return this.begin(body).verdict
  }

  #serve(socket: Socket): void {
    this.sockets.push(socket)
    socket.setEncoding('utf8')
    socket.on('error', () => undefined)
    let text = ''
    socket.on('data', (piece: string) => {
      text += piece
      const [, head = '', length = ''] = /^(.*?Content-Length: (\d+)\r\n\r\n)/s.exec(text) ?? []
      if (head === '' || Buffer.byteLength(text) < head.length + Number(length)) return
      const request = text
      text = ''
      this.requests.push(request)
      this.answer(request, socket)
    })
  }

  async end(): Promise<void> {
    await this.#receiver?.destroy()
    for (const socket of this.sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

let scene: Scene
afterEach(() => scene.end())

const begin = async (answer: Answer): Promise<Scene> => (scene = await new Scene(answer).start())
const done = { status: 200, code: '' }

/** Until a connection that was used once is used again. */
async function listened(): Promise<void> {
  await turn()
  await turn()
}

describe('posts to a receiver', () => {
  test('go one after the other over one connection, byte for byte', async () => {
    await begin((_, socket) => socket.write(OK))
    for (const body of ['{"a":1}', '{"a":"ключ 😀"}', 'é'.repeat(40_000)]) {
      assert.deepEqual(await scene.post(body), done)
      await listened()
      const length = String(Buffer.byteLength(body))
      assert.equal(scene.requests.at(-1)?.split('\r\n').slice(-3).join('|'), `Content-Length: ${length}||${body}`)
    }
    assert.equal(scene.sockets.length, 1)
  })

  test('open as many connections as they need, up to the limit, and wait for one then', async () => {
    const held: Socket[] = []
    await begin((_, socket) => held.push(socket))
    const verdicts = Array.from({ length: 7 }, () => scene.post())
    for (let answered = 0; answered < 7; answered += 1) {
      await until(() => held.length > answered, 'a post')
      assert.ok(scene.sockets.length <= LIMITS.connections)
      held[answered]?.write(OK)
    }
    assert.deepEqual(await Promise.all(verdicts), Array(7).fill(done))
    assert.equal(scene.sockets.length, 3)
  })

  test('that wait go on when a connection is lost', async () => {
    await begin((_, socket) => socket.destroy())
    const verdicts = await Promise.all(Array.from({ length: 7 }, () => scene.post()))
    for (const { status, code } of verdicts) {
      assert.equal(status, 0)
      assert.match(code, /^(CONNECTION_CLOSED|ECONNRESET)$/)
    }
    assert.equal(scene.sockets.length, 7)
  })

  test('that wait and were given up are not sent', async () => {
    const held: Socket[] = []
    await begin((_, socket) => held.push(socket))
    const first = Array.from({ length: 3 }, () => scene.post())
    const given = scene.begin('never')
    const next = scene.post('next')
    await until(() => held.length === 3, 'three posts')
    given.post.abort()
    assert.deepEqual(await given.verdict, { status: 0, code: 'ABORTED' })
    for (const socket of held) socket.write(OK)
    await until(() => held.length === 4, 'the next post')
    held[3]?.write(OK)
    assert.deepEqual(await Promise.all([...first, next]), Array(4).fill(done))
    assert.ok(scene.requests.every((request) => !request.endsWith('never')))
  })

  test('are not sent over a connection on which more came than was asked for', async () => {
    await begin((_, socket) => socket.write(`${OK}HTTP/1.1 500 No\r\n\r\n`))
    assert.deepEqual(await scene.post(), done)
    assert.deepEqual(await scene.post(), done)
    await until(() => scene.open === 0, 'closed connections')
    assert.equal(scene.sockets.length, 2)
  })

  test('are not sent over a connection that the server closed, or spoke on, while it was idle', async () => {
    await begin((_, socket) => socket.write(OK))
    for (const act of [
      (socket?: Socket) => socket?.end(),
      (socket?: Socket) => socket?.write('HTTP/1.1 408 Late\r\n\r\n'),
    ]) {
      assert.deepEqual(await scene.post(), done)
      act(scene.sockets.at(-1))
      await until(() => scene.open === 0, 'a closed connection')
      assert.deepEqual(await scene.post(), done)
      await listened()
    }
    assert.equal(scene.sockets.length, 3)
  })

  test('are not sent over a connection that the server closes right behind its answer, without a word of that', async () => {
    await begin((_, socket) => socket.end(OK))
    const lane = async (): Promise<void> => {
      for (let round = 0; round < 5; round += 1) assert.deepEqual(await scene.post(), done)
    }
    await Promise.all(Array.from({ length: 10 }, lane))
    assert.equal(scene.sockets.length, 50)
  })

  test('that come while the goodbye of a server is answered go another way', async () => {
    const connect = buildConnector({})
    let goodbye: Promise<Verdict> | undefined
    scene = await new Scene((_, socket) => socket.write(OK)).start((to, connected) =>
      connect(to, (...made) => {
        connected(...made)
        made[1]?.once('end', () => {
          goodbye = scene.post()
        })
      }),
    )
    assert.deepEqual(await scene.post(), done)
    scene.sockets.at(-1)?.end()
    await until(() => goodbye !== undefined, 'the goodbye')
    assert.deepEqual(await goodbye, done)
  })

  test('may be answered before they are read, and then the connection is not used again', async () => {
    await begin(() => undefined)
    const { verdict } = scene.begin('x'.repeat(20_000_000))
    await until(() => scene.sockets.length === 1, 'a connection')
    scene.sockets[0]?.pause()
    scene.sockets[0]?.write('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n')
    assert.deepEqual(await verdict, { status: 413, code: '' })
    scene.sockets[0]?.resume()
    await until(() => scene.open === 0, 'a closed connection')
  })

  test('are over with an answer that ends with its connection', async () => {
    await begin((_, socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nthat was it'))
    assert.deepEqual(await scene.post(), done)
  })

  test('count by their status where the answer breaks off behind it', async () => {
    await begin((_, socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'))
    assert.deepEqual(await scene.post(), { status: 200, code: 'CONNECTION_CLOSED' })
  })

  test('that can not be brought are told why, and others go on', async () => {
    await begin((_, socket) => socket.write(OK))
    const nobody = new Receiver('http://127.0.0.1:1', buildConnector({}), LIMITS, scene.clock)
    const endpoint = readEndpoint('http://h/', '')
    if (typeof endpoint === 'string') throw new Error(endpoint)
    for (let round = 0; round < 5; round += 1) {
      const verdict = await new Promise((resolve) => nobody.send(new Post(endpoint.head, '{}', resolve)))
      assert.deepEqual(verdict, { status: 0, code: 'ECONNREFUSED' })
    }
    await nobody.close()
    assert.deepEqual(await scene.post(), done)
  })

  test('go encrypted to https', async () => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
    })
    scene = new Scene((_, socket) => socket.write(OK), (serve) => createTlsServer({ cert, key }, serve)) // prettier-ignore
    await scene.start(buildConnector({ ca: cert }), 'https://localhost')
    assert.deepEqual(await scene.post('{"a":"ключ"}'), done)
    await listened()
    assert.deepEqual(await scene.post(), done)
    assert.equal(scene.sockets.length, 1)
  })

  test('do not go to an https server whose certificate nobody vouches for', async () => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }])
    scene = new Scene((_, socket) => socket.write(OK), (serve) => createTlsServer({ cert, key }, serve)) // prettier-ignore
    await scene.start(buildConnector({}), 'https://localhost')
    assert.deepEqual(await scene.post(), { status: 0, code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    assert.deepEqual(scene.requests, [])
  })
})

describe('time', () => {
  test('an idle connection is closed after four seconds, or a second before the server would', async () => {
    const idle = async (head: string): Promise<number> => {
      await begin((_, socket) => socket.write(`HTTP/1.1 200 OK\r\n${head}Content-Length: 0\r\n\r\n`))
      await scene.post()
      let seconds = 0
      // A timer runs as long as a connection is open.
      for (; scene.clock.alarmCount > 0 && seconds < 100; seconds += 1) scene.clock.skip(1000)
      await until(() => scene.open === 0, 'a closed connection')
      await scene.end()
      return seconds
    }
    assert.equal(await idle(''), 5)
    assert.equal(await idle('Keep-Alive: timeout=20\r\n'), 20)
    assert.equal(await idle('Keep-Alive: timeout=100000\r\n'), 61)
    assert.equal(await idle('Keep-Alive: timeout=1\r\n'), 0)
    await begin(() => undefined)
  })

  test('a connection whose post was given up while it was opened does not stay for ever', async () => {
    await begin((_, socket) => socket.write(OK))
    scene.begin('never').post.abort()
    await until(() => scene.clock.alarmCount > 0, 'a connection')
    await until(() => scene.sockets.length === 1, 'a connection')
    scene.clock.skip(6000)
    await until(() => scene.open === 0, 'a closed connection')
    assert.deepEqual([scene.clock.alarmCount, scene.requests], [0, []])
  })

  test('no head within its time is a failure', async () => {
    await begin((_, socket) => socket.write('HTTP/1.1 200 OK\r\nX-Slow'))
    const verdict = scene.post()
    await until(() => scene.requests.length === 1, 'a post')
    scene.clock.skip(19_000)
    scene.sockets[0]?.write('ly: 1\r\n')
    scene.clock.skip(2000)
    assert.deepEqual(await verdict, { status: 0, code: 'ANSWER_TIMEOUT' })
  })

  test('a body without end counts by its status after a while, however busy it is', async () => {
    await begin((_, socket) => socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n'))
    let verdict: Verdict | undefined
    void scene.post().then((one) => (verdict = one))
    await until(() => scene.requests.length === 1, 'a post')
    await until(() => {
      scene.sockets[0]?.write('1\r\na\r\n')
      scene.clock.skip(300)
      return verdict !== undefined
    }, 'a verdict')
    assert.deepEqual(verdict, { status: 200, code: 'ANSWER_UNFINISHED' })
  })
})

describe('the end', () => {
  test('in peace waits for what is under way, and for what waits', async () => {
    const held: Socket[] = []
    await begin((_, socket) => held.push(socket))
    const verdicts = Array.from({ length: 4 }, () => scene.post())
    await until(() => held.length === 3, 'three posts')
    let closed = false
    const closing = scene.receiver.close().then(() => (closed = true))
    held[0]?.write(OK)
    await until(() => held.length === 4, 'the fourth')
    assert.equal(closed, false)
    for (const socket of held.slice(1)) socket.write(OK)
    assert.deepEqual(await Promise.all(verdicts), Array(4).fill(done))
    await closing
    await until(() => scene.open === 0, 'closed connections')
  })

  test('of an idle one closes its connections at once', async () => {
    await begin((_, socket) => socket.write(OK))
    await scene.post()
    await scene.receiver.close()
    await until(() => scene.open === 0, 'a closed connection')
    assert.equal(scene.clock.alarmCount, 0)
  })

  test('by force cuts off what is under way, what is being opened and what waits', async () => {
    await begin(() => undefined)
    const early = scene.post()
    await until(() => scene.requests.length === 1, 'a post')
    const late = Array.from({ length: 5 }, () => scene.post())
    await scene.receiver.destroy()
    for (const verdict of [early, ...late]) assert.deepEqual(await verdict, { status: 0, code: 'ABORTED' })
    await until(() => scene.open === 0, 'closed connections')
    assert.equal(scene.requests.length, 1)
    assert.equal(scene.clock.alarmCount, 0)
  })
})
