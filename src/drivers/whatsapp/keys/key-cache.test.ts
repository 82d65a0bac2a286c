// Truth: what was put is found until room is needed, the bytes held never pass the limit, and sessions do not see each other's keys.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { InstanceId } from '../../../model/ids.ts'
import { isCached, KeyCache } from './key-cache.ts'

const ONE = 1 as InstanceId
const TWO = 2 as InstanceId
const bytes = (text: string) => Buffer.from(text)

describe('the cache of keys', () => {
  test('finds what was put last, for the session that put it', () => {
    const cache = new KeyCache()
    cache.put(ONE, 'session|a', bytes('old'))
    cache.put(ONE, 'session|a', bytes('new'))
    assert.deepEqual(cache.get(ONE, 'session|a'), bytes('new'))
    assert.equal(cache.get(TWO, 'session|a'), undefined)
    cache.drop(ONE, 'session|a')
    assert.equal(cache.get(ONE, 'session|a'), undefined)
    assert.equal(cache.bytes, 0)
  })

  test('forgets a session and nothing else', () => {
    const cache = new KeyCache()
    cache.put(ONE, 'session|a', bytes('one'))
    cache.put(TWO, 'session|a', bytes('two'))
    cache.forget(ONE)
    assert.equal(cache.get(ONE, 'session|a'), undefined)
    assert.deepEqual(cache.get(TWO, 'session|a'), bytes('two'))
  })

  test('keeps what is used and lets go of what is not', () => {
    const cache = new KeyCache(10_000)
    cache.put(ONE, 'session|used', bytes('used'))
    cache.put(ONE, 'session|unused', bytes('unused'))
    for (let index = 0; index < 500; index += 1) {
      cache.put(ONE, `session|${String(index)}`, bytes('another'))
      cache.get(ONE, 'session|used')
    }
    assert.deepEqual(cache.get(ONE, 'session|used'), bytes('used'))
    assert.equal(cache.get(ONE, 'session|unused'), undefined)
  })

  test('holds no more than its limit, and gives what it holds or nothing', () => {
    const limit = 4_000
    const act = fc.record({
      instance: fc.constantFrom(ONE, TWO),
      name: fc.integer({ min: 0, max: 30 }).map((number) => `session|${String(number)}`),
      size: fc.integer({ min: 0, max: 2_500 }),
      what: fc.constantFrom('put', 'put', 'put', 'get', 'drop', 'forget'),
    })
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
        const cache = new KeyCache(limit)
        const model = new Map<string, number>()
        for (const { instance, name, size, what } of acts) {
          const key = `${String(instance)} ${name}`
          if (what === 'put') {
            cache.put(instance, name, Buffer.alloc(size))
            model.set(key, size)
          } else if (what === 'drop') {
            cache.drop(instance, name)
            model.delete(key)
          } else if (what === 'forget') {
            cache.forget(instance)
            for (const each of model.keys()) if (each.startsWith(`${String(instance)} `)) model.delete(each)
          } else {
            const found = cache.get(instance, name)
            if (found !== undefined) assert.equal(found.length, model.get(key))
          }
          assert.ok(cache.bytes >= 0 && cache.bytes <= limit, String(cache.bytes))
        }
        cache.forget(ONE)
        cache.forget(TWO)
        assert.equal(cache.bytes, 0)
      }),
      { numRuns: 200 },
    )
  })

  test('is for what ratchets need again, never for one-time keys or the credentials', () => {
    assert.ok(isCached('session|79001.0'))
    assert.ok(isCached('lid-mapping|79001'))
    assert.ok(!isCached('pre-key|12'))
    assert.ok(!isCached('app-state-sync-key|AAAA'))
    assert.ok(!isCached('creds'))
    assert.ok(!isCached('contact|79001@s.whatsapp.net'))
  })
})
