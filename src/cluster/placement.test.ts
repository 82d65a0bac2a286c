// Truth: together the nodes take all that is free and nothing twice, and end up even, with no more moves than that takes.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { claimCount, giftsOf, heirsOf } from './placement.ts'

const loadsOf = (counts: readonly number[]) => new Map(counts.map((count, n) => [`n${String(n)}`, count]))
const counts = fc.array(fc.nat({ max: 40_000 }), { minLength: 1, maxLength: 12 })
const sum = (numbers: Iterable<number>) => [...numbers].reduce((all, one) => all + one, 0)

describe('placement', () => {
  test('those who claim by the same figures take everything, and nobody more than his share', () => {
    fc.assert(
      fc.property(counts, fc.nat({ max: 50_000 }), (loads, free) => {
        const total = sum(loads) + free
        const takers = loads.length
        const wanted = loads.map((mine) => claimCount({ mine, total, free, takers, rounds: 1 }))
        assert.ok(sum(wanted) >= free)
        for (const [n, want] of wanted.entries()) {
          assert.ok(want <= free && (want === 0 || want + (loads[n] ?? 0) <= Math.ceil(total / takers)))
        }
      }),
    )
  })

  test('what others do not take is taken all the same, a few beats later', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 50_000 }), (loads, free) => {
        const total = sum(loads) + free
        const [mine = 0] = loads
        assert.equal(claimCount({ mine, total, free, takers: loads.length, rounds: 4 }), free)
        assert.ok(claimCount({ mine, total, free, takers: loads.length, rounds: 3 }) >= free / loads.length)
      }),
    )
  })

  test('one that comes to many gets its share, however little each of them has too much', () => {
    for (const nodes of [3, 10, 20, 60]) {
      const loads = loadsOf([...Array.from({ length: nodes }, () => 6000), 0])
      const given = [...loads.keys()]
        .flatMap((node) => giftsOf(node, loads))
        .filter(({ to }) => to === `n${String(nodes)}`)
      const share = (6000 * nodes) / (nodes + 1)
      assert.ok(sum(given.map(({ count }) => count)) >= share * 0.95)
    }
  })

  test('giving at one time evens everything out in a few rounds, and moves hardly more than is out of place', () => {
    fc.assert(
      fc.property(counts, (given) => {
        let loads = loadsOf(given)
        const share = Math.ceil(sum(given) / given.length)
        const outOfPlace = sum(given.map((count) => Math.max(0, count - share)))
        let moved = 0
        let rounds = 0
        for (; ; rounds++) {
          const gifts = [...loads.keys()].map((node) => [node, giftsOf(node, loads)] as const)
          if (gifts.every(([, of]) => of.length === 0)) break
          assert.ok(rounds < 20, 'it comes to an end')
          const next = new Map(loads)
          for (const [from, of] of gifts) {
            for (const { to, count } of of) {
              assert.ok(count > 0 && to !== from)
              next.set(from, (next.get(from) ?? 0) - count)
              next.set(to, (next.get(to) ?? 0) + count)
              moved += count
            }
          }
          assert.equal(sum(next.values()), sum(loads.values()))
          assert.ok(Math.min(...next.values()) >= 0)
          loads = next
        }
        assert.ok(moved <= outOfPlace + given.length ** 2, `${String(moved)} moved of ${String(outOfPlace)}`)
        assert.ok(Math.max(...loads.values()) <= share + Math.floor(share * 0.05))
      }),
    )
  })

  test('a node that leaves finds an heir for everything, and evens the others out with it', () => {
    fc.assert(
      fc.property(counts, fc.nat({ max: 40_000 }), (others, mine) => {
        const loads = new Map([...loadsOf(others), ['me', mine]])
        const gifts = heirsOf('me', loads)
        assert.equal(sum(gifts.map(({ count }) => count)), mine)
        for (const { to, count } of gifts) {
          const share = Math.ceil((sum(others) + mine) / others.length)
          assert.ok(to !== 'me' && (loads.get(to) ?? 0) + count <= share)
        }
      }),
    )
    assert.deepEqual(heirsOf('me', new Map([['me', 7]])), [])
  })
})
