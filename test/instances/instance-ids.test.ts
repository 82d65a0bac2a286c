// Truth: docs/operators/scaling.md, "Cells": which `idInstance` a database gives out, and that no two cells give the same.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { InstanceIds } from '../../src/instances/instance-ids.ts'
import { OperatorTrouble } from '../../src/lib/operator-trouble.ts'
import { idRangeOfCell, MESSENGERS, type Messenger } from '../../src/model/messenger.ts'
import type { Store } from '../../src/storage/store.ts'
import { openTestStore } from '../support/test-database.ts'

async function storeOf(t: TestContext): Promise<Store> {
  const folder = mkdtempSync(join(tmpdir(), 'jadegate-ids-'))
  const store = await openTestStore({ file: join(folder, 'jadegate.db'), sealingKey: Buffer.alloc(32, 7) })
  t.after(async () => {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return store
}

/** As the batch of a new instance takes its id. */
async function take(store: Store, ids: InstanceIds, messenger: Messenger): Promise<number | undefined> {
  for (;;) {
    const value = ids.next(messenger)
    if (value === undefined) return undefined
    if ((await store.commit({ guards: [{ kind: 'sequence', messenger, value }], writes: [] })).ok) return value
    await ids.refused(messenger)
  }
}

describe('ids of instances', () => {
  test('cells divide what a messenger has, but for what lies before the first', () => {
    for (const messenger of MESSENGERS) {
      for (let cell = 11; cell <= 99; cell += 1) {
        assert.equal(idRangeOfCell(messenger, cell - 1).last + 1, idRangeOfCell(messenger, cell).first)
      }
    }
    assert.deepEqual(idRangeOfCell('whatsapp', 10), { first: 1_101_000_000, last: 1_109_999_999 })
    assert.deepEqual(idRangeOfCell('v3', 12), { first: 3_120_000_000, last: 3_129_999_999 })
    assert.deepEqual(idRangeOfCell('telegram', 99), { first: 4_990_000_000, last: 4_999_999_999 })
  })

  test('a cell begins at its own place and goes on there', async (t) => {
    const store = await storeOf(t)
    const ids = await InstanceIds.open(store, 12, [])
    assert.equal(await take(store, ids, 'whatsapp'), 1_120_000_000)
    assert.equal(await take(store, ids, 'telegram'), 4_120_000_000)
    const again = await InstanceIds.open(store, 12, [1_120_000_000])
    assert.equal(await take(store, again, 'whatsapp'), 1_120_000_001)
    assert.equal(await take(store, ids, 'whatsapp'), 1_120_000_002, 'beside another node')
  })

  test('a node that was not told of the cell gives its ids all the same', async (t) => {
    const store = await storeOf(t)
    const untold = await InstanceIds.open(store, undefined, [])
    await InstanceIds.open(store, 12, [])
    assert.equal(await take(store, untold, 'whatsapp'), 1_120_000_000)
  })

  test('a database that has given out others refuses the cell', async (t) => {
    const store = await storeOf(t)
    await take(store, await InstanceIds.open(store, 12, []), 'whatsapp')
    for (const cell of [10, 13, 99]) await assert.rejects(InstanceIds.open(store, cell, []), OperatorTrouble)
    await assert.rejects(InstanceIds.open(store, 12, [1_101_000_000]), OperatorTrouble)
    assert.equal(await take(store, await InstanceIds.open(store, 12, []), 'v3'), 3_120_000_000, 'nothing was moved')
  })

  test('one that began without a cell is the first, and no other', async (t) => {
    const store = await storeOf(t)
    assert.equal(await take(store, await InstanceIds.open(store, undefined, []), 'whatsapp'), 1_101_000_000)
    await assert.rejects(InstanceIds.open(store, 11, [1_101_000_000]), OperatorTrouble)
    const ids = await InstanceIds.open(store, 10, [1_101_000_000])
    assert.equal(await take(store, ids, 'whatsapp'), 1_101_000_001)
  })

  test('two that begin as different cells at one time give nothing that is both', async (t) => {
    const store = await storeOf(t)
    const opened = await Promise.allSettled([InstanceIds.open(store, 12, []), InstanceIds.open(store, 13, [])])
    for (const [at, each] of opened.entries()) {
      if (each.status === 'rejected') continue
      const id = await take(store, each.value, 'whatsapp')
      assert.ok(id === undefined || Math.floor(id / 10_000_000) === 112 + at, String(id))
    }
  })

  test('many that are refused at one time do not get the same one again', async (t) => {
    const store = await storeOf(t)
    const ids = await InstanceIds.open(store, undefined, [])
    await take(store, await InstanceIds.open(store, undefined, []), 'whatsapp')
    const anew = async () => {
      await ids.refused('whatsapp')
      return ids.next('whatsapp')
    }
    const given = await Promise.all(Array.from({ length: 20 }, anew))
    assert.equal(new Set(given).size, 20)
    assert.equal(given[0], 1_101_000_001)
  })

  test('a cell that is used up gives no more', async (t) => {
    const store = await storeOf(t)
    const ids = await InstanceIds.open(store, 12, [])
    const value = idRangeOfCell('whatsapp', 12).last - 1
    await store.commit({ guards: [{ kind: 'sequence', messenger: 'whatsapp', value }], writes: [] })
    assert.equal(await take(store, ids, 'whatsapp'), 1_129_999_999)
    assert.equal(await take(store, ids, 'whatsapp'), undefined)
    assert.equal(await take(store, ids, 'v3'), 3_120_000_000)
  })
})
