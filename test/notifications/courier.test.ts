// Truth: what a real receiver on loopback got and when, against the contract's rules of webhook delivery.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../../src/lib/until.ts'
import { CourierScene, RETRY_MS, type Inbox } from '../support/courier-scene.ts'
import { WebhookReceiver, type Hit } from '../support/webhook-receiver.ts'

let receiver: WebhookReceiver
let scene: CourierScene

beforeEach(async () => {
  receiver = await WebhookReceiver.start()
  scene = new CourierScene()
})
afterEach(async () => {
  await scene.courier.close(0)
  await receiver.close()
})

const arrived = (count: number): Promise<boolean> =>
  until(() => receiver.hits.length >= count, `${String(count)} deliveries`)
/** Long enough for anything that would go out at once to have arrived. */
const quiet = (): Promise<void> => sleep(60)

function answering(...statuses: number[]): (hit: Hit) => void {
  return ({ response }) => {
    const status = statuses.shift() ?? 200
    response.writeHead(status, status >= 300 && status < 400 ? { Location: receiver.url('/elsewhere') } : {}).end('no')
  }
}

describe('a delivery', () => {
  test('is a POST of the bare body with the headers of the contract', async () => {
    const inbox = scene.inbox(receiver.url('/hook?key=1'))
    inbox.token = 'abc'
    await inbox.post('{"typeWebhook":"ключ"}')
    await arrived(1)
    const [hit] = receiver.hits
    assert.equal(hit?.path, '/hook?key=1')
    assert.equal(hit.body, '{"typeWebhook":"ключ"}')
    assert.equal(hit.headers['content-type'], 'application/json')
    assert.equal(hit.headers.authorization, 'Bearer abc')
    assert.equal(hit.headers['user-agent'], 'Jadegate')
    assert.equal(hit.headers['content-length'], String(Buffer.byteLength('{"typeWebhook":"ключ"}')))
  })

  test('has no Authorization without a token', async () => {
    await scene.inbox(receiver.url()).post('a')
    await arrived(1)
    assert.equal(receiver.hits[0]?.headers.authorization, undefined)
  })

  test('comes in order, one at a time, each as soon as the one before is settled, on connections that stay', async () => {
    const inbox = scene.inbox(receiver.url())
    let inFlight = 0
    receiver.answer = ({ response }) => {
      inFlight += 1
      assert.equal(inFlight, 1)
      setTimeout(() => {
        inFlight -= 1
        response.end('ok')
      }, 2)
    }
    const bodies = Array.from({ length: 20 }, (_, index) => String(index))
    await inbox.post(...bodies.slice(0, 10))
    for (const body of bodies.slice(10)) await inbox.post(body)
    await until(() => inbox.mailbox.count === 0, 'an empty mailbox')
    assert.deepEqual(receiver.bodies(), bodies)
    // The next one may leave in the very moment in which the connection of the last is about to be free.
    assert.ok(receiver.connections <= 2)
    assert.equal(scene.clock.pauses, 0)
  })

  test('starts with what was there before the URL was set', async () => {
    const inbox = scene.inbox()
    await inbox.post('a', 'b')
    await quiet()
    assert.equal(receiver.hits.length, 0)
    inbox.set(receiver.url())
    await until(() => inbox.mailbox.count === 0, 'an empty mailbox')
    assert.deepEqual(receiver.bodies(), ['a', 'b'])
  })
})

describe('a failure', () => {
  for (const status of [201, 202, 204, 206, 301, 302, 307, 308, 400, 401, 404, 410, 429, 500, 503]) {
    test(`${String(status)} settles nothing: the same item again after the pause, not before, and no redirect`, async () => {
      receiver.answer = answering(status)
      const inbox = scene.inbox(receiver.url())
      await inbox.post('a', 'b')
      await until(() => scene.logged.length === 1, 'a failure')
      scene.clock.skip(RETRY_MS - 5000)
      inbox.set(receiver.url())
      await inbox.post('c')
      await quiet()
      assert.deepEqual(receiver.bodies(), ['a'])
      assert.equal(inbox.mailbox.count, 3)
      scene.clock.skip(5000)
      await until(() => inbox.mailbox.count === 0, 'an empty mailbox')
      assert.deepEqual(receiver.bodies(), ['a', 'a', 'b', 'c'])
      assert.deepEqual(receiver.bodies('/elsewhere'), [])
      assert.equal(scene.clock.pauses, 1)
    })
  }

  const cut: readonly (readonly [string, (hit: Hit) => void])[] = [
    ['a connection cut before the answer', ({ response }) => response.destroy()],
    ['an answer that is no HTTP', ({ response }) => response.socket?.end('hello\r\n\r\n')],
    [
      'an upgrade that nobody asked for',
      ({ response }) => response.socket?.write('HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
    ],
  ]
  for (const [what, answer] of cut) {
    test(`${what} is one`, async () => {
      receiver.answer = answer
      const inbox = scene.inbox(receiver.url())
      await inbox.post('a')
      await until(() => scene.logged.length > 0, 'a line in the log')
      receiver.answer = answering(200)
      scene.clock.skip(RETRY_MS)
      await until(() => inbox.mailbox.count === 0, 'an empty mailbox')
      assert.deepEqual(receiver.bodies(), ['a', 'a'])
    })
  }

  test('an answer that does not come within the time is one', async () => {
    const hasty = new CourierScene({ timeoutMs: 300 })
    receiver.answer = () => undefined
    const inbox = hasty.inbox(receiver.url())
    await inbox.post('a')
    await until(() => hasty.logged.length > 0, 'a line in the log')
    assert.match(hasty.logged[0] ?? '', /ANSWER_TIMEOUT/)
    assert.equal(inbox.mailbox.count, 1)
    await hasty.courier.close(0)
  })

  for (const url of ['not a url', 'ftp://127.0.0.1/', 'http://127.0.0.1:1/', 'http://nowhere.invalid/']) {
    test(`so is a URL that leads nowhere: ${url}`, async () => {
      const inbox = scene.inbox(url)
      await inbox.post('a')
      await until(() => scene.logged.length > 0, 'a line in the log')
      assert.equal(inbox.mailbox.count, 1)
      inbox.set(receiver.url())
      await until(() => inbox.mailbox.count === 0, 'an empty mailbox')
    })
  }

  test('so is an address that the rules refuse, and the receiver hears nothing', async () => {
    const strict = new CourierScene({ allow: [] })
    for (const url of [receiver.url(), receiver.url().replace('127.0.0.1', 'localhost')]) {
      await strict.inbox(url).post('a')
    }
    await until(() => strict.logged.length === 2, 'two lines in the log')
    for (const line of strict.logged) assert.match(line, /ADDRESS_REFUSED/)
    assert.equal(receiver.connections, 0)
    await strict.courier.close(0)
  })

  test('of the store after the answer delivers the same item once more, after the pause', async () => {
    const inbox = scene.inbox(receiver.url())
    receiver.answer = ({ response }) => {
      inbox.broken = true
      response.end()
    }
    await inbox.post('a', 'b')
    await until(() => scene.logged.some((line) => line.startsWith('error')), 'an error in the log')
    await quiet()
    assert.deepEqual(receiver.bodies(), ['a'])
    receiver.answer = answering(200)
    inbox.broken = false
    scene.clock.skip(RETRY_MS)
    await until(() => inbox.mailbox.count === 0, 'an empty mailbox')
    assert.deepEqual(receiver.bodies(), ['a', 'a', 'b'])
  })

  test('is told to the operator once and then in a whisper, and never with a secret', async () => {
    const url = receiver.url('/secret-path?secret-key').replace('http://', 'http://secret-user:secret-word@')
    receiver.answer = answering(500, 500)
    const inbox = scene.inbox(url)
    inbox.token = 'secret-token'
    await inbox.post('secret-body')
    await until(() => scene.logged.length === 1, 'the first line')
    scene.clock.skip(RETRY_MS)
    await until(() => scene.logged.length === 2, 'the second line')
    scene.clock.skip(RETRY_MS)
    await until(() => scene.logged.length === 3, 'the third line')
    assert.deepEqual(
      scene.logged.map((line) => line.split(' ')[0]),
      ['warn', 'debug', 'info'],
    )
    assert.doesNotMatch(scene.logged.join('\n'), /secret/)
    assert.match(scene.logged[0] ?? '', /"status":500/)
  })
})

describe('changed settings', () => {
  test('a new URL or token takes effect at once, in the middle of a pause', async () => {
    receiver.answer = ({ path, headers, response }) => {
      const good = path === '/new' && headers.authorization === 'Bearer right'
      response.writeHead(good ? 200 : 403).end()
    }
    const inbox = scene.inbox(receiver.url('/old'))
    await inbox.post('a')
    await until(() => scene.logged.length === 1, 'the first failure')
    inbox.set(receiver.url('/new'), 'wrong')
    await until(() => scene.logged.length === 2, 'the second failure')
    inbox.set(receiver.url('/new'), 'right')
    await until(() => inbox.mailbox.count === 0, 'an empty mailbox')
    assert.equal(receiver.hits.length, 3)
  })

  test('a URL that changed while the old one failed is tried at once', async () => {
    const inbox = scene.inbox(receiver.url('/old'))
    receiver.answer = ({ path, response }) => {
      if (path === '/old') inbox.set(receiver.url('/new'))
      response.writeHead(path === '/old' ? 500 : 200).end()
    }
    await inbox.post('a')
    await until(() => inbox.mailbox.count === 0, 'an empty mailbox')
    assert.equal(scene.clock.pauses, 0)
  })

  test('a late 200 settles its item though the URL was cleared meanwhile, and nothing follows', async () => {
    let late: Hit | undefined
    receiver.answer = (hit) => (late = hit)
    const inbox = scene.inbox(receiver.url())
    await inbox.post('a', 'b')
    await arrived(1)
    inbox.set('')
    late?.response.end()
    await until(() => inbox.mailbox.count === 1, 'a settled item')
    await quiet()
    assert.deepEqual(receiver.bodies(), ['a'])
    assert.equal((await inbox.mailbox.peek())?.body, 'b')
  })

  test('a cleared URL ends the pause for good', async () => {
    receiver.answer = answering(500)
    const inbox = scene.inbox(receiver.url())
    await inbox.post('a')
    await until(() => scene.logged.length === 1, 'a failure')
    inbox.set('')
    scene.clock.skip(RETRY_MS * 3)
    await quiet()
    assert.equal(receiver.hits.length, 1)
    assert.equal(inbox.mailbox.count, 1)
  })

  test('a cleared mailbox ends the pause, and what comes next goes at once', async () => {
    receiver.answer = answering(500)
    const inbox = scene.inbox(receiver.url())
    await inbox.post('a')
    await until(() => scene.logged.length === 1, 'a failure')
    await inbox.mailbox.clear()
    await inbox.post('b')
    await until(() => inbox.mailbox.count === 0, 'an empty mailbox')
    assert.deepEqual(receiver.bodies(), ['a', 'b'])
  })
})

describe('an answer', () => {
  test('without an end is cut off, and counts', async () => {
    const inbox = scene.inbox(receiver.url())
    const piece = 'x'.repeat(10_000)
    receiver.answer = ({ response }) => {
      const more = (): void => {
        if (!response.destroyed) response.write(piece, () => setImmediate(more))
      }
      more()
    }
    await inbox.post('a', 'b')
    await until(() => inbox.mailbox.count === 0, 'an empty mailbox')
    assert.deepEqual(receiver.bodies(), ['a', 'b'])
  })

  test('that breaks off after its head counts by its status', async () => {
    const inbox = scene.inbox(receiver.url())
    receiver.answer = ({ response }) => {
      response.writeHead(200, { 'Content-Length': 100 })
      response.write('half', () => response.destroy())
    }
    await inbox.post('a')
    await until(() => inbox.mailbox.count === 0, 'an empty mailbox')
  })

  test('may be preceded by interim ones', async () => {
    const inbox = scene.inbox(receiver.url())
    receiver.answer = ({ response }) => {
      response.writeProcessing()
      response.writeHead(500).end()
    }
    await inbox.post('a')
    await until(() => scene.logged.length === 1, 'a failure')
    assert.match(scene.logged[0] ?? '', /"status":500/)
  })
})

describe('the ledger', () => {
  const notesOf = (inbox: Inbox) =>
    inbox.notes.map(({ kind, receiptId, type, attempt }) => [kind, receiptId, type, attempt.status])

  test('is told of each attempt, what came of it and how long it took', async () => {
    const ledgered = new CourierScene({ keepsDeliveries: true })
    const inbox = ledgered.inbox(receiver.url())
    const start = ledgered.clock.now()
    const statuses = [503, 200]
    receiver.answer = ({ response }) => {
      ledgered.clock.skip(40)
      response.writeHead(statuses.shift() ?? 200).end()
    }
    await inbox.post('{"typeWebhook":"incomingCall","x":1}')
    await until(() => inbox.notes.length === 1 && ledgered.clock.isWaiting, 'the pause')
    ledgered.clock.skip(RETRY_MS)
    await inbox.post('no type')
    await until(() => inbox.rows.length === 0, 'an empty mailbox')
    assert.deepEqual(notesOf(inbox), [
      ['delivery.failed', 1, 'incomingCall', 503],
      ['delivery.done', 1, 'incomingCall', 200],
      ['delivery.done', 2, '', 200],
    ])
    for (const { attempt } of inbox.notes) {
      assert.ok(attempt.ms >= 40 && attempt.at >= start + attempt.ms, JSON.stringify(attempt))
    }
    await ledgered.courier.close(0)
  })

  test('is told why no answer came, and nothing of an attempt that was cut off here', async () => {
    const ledgered = new CourierScene({ keepsDeliveries: true })
    const [nobody, odd, hanging] = [ledgered.inbox('http://127.0.0.1:1/'), ledgered.inbox('no url'), ledgered.inbox()]
    hanging.url = receiver.url()
    receiver.answer = () => undefined
    for (const inbox of [nobody, odd, hanging]) await inbox.post('a')
    await until(() => nobody.notes.length + odd.notes.length + receiver.hits.length === 3, 'three attempts')
    assert.deepEqual(
      [nobody, odd].map(({ notes }) => [notes[0]?.attempt.status, notes[0]?.attempt.code]),
      [[0, 'ECONNREFUSED'], [0, 'INVALID_URL']], // prettier-ignore
    )
    await ledgered.courier.close(0)
    assert.deepEqual([hanging.notes, hanging.rows.length], [[], 1])
  })

  test('is told nothing where none is kept', async () => {
    const inbox = scene.inbox(receiver.url())
    await inbox.post('a')
    await until(() => inbox.rows.length === 0, 'an empty mailbox')
    assert.deepEqual(inbox.notes, [])
  })
})
