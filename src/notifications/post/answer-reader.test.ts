// Truth: RFC 9112 on how an answer ends, and Node's own HTTP server for what answers look like; however the network cuts them into pieces.
import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { AnswerReader, NotHttp } from './answer-reader.ts'

interface Read {
  readonly status: number
  readonly isOver: boolean
  readonly leavesOpen: boolean
}

/** What becomes of an answer that comes in these pieces. */
function read(...pieces: readonly string[]): Read {
  const reader = new AnswerReader()
  const overAt = pieces.findIndex((piece) => reader.read(piece))
  const isOver = overAt >= 0
  return { status: reader.status, isOver, leavesOpen: isOver && overAt === pieces.length - 1 && reader.leavesOpen }
}

const open = (status: number): Read => ({ status, isOver: true, leavesOpen: true })
const last = (status: number): Read => ({ status, isOver: true, leavesOpen: false })
const unfinished = (status: number): Read => ({ status, isOver: false, leavesOpen: false })

const lines = (...parts: readonly string[]): string => parts.join('\r\n')
const LONG = 'x'.repeat(70_000)

const answers: readonly (readonly [name: string, answer: string, expected: Read])[] = [
  ['without a body', lines('HTTP/1.1 200 OK', 'Content-Length: 0', '', ''), open(200)],
  ['with a body of a length', lines('HTTP/1.1 200 OK', 'content-length:5', '', 'hello'), open(200)],
  ['without a reason', lines('HTTP/1.1 503', 'Content-Length: 2', '', 'no'), open(503)],
  ['with bare line feeds', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok', open(200)],
  ['behind an empty line', lines('', 'HTTP/1.1 200 OK', 'Content-Length: 0', '', ''), open(200)],
  ['that has no body by its status', lines('HTTP/1.1 204 No Content', '', ''), open(204)],
  [
    'that speaks of a body that is elsewhere',
    lines('HTTP/1.1 304 Not Modified', 'Content-Length: 9', '', ''),
    open(304),
  ],
  ['after interim ones', lines('HTTP/1.1 102 Wait', '', 'HTTP/1.1 103 Hints', 'Link: </a>', '', 'HTTP/1.1 201 Made', 'Content-Length: 0', '', ''), open(201)], // prettier-ignore
  ['in chunks', lines('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', '3;name="a;b"', 'abc', 'A', '0123456789', '0', '', ''), open(200)], // prettier-ignore
  ['in chunks with trailers', lines('HTTP/1.1 200 OK', 'Transfer-Encoding: gzip, Chunked', '', '1', 'a', '000', 'X: 1', 'Y: 2', '', ''), open(200)], // prettier-ignore
  [
    'of a server that closes',
    lines('HTTP/1.1 200 OK', 'Connection: foo, Close', 'Content-Length: 0', '', ''),
    last(200),
  ],
  ['of an old server', lines('HTTP/1.0 200 OK', 'Content-Length: 0', '', ''), last(200)],
  ['of an old server that keeps', lines('HTTP/1.0 200 OK', 'Connection: Keep-Alive', 'Content-Length: 0', '', ''), open(200)], // prettier-ignore
  [
    'with one length said twice',
    lines('HTTP/1.1 200 OK', 'Content-Length: 2', 'Content-Length: 2', '', 'ok'),
    open(200),
  ],
  ['with two lengths', lines('HTTP/1.1 200 OK', 'Content-Length: 2', 'Content-Length: 3', '', ''), last(200)],
  ['with a length that is none', lines('HTTP/1.1 200 OK', 'Content-Length: -1', '', ''), last(200)],
  ['with length and chunks', lines('HTTP/1.1 200 OK', 'Content-Length: 3', 'Transfer-Encoding: chunked', '', '0', '', ''), last(200)], // prettier-ignore
  ['with more than there should be', lines('HTTP/1.1 200 OK', 'Content-Length: 2', '', 'okay'), last(200)],
  ['with a size of a chunk that is none', lines('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', 'xyz', ''), last(200)], // prettier-ignore
  ['with a chunk that is longer than it says', lines('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', '2', 'abc', ''), last(200)], // prettier-ignore
  ['that would be too long', lines('HTTP/1.1 200 OK', 'Content-Length: 65537', '', ''), last(200)],
  ['in chunks that are too long', lines('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', 'fffff', LONG), last(200)],
  ['with trailers without end', lines('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', '0', ...Array<string>(9000).fill('X: 12345')), last(200)], // prettier-ignore
  ['that ends with the connection and is too long', lines('HTTP/1.1 200 OK', '', LONG), last(200)],
  ['that ends with the connection', lines('HTTP/1.1 200 OK', '', 'whatever'), unfinished(200)],
  ['in a coding that is not chunks', lines('HTTP/1.1 200 OK', 'Transfer-Encoding: gzip', '', 'xyz'), unfinished(200)],
  ['that breaks off in its head', lines('HTTP/1.1 200 OK', 'Content-Le'), unfinished(0)],
  ['that breaks off in its body', lines('HTTP/1.1 200 OK', 'Content-Length: 10', '', 'half'), unfinished(200)],
  ['that breaks off between chunks', lines('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', '1', 'a', ''), unfinished(200)], // prettier-ignore
]

describe('an answer', () => {
  for (const [name, answer, expected] of answers) {
    test(name, () => assert.deepEqual(read(answer), expected))

    test(`${name}, in pieces`, () => {
      const cuts = fc.uniqueArray(fc.nat(answer.length), { maxLength: 12 })
      fc.assert(
        fc.property(cuts, (places) => {
          const { status, isOver, leavesOpen } = read(...inPieces(answer, places))
          assert.deepEqual({ status, isOver }, { status: expected.status, isOver: expected.isOver })
          // Where it was over before its last piece, the rest came uncalled for.
          assert.ok(!leavesOpen || expected.leavesOpen)
        }),
        { numRuns: 50 },
      )
    })
  }

  for (const text of [
    'hello\r\n\r\n',
    'HTTP/2 200\r\n\r\n',
    'HTTP/1.1 20\r\n\r\n',
    'HTTP/1.1 2000 OK\r\n\r\n',
    'HTTP/1.1 000 No\r\n\r\n',
    'HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n',
    LONG,
  ]) {
    test(`is none: ${text.slice(0, 24).trim()}`, () => assert.throws(() => read(text), NotHttp))
  }

  test('is followed by the next one on the same connection', () => {
    const reader = new AnswerReader()
    for (const [, answer, { status }] of answers.filter(([, , expected]) => expected.leavesOpen)) {
      reader.restart()
      assert.equal(reader.read(answer), true)
      assert.deepEqual([reader.status, reader.leavesOpen], [status, true])
    }
  })

  test('says how long its connection stays', () => {
    const reader = new AnswerReader()
    reader.read(lines('HTTP/1.1 200 OK', 'Keep-Alive: max=9, timeout=5', 'Content-Length: 0', '', ''))
    assert.equal(reader.keepMs, 5000)
  })
})

describe("answers of Node's server", () => {
  const ways: readonly (readonly [string, (response: ServerResponse) => void])[] = [
    ['with a length', (response) => response.writeHead(200, { 'Content-Length': 2 }).end('ok')],
    ['in chunks', (response) => void response.write('a', () => response.end('bc'))],
    ['in chunks with trailers', (response) => {
      response.writeHead(200, { Trailer: 'X-Sum' }).write('abc')
      response.addTrailers({ 'X-Sum': '1' })
      response.end()
    }],
    ['without a body', (response) => response.writeHead(204).end()],
    ['after an interim one', (response) => {
      response.writeEarlyHints({ link: '</a>; rel=preload' })
      response.writeHead(500).end('no')
    }],
  ] // prettier-ignore
  for (const [name, answer] of ways) {
    test(`${name} are read to their end, where the connection stays open`, async () => {
      const server = createServer((request, response) => request.resume().on('end', () => answer(response)))
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
      try {
        const reader = new AnswerReader()
        for (let round = 0; round < 3; round += 1) {
          reader.restart()
          socket.write('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx')
          await new Promise<void>((resolve) => {
            const piece = (bytes: Buffer): void => {
              if (!reader.read(bytes.toString('latin1'))) return
              socket.off('data', piece)
              resolve()
            }
            socket.on('data', piece)
          })
          assert.equal(reader.leavesOpen, true)
        }
      } finally {
        socket.destroy()
        server.close()
      }
    })
  }
})

function inPieces(text: string, places: readonly number[]): string[] {
  const cuts = [0, ...places.toSorted((a, b) => a - b), text.length]
  return cuts.slice(1).map((end, index) => text.slice(cuts[index], end))
}
