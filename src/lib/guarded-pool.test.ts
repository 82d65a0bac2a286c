// Truth: what reached a real server on loopback, and which name was resolved to what, by a resolver of the test's.
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { AddressRules } from './address-rules.ts'
import { systemClock } from './clock.ts'
import { GuardedPools, type GuardedPoolLimits } from './guarded-pool.ts'
import type { ResolveName } from './name-lookup.ts'

const LIMITS: GuardedPoolLimits = {
  origins: 4,
  connections: 8,
  connectTimeoutMs: 2000,
  headersTimeoutMs: 2000,
  bodyTimeoutMs: 2000,
}

let server: Server
let port: number
let hits = 0

before(async () => {
  server = createServer((_request, response) => {
    hits += 1
    response.end('ok')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
after(() => {
  server.closeAllConnections()
  server.close()
})

/** Resolves to these addresses, one list for each call and the last one from then on. */
function resolver(...answers: readonly (readonly string[])[]): ResolveName & { calls: number } {
  const resolve = (_name: string, done: Parameters<ResolveName>[1]): void => {
    const addresses = answers[Math.min(resolve.calls, answers.length - 1)] ?? []
    resolve.calls += 1
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
  }
  resolve.calls = 0
  return resolve
}

/** The status, or the text of what went wrong. */
async function ask(allow: readonly string[], host: string, resolve?: ResolveName): Promise<number | string> {
  const pools = new GuardedPools(systemClock, new AddressRules(allow), LIMITS, resolve)
  try {
    const origin = new URL(`http://${host}:${String(port)}/`).origin
    const { statusCode, body } = await pools.get(origin).request({ method: 'POST', path: '/', body: '{}' })
    await body.dump()
    return statusCode
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    await pools.destroy()
  }
}

const REFUSED = 'the address could not be reached'

describe('GuardedPools', () => {
  test('reaches what the rules allow, by address and by name', async () => {
    assert.equal(await ask(['127.0.0.1'], '127.0.0.1'), 200)
    assert.equal(await ask(['127.0.0.1'], 'hooks.test', resolver(['127.0.0.1'])), 200)
  })

  for (const host of [
    '127.0.0.1',
    '127.1',
    '0x7f.1',
    '2130706433',
    '017700000001',
    '0',
    '[::1]',
    '[::ffff:127.0.0.1]',
  ]) {
    test(`refuses the literal ${host} before any byte leaves`, async () => {
      const before = hits
      assert.equal(await ask([], host), REFUSED)
      assert.equal(hits, before)
    })
  }

  for (const address of ['127.0.0.1', '169.254.169.254', '::ffff:127.0.0.1', 'fd00:ec2::254']) {
    test(`refuses a public name that resolves to ${address}`, async () => {
      const before = hits
      assert.equal(await ask([], 'hooks.test', resolver([address])), REFUSED)
      assert.equal(hits, before)
    })
  }

  test('the address that was checked is the one that is connected to: a second answer is never asked for', async () => {
    const rebinding = resolver(['127.0.0.1'], ['127.0.0.2'])
    assert.equal(await ask(['127.0.0.1'], 'rebind.test', rebinding), 200)
    assert.equal(rebinding.calls, 1)
  })

  test('each new connection is checked anew', async () => {
    const resolve = resolver(['127.0.0.1'], ['127.0.0.2'])
    const pools = new GuardedPools(systemClock, new AddressRules(['127.0.0.1']), LIMITS, resolve)
    try {
      const pool = pools.get(`http://rebind.test:${String(port)}`)
      const post = async (reset: boolean): Promise<number> => {
        const { statusCode, body } = await pool.request({ method: 'POST', path: '/', body: '{}', reset })
        await body.dump()
        return statusCode
      }
      assert.equal(await post(true), 200)
      await assert.rejects(post(true), { message: REFUSED })
    } finally {
      await pools.destroy()
    }
  })

  test('of several addresses only the allowed ones are tried', async () => {
    assert.equal(await ask(['127.0.0.1'], 'mixed.test', resolver(['10.0.0.1', '127.0.0.1', 'fd00::1'])), 200)
  })

  test('an origin that was not used for long is closed, and works again when asked for', async () => {
    const pools = new GuardedPools(systemClock, new AddressRules(['127.0.0.1']), LIMITS, resolver(['127.0.0.1']))
    try {
      const first = pools.get(`http://a.test:${String(port)}`)
      for (const name of ['b', 'c', 'd', 'e', 'f']) pools.get(`http://${name}.test:${String(port)}`)
      assert.equal(first.closed, true)
      const again = pools.get(`http://a.test:${String(port)}`)
      const { statusCode, body } = await again.request({ method: 'POST', path: '/', body: '{}' })
      await body.dump()
      assert.equal(statusCode, 200)
    } finally {
      await pools.destroy()
    }
  })
})
