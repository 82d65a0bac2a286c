// Truth: a map without a limit, and the promise that what is used stays while the size is bounded.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Recent } from './recent.ts'

describe('Recent', () => {
  test('never holds more than the limit, never a wrong value, and reports each one that goes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(30)), { maxLength: 200 }), (steps) => {
        const gone: number[] = []
        const recent = new Recent<number, number>(8, (value) => gone.push(value))
        let made = 0
        const given = new Map<number, number>()
        for (const [add, key] of steps) {
          const found = recent.get(key)
          if (found !== undefined) assert.equal(found, given.get(key))
          else if (add) {
            made += 1
            given.set(key, made)
            recent.set(key, made)
          }
        }
        const kept = recent.takeAll()
        assert.ok(kept.length <= 8)
        assert.deepEqual([...kept, ...gone].sort(byNumber), upTo(made))
      }),
    )
  })

  test('what is asked for stays, whatever else comes', () => {
    const recent = new Recent<string, number>(8)
    recent.set('used', 1)
    for (let index = 0; index < 100; index += 1) {
      recent.set(String(index), index)
      assert.equal(recent.get('used'), 1)
    }
    assert.equal(recent.get('0'), undefined)
  })
})

const byNumber = (a: number, b: number): number => a - b

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1)
}
