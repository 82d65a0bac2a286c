// Truth: what our notes of the protocol say of greeting, numbering, keep-alive and answers, against a server that is told frame by frame what to say.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, describe, test } from 'node:test'
import { WebSocketServer, type WebSocket } from 'ws'
import { silentLog } from '../../lib/log.ts'
import { SkippingClock } from '../../lib/skipping-clock.ts'
import { until } from '../../lib/until.ts'
import { Connection, type Push } from './connection.ts'
import { lossOf, type Ending } from './ending.ts'
import { SHIPPED } from './identity.ts'
import { CMD, decodeFrame, encodeFrame, type Frame } from './wire/frame.ts'
import { GET_QR, SEND, TYPING } from './wire/opcodes.ts'
import { messageTaken } from './wire/pushes.ts'

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
await once(server, 'listening')
after(() => {
  for (const socket of server.clients) socket.terminate()
  server.close()
})
const urlOf = () => `ws://127.0.0.1:${String((server.address() as AddressInfo).port)}`
const DEVICE = '6f1e0a52-7c37-4b52-9d1c-2b8f4a3a1d11'
const QR = { qrLink: 'https://max.ru/:auth/x', trackId: 't' }

interface Side {
  readonly clock: SkippingClock
  readonly connection: Connection
  /** The network's end. */
  readonly socket: WebSocket
  /** What came there. */
  readonly frames: Frame[]
  readonly pushes: Push[]
  readonly endings: Ending[]
  readonly headers: NodeJS.Dict<string | string[]>
  readonly say: (frame: Omit<Frame, 'ver'>) => void
  /** The last that came with this number. */
  readonly asked: (opcode: number, count?: number) => Promise<Frame>
}

interface Scene {
  readonly pushed?: (push: Push) => Promise<void>
  readonly isGreeted?: boolean
}

async function open({ pushed, isGreeted = true }: Scene = {}): Promise<Side> {
  const clock = new SkippingClock()
  const [frames, pushes, endings]: [Frame[], Push[], Ending[]] = [[], [], []]
  const arrived = once(server, 'connection')
  const listener = {
    async pushed(push: Push) {
      pushes.push(push)
      await pushed?.(push)
    },
    ended: (ending: Ending) => void endings.push(ending),
  }
  const connection = new Connection({
    url: urlOf(),
    identity: SHIPPED,
    deviceId: DEVICE,
    clock,
    log: silentLog,
    listener,
  })
  const [socket, { headers }] = (await arrived) as [WebSocket, { headers: NodeJS.Dict<string> }]
  const say = (frame: Omit<Frame, 'ver'>) => socket.send(encodeFrame(frame))
  socket.on('message', (data: Buffer) => {
    const frame = decodeFrame(data)
    frames.push(frame)
    if (isGreeted && frame.opcode === 6) say({ cmd: CMD.answer, seq: frame.seq, opcode: 6, payload: { lang: 'ru' } })
  })
  const asked = (opcode: number, count = 1) =>
    until(() => frames.filter((frame) => frame.opcode === opcode)[count - 1], `frame ${String(opcode)}`)
  if (isGreeted) assert.equal(await connection.opened, true)
  else await asked(6)
  return { clock, connection, socket, frames, pushes, endings, headers, say, asked }
}

const push = (seq: number, text = 'hi') => ({
  ...{ cmd: CMD.ask, seq, opcode: 128 },
  payload: { chatId: 5, message: { id: seq, time: 1, text } },
})
const rest = () => new Promise((resolve) => setImmediate(resolve))
const endingOf = ({ endings }: Side) => until(() => endings[0], 'the end')

describe('a connection', () => {
  test('greets as the web client does, and counts from 0', async () => {
    const side = await open()
    const { connection, frames, headers } = side
    const [hello] = frames
    assert.equal(hello?.seq, 0)
    assert.equal(hello.ver, 10)
    assert.equal((hello.payload as Record<string, unknown>)['deviceId'], DEVICE)
    assert.equal(headers['origin'], 'https://web.max.ru')
    assert.equal(headers['sec-websocket-extensions'], undefined)
    void connection.ask(GET_QR)
    void connection.ask(TYPING, '5')
    assert.equal((await side.asked(288)).seq, 1)
    assert.equal((await side.asked(65)).seq, 2)
    await connection.close()
    assert.deepEqual(side.endings, [])
  })

  test('gives each question its own answer, in whatever order they come', async () => {
    const { connection, say, asked } = await open()
    const [qr, sent] = [connection.ask(GET_QR), connection.ask(SEND, '5', { text: 'a', cid: 1 })]
    const [askedQr, askedSend] = [await asked(288), await asked(64)]
    // Of another question, of none, and of a kind that is not in use.
    say({ cmd: CMD.answer, seq: askedQr.seq, opcode: 289, payload: {} })
    say({ cmd: CMD.answer, seq: 999, opcode: 288, payload: QR })
    say({ cmd: 2, seq: askedQr.seq, opcode: 288, payload: {} })
    say({ cmd: CMD.answer, seq: askedSend.seq, opcode: 64, payload: { message: { id: 7, time: 2 } } })
    say({ cmd: CMD.answer, seq: askedQr.seq, opcode: 288, payload: QR })
    assert.deepEqual(await qr, { ok: true, answer: QR })
    assert.deepEqual(await sent, { ok: true, answer: { message: { id: '7', time: 2 } } })
    await connection.close()
  })

  test('tells a refusal, an answer that can not be read and one that does not come', async () => {
    const { connection, clock, say, asked } = await open()
    const [one, two, three] = [connection.ask(GET_QR), connection.ask(GET_QR), connection.ask(GET_QR)]
    const { seq } = await asked(288, 3)
    say({ cmd: CMD.error, seq: seq - 2, opcode: 288, payload: { error: 'too.many.requests', message: 'Slow' } })
    say({ cmd: CMD.answer, seq: seq - 1, opcode: 288, payload: { qrLink: 5 } })
    assert.deepEqual(await one, {
      ...{ ok: false, trouble: { why: 'refused', error: { code: 'too.many.requests', message: 'Slow' } } },
    })
    const unread = await two
    assert.equal(!unread.ok && unread.trouble.why, 'unreadable')
    clock.skip(20_000)
    const late = await three
    assert.equal(!late.ok && late.trouble.why, 'late')
    await connection.close()
  })

  test('asks nothing that has no form, nothing beyond so much at once, and nothing after its end', async () => {
    const { connection } = await open()
    const whyOf = async (question: ReturnType<typeof connection.ask>) => {
      const answered = await question
      return !answered.ok && answered.trouble.why
    }
    assert.equal(await whyOf(connection.ask(TYPING, 'nobody@c.us')), 'notSent')
    const waiting = Array.from({ length: 128 }, () => connection.ask(GET_QR))
    assert.equal(await whyOf(connection.ask(GET_QR)), 'notSent')
    await connection.close()
    for (const question of waiting) assert.equal(await whyOf(question), 'lost')
    assert.equal(await whyOf(connection.ask(GET_QR)), 'notSent')
  })
})

describe('pushes', () => {
  test('are handed on one by one, in order, and answered only when told', async () => {
    const gates: (() => void)[] = []
    const side = await open({ pushed: () => new Promise((resolve) => gates.push(resolve)) })
    for (const seq of [10, 11, 12]) side.say(push(seq))
    await until(() => gates.length === 1, 'the first')
    await rest()
    assert.deepEqual([side.pushes.length, side.frames.length], [1, 1])
    side.pushes[0]?.acknowledge(messageTaken('5', '10'))
    side.pushes[0]?.acknowledge(messageTaken('5', '10'))
    gates[0]?.()
    const answer = await side.asked(128)
    assert.deepEqual(answer, { ver: 10, cmd: CMD.answer, seq: 10, opcode: 128, payload: { chatId: 5, messageId: 10 } })
    await until(() => gates.length === 2, 'the second')
    gates[1]?.()
    await until(() => gates.length === 3, 'the third')
    gates[2]?.()
    await rest()
    assert.equal(side.frames.filter(({ opcode }) => opcode === 128).length, 1)
    assert.deepEqual(
      side.pushes.map(({ seq }) => seq),
      [10, 11, 12],
    )
    await side.connection.close()
  })

  test('that could not be kept end the connection, and nothing after them is handed on or answered', async () => {
    const side = await open({ pushed: () => Promise.reject(new Error('disk')) })
    for (const seq of [1, 2]) side.say(push(seq))
    const ending = await endingOf(side)
    assert.equal(ending.reason, 'notKept')
    assert.equal(side.pushes.length, 1)
    side.pushes[0]?.acknowledge(messageTaken('5', '1'))
    await rest()
    assert.equal(
      side.frames.some(({ opcode }) => opcode === 128),
      false,
    )
  })

  test('that came before the network closed are handed on before the end is told', async () => {
    const gates: (() => void)[] = []
    const side = await open({ pushed: () => new Promise((resolve) => gates.push(resolve)) })
    for (const seq of [1, 2]) side.say(push(seq))
    side.socket.close(1000, 'bye')
    await until(() => gates.length === 1, 'the first')
    await until(() => side.socket.readyState === side.socket.CLOSED, 'the close')
    gates[0]?.()
    await until(() => gates.length === 2, 'the second')
    assert.deepEqual(side.endings, [])
    gates[1]?.()
    const ending = await endingOf(side)
    assert.deepEqual(ending, { reason: 'closed', says: 'the connection ended: bye (1000)', code: 1000, wasOpen: true })
  })

  test('of which more come than may wait all arrive, in order', async () => {
    let free: () => void = () => undefined
    const gate = new Promise<void>((resolve) => (free = resolve))
    const side = await open({ pushed: () => gate })
    const total = 1_000
    for (let seq = 0; seq < total; seq += 1) side.say(push(seq, `message ${String(seq)}`))
    await until(() => side.pushes.length > 0, 'the first')
    await rest()
    assert.equal(side.pushes.length, 1)
    free()
    await until(() => side.pushes.length === total, 'all of them')
    assert.deepEqual(
      side.pushes.map(({ seq }) => seq),
      Array.from({ length: total }, (_, at) => at),
    )
    await side.connection.close()
  })
})

describe('keep-alive', () => {
  test('asks every half minute as a tab does that nobody looks at, and answers what the network asks', async () => {
    const side = await open()
    side.say({ cmd: CMD.ask, seq: 77, opcode: 1, payload: null })
    const answer = await side.asked(1)
    assert.deepEqual(answer, { ver: 10, cmd: CMD.answer, seq: 77, opcode: 1, payload: null })
    side.clock.skip(30_000)
    const ping = await side.asked(1, 2)
    assert.deepEqual([ping.cmd, ping.payload], [CMD.ask, { interactive: false }])
    side.say({ cmd: CMD.answer, seq: ping.seq, opcode: 1, payload: null })
    assert.equal(side.pushes.length, 0)
    await side.connection.close()
  })

  test('that is not answered ends the connection', async () => {
    const side = await open()
    side.clock.skip(30_000)
    await side.asked(1)
    side.clock.skip(20_000)
    const ending = await endingOf(side)
    assert.equal(ending.reason, 'silent')
    assert.equal(lossOf(ending).trouble.fault, 'connectionLost')
  })
})

describe('the end', () => {
  const notGreeted = (payload: object) => async () => {
    const side = await open({ isGreeted: false })
    side.say({ cmd: CMD.error, seq: 0, opcode: 6, payload: { ...payload } })
    const ending = await endingOf(side)
    assert.equal(await side.connection.opened, false)
    return ending
  }

  test('of a version that is too old is no back-off of seconds', async () => {
    const ending = await notGreeted({ error: 'proto.version', message: 'Unsupported client version' })()
    assert.equal(ending.reason, 'outdated')
    assert.match(ending.says, /version 26\.9\.8/)
    assert.equal(lossOf(ending).atLeastMs, 3_600_000)
  })

  test('of a device that is not let in says why', async () => {
    const ending = await notGreeted({ error: 'proto.payload', message: '' })()
    assert.deepEqual([ending.reason, ending.wasOpen], ['refused', false])
    assert.match(ending.says, /proto\.payload/)
  })

  test('of a network that does not greet back', async () => {
    const side = await open({ isGreeted: false })
    side.clock.skip(20_000)
    assert.equal((await endingOf(side)).reason, 'late')
  })

  for (const [name, bytes] of [
    ['a text', 'hello'],
    ['half a frame', Buffer.from('0a01', 'hex')],
    ['a body that is none', Buffer.from('0a000001008000000001c1', 'hex')],
    ['zstd', Buffer.from('0a0000010080ff00000100', 'hex')],
  ] as const) {
    test(`of one that sends ${name}`, async () => {
      const side = await open()
      side.socket.send(bytes)
      assert.equal((await endingOf(side)).reason, 'unreadable')
    })
  }

  test('of one that breaks off', async () => {
    const side = await open()
    side.socket.terminate()
    const ending = await endingOf(side)
    assert.deepEqual([ending.reason, ending.code, ending.wasOpen], ['closed', 1006, true])
  })

  test('of one that is not there, or is no web socket', async () => {
    const plain = createServer((_request, response) => response.writeHead(403).end()).listen(0, '127.0.0.1')
    await once(plain, 'listening')
    const { port } = plain.address() as AddressInfo
    const endings: Ending[] = []
    const listener = { pushed: () => Promise.resolve(), ended: (ending: Ending) => void endings.push(ending) }
    const parts = { identity: SHIPPED, deviceId: DEVICE, clock: new SkippingClock(), log: silentLog, listener }
    const refused = new Connection({ ...parts, url: `ws://127.0.0.1:${String(port)}` })
    assert.equal(await refused.opened, false)
    await new Promise((resolve) => plain.close(resolve))
    assert.equal(await new Connection({ ...parts, url: `ws://127.0.0.1:${String(port)}` }).opened, false)
    await until(() => endings.length === 2, 'both ends')
    assert.deepEqual(
      endings.map(({ reason }) => reason),
      ['unreachable', 'unreachable'],
    )
    assert.match(endings[0]?.says ?? '', /403/)
  })

  test('by us is told to nobody, at any moment', async () => {
    const side = await open({ isGreeted: false })
    await side.connection.close()
    await side.connection.close()
    assert.equal(await side.connection.opened, false)
    assert.deepEqual(side.endings, [])
  })
})
