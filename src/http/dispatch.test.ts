// Truth: what every call is promised: an unexpected failure is told to nobody but the log; refused calls use up no budget; HEAD does nothing.
import assert from 'node:assert/strict'
import { Agent, createServer, get, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, beforeEach, test } from 'node:test'
import Type from 'typebox'
import { Registry } from 'prom-client'
import { systemClock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { silentLog } from '../lib/log.ts'
import { SkippingClock } from '../lib/skipping-clock.ts'
import { until } from '../lib/until.ts'
import { fault, FAULTS, type FaultCode } from '../model/fault.ts'
import { hopAnswerMs } from './answer-times.ts'
import { Dispatcher } from './dispatch.ts'
import { envelope, instanceRefusal, partnerFailure, partnerRefusal, Refusal } from './errors.ts'
import type { Family } from './family.ts'
import { integer, optional, text as textField } from './fields.ts'
import type { Media } from '../media/media.ts'
import { defineMethod, MethodTable } from './method.ts'
import { instanceMethods } from './green/methods.ts'
import { QrImages } from './qr/qr-images.ts'
import { RequestCounter } from './request-counter.ts'
import { SlowBodies } from './slow-bodies.ts'

/** Of the rows here none takes a file. */
const NO_MEDIA: Media = {
  receive: () => Promise.resolve('tooLarge'),
  open: () => Promise.resolve(null),
  sweep: () => Promise.resolve(0),
  removeInstance: () => Promise.resolve(),
  bytesOf: () => Promise.resolve(0),
}
const TOKEN = 'c1b0474542144e0ead529eb4861ca5f583c346eb00564f64a7'
let handled: unknown[] = []
const logged: string[] = []
const log: Log = { ...silentLog, error: (fields, said) => logged.push(`${said} ${JSON.stringify(fields)}`) }

const fails = (name: string, fail: () => Promise<object>) =>
  defineMethod({
    name,
    summary: 'Fails.',
    verbs: ['GET'],
    group: 'account',
    perSecond: 2,
    fields: {},
    answer: null,
    handle: fail,
  })
/** Handlers whose outcome somebody has yet to tell. */
const open: { settle: (outcome: object) => void; fail: (error: Error) => void }[] = []
const rows = [
  defineMethod({
    name: 'waits',
    summary: 'Waits for its outcome.',
    verbs: ['GET'],
    group: 'sending',
    perSecond: 100,
    fields: {},
    answer: null,
    handle: () => new Promise<object>((settle, fail) => open.push({ settle, fail })),
  }),
  fails('throws', () => {
    throw new Error('the inner secret')
  }),
  fails('rejects', () => Promise.reject(new Error('the inner secret'))),
  fails('answersNonsense', () => Promise.resolve({ toJSON: () => assert.fail('the inner secret') })),
  defineMethod({
    name: 'takes',
    summary: 'Answers what it was given.',
    answer: Type.Object({}),
    verbs: ['GET', 'POST'],
    group: 'account',
    perSecond: 3,
    fields: {
      count: optional(integer({ empty: 'absent', digits: true, minimum: 1, maximum: 9 })),
      name: textField({ empty: 'value', max: 5 }),
    },
    handle(_subject: string, fields) {
      handled.push(fields)
      return fields
    },
  }),
]

/** Goes by skips alone. */
const clock = new SkippingClock(systemClock.now())
const now = (): number => systemClock.now()
const instances: Family<string> = {
  methods: new MethodTable(rows),
  admit: (target) => (target.token === TOKEN ? 'somebody' : new Refusal(401)),
  messengerOf: () => null,
  scopeOf: () => 1,
  spend: () => undefined,
  refuse: (trouble, url, headers) => instanceRefusal(trouble, url, now(), headers === undefined ? {} : { headers }),
  refuseStatus: (status, message, url) => envelope(status, url, message, now()),
}
const partners: Family<string> = {
  ...instances,
  scopeOf: () => 'partner',
  refuse: (trouble, _url, headers) => partnerRefusal(trouble, headers),
  refuseStatus: (status, message) => partnerFailure(status, message),
}

let server: Server
let url = ''
before(async () => {
  const dispatcher = new Dispatcher({
    instances,
    partners,
    answers: { find: () => Promise.resolve(null) },
    clock,
    log,
    counter: new RequestCounter(new Registry()),
    rateLimitScale: 1,
    media: NO_MEDIA,
    slowBodies: new SlowBodies(systemClock, 60_000),
    fileLimitBytes: 0,
    elsewhere: { isHere: () => true, passOn: () => assert.fail('everything is here') },
    page: (_target, _request, response) => response.end(),
  })
  server = createServer((request, response) => {
    if (!dispatcher.handle(request, response)) response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
})
after(() => server.close())
beforeEach(() => {
  handled = []
})

for (const name of ['throws', 'rejects', 'answersNonsense']) {
  test(`a handler that ${name} is answered 500 without a detail, and logged without the token`, async () => {
    const response = await fetch(`${url}/waInstance1/${name}/${TOKEN}`)
    const answer = await response.text()
    assert.equal(response.status, 500)
    assert.equal((JSON.parse(answer) as { message: string }).message, 'Internal Server Error')
    assert.ok(!answer.includes('secret') && !answer.includes(TOKEN))
    assert.match(logged.at(-1) ?? '', /failed unexpectedly/)
    assert.ok(!(logged.at(-1) ?? '').includes(TOKEN))
    const partner = await fetch(`${url}/partner/${name}/${TOKEN}`)
    assert.deepEqual([partner.status, await partner.json()], [200, { code: 500, description: 'Internal Server Error' }])
  })
}

test('HEAD runs no handler; refused calls use up no budget; wrong fields do', async () => {
  const takes = (query: string, verb = 'GET') => fetch(`${url}/waInstance1/takes/${TOKEN}?${query}`, { method: verb })
  clock.skip(1000)
  assert.equal((await takes('name=a', 'HEAD')).status, 200)
  assert.deepEqual(handled, [])
  const statuses: number[] = []
  for (const query of ['name=abcdef', 'name=a', 'name=b&count=7', 'name=c', 'name=c'])
    statuses.push((await takes(query)).status)
  assert.deepEqual(statuses, [400, 200, 200, 429, 429])
  assert.deepEqual(handled, [{ name: 'a' }, { name: 'b', count: 7 }])
  clock.skip(340)
  assert.equal((await takes('name=d')).status, 200)
})

test('a messenger that asks to wait is told apart from a rate of the server: the text is its own', () => {
  const trouble = fault('rateLimited', 'the 200 number checks of this day are used up')
  const { status, text } = instanceRefusal(trouble, `/waInstance1/checkWhatsapp/${TOKEN}`, 0)
  const { statusCode, message } = JSON.parse(text) as Record<string, unknown>
  assert.deepEqual([status, statusCode, message], [429, 429, trouble.message])
})

test('every fault has an answer on both APIs, never one of 500', () => {
  for (const code of Object.keys(FAULTS) as FaultCode[]) {
    const trouble = fault(code, 'a text')
    const refusal = instanceRefusal(trouble, `/waInstance1/x/${TOKEN}`, 0)
    assert.ok(refusal.status >= 400 && refusal.status !== 500, code)
    assert.ok(!refusal.text.includes(TOKEN))
    const partner = partnerRefusal(trouble)
    assert.equal(partner.status, 200)
    assert.ok((JSON.parse(partner.text) as { code: number }).code >= 400)
  }
})

test('a call whose outcome does not come is told so within its bound, and nothing of coming again; what comes of it later is heard by nobody', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ask = (method: string, query = '') =>
    new Promise<IncomingMessage>((resolve, reject) => {
      get(`${url}/waInstance1/${method}/${TOKEN}${query}`, { agent }, resolve).on('error', reject)
    })
  for (const isWell of [true, false]) {
    let answered: IncomingMessage | undefined
    void ask('waits').then((answer) => (answered = answer))
    const { settle, fail } = await until(() => open.pop(), 'it is handled')
    clock.skip(14_000)
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.equal(answered, undefined)
    clock.skip(3000)
    const answer = await until(() => answered, 'it is answered')
    const { statusCode, headers } = answer
    assert.deepEqual([statusCode, headers['retry-after']], [504, undefined])
    assert.ok(headers['x-ratelimit-remaining'])
    assert.match(await text(answer), /"statusCode":504/)
    const lines = logged.length
    if (isWell) settle({ at: 'last' })
    else fail(new Error('the inner secret'))
    // By the same connection.
    const next = await ask('takes', '?name=a')
    assert.equal(await text(next), '{"name":"a"}')
    assert.equal(logged.length, lines + (isWell ? 0 : 1))
  }
  const well = ask('waits')
  const { settle } = await until(() => open.pop(), 'it is handled')
  clock.skip(14_000)
  settle({ at: 'last' })
  assert.equal(await text(await well), '{"at":"last"}')
  agent.destroy()
})

test('another node is waited for longer than it takes to answer by itself', () => {
  const { rows: methods } = instanceMethods({ clock: systemClock, images: new QrImages(), delayMinMs: 500 })
  for (const { name, answerMs, input } of methods) {
    assert.ok(hopAnswerMs(`/waInstance1/${name}/${TOKEN}?a=1`, input !== 'json') > answerMs, name)
  }
  const poll = methods.find(({ name }) => name === 'receiveNotification')
  assert.ok(poll !== undefined && poll.answerMs > 60_000)
})
