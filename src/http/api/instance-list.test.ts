// Truth: the promise of a list that is read on: each instance once, in the order of creation, and no more of them looked at than the page needs.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Instance } from '../../instances/instance.ts'
import { isFault } from '../../model/fault.ts'
import { TARIFFS } from '../../billing/tariffs.ts'
import { instancePage, type InstanceFilters } from './instance-list.ts'

const options = { now: 0, withSecrets: false }

/** As much of an instance as its view asks for. */
function instance(id: number, createdAt: number): Instance {
  const fields = {
    id,
    createdAt,
    name: '',
    messenger: 'whatsapp',
    state: 'notAuthorized',
    linked: null,
    deletedAt: null,
  }
  return { ...fields, tariff: TARIFFS.PARTNER } as unknown as Instance
}

function pageOf(all: readonly Instance[], asked: InstanceFilters): { ids: readonly number[]; next: string | null } {
  const page = instancePage(all, asked, options) as { items: readonly { idInstance: number }[]; next: string | null }
  if (isFault(page)) assert.fail(page.message)
  return { ids: page.items.map(({ idInstance }) => idInstance), next: page.next }
}

describe('a list of instances', () => {
  test('shows each once and in its order, whatever is erased between two pages', () => {
    const made = fc.uniqueArray(fc.record({ id: fc.nat(1000), createdAt: fc.nat(20) }), { selector: ({ id }) => id })
    fc.assert(
      fc.property(made, fc.integer({ min: 1, max: 5 }), fc.infiniteStream(fc.boolean()), (rows, limit, erasures) => {
        let all = rows
          .toSorted((left, right) => left.createdAt - right.createdAt || left.id - right.id)
          .map(({ id, createdAt }) => instance(id, createdAt))
        const order = all.map(({ id }) => Number(id))
        const seen: number[] = []
        let cursor: string | null | undefined
        while (cursor !== null) {
          const { ids, next } = pageOf(all, { limit, ...(cursor !== undefined && { cursor }) })
          seen.push(...ids)
          all = all.filter(() => erasures.next().value !== true)
          cursor = next
        }
        const left = all.map(({ id }) => Number(id))
        assert.deepEqual(
          seen,
          order.filter((id) => seen.includes(id)),
        )
        assert.deepEqual(
          left.filter((id) => !seen.includes(id)),
          [],
        )
      }),
      { numRuns: 200 },
    )
  })

  test('looks at no more of them than a page needs, wherever it begins', () => {
    const all = Array.from({ length: 100_000 }, (_, at) => instance(at, Math.floor(at / 7)))
    let looks = 0
    const watched = new Proxy(all, {
      get(target, key) {
        if (typeof key === 'string' && /^\d+$/.test(key)) looks += 1
        return Reflect.get(target, key) as unknown
      },
    })
    let { next } = pageOf(all, { limit: 1000 })
    for (let page = 1; page < 60; page++) next = pageOf(all, { limit: 1000, cursor: next ?? '' }).next
    const { ids } = pageOf(watched, { limit: 10, cursor: next ?? '' })
    assert.deepEqual(
      ids,
      Array.from({ length: 10 }, (_, at) => 60_000 + at),
    )
    assert.ok(looks <= 17 + 7 + 11, String(looks))
  })
})
