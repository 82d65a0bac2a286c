// Truth: 503 is for what may go better a moment later; what would fail again is 500.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LostOwnership } from '../instances/record.ts'
import type { InstanceId } from '../model/ids.ts'
import { StorageFailed } from '../storage/storage-failed.ts'
import { isForNow } from './for-now.ts'

test('a database that is away, and an instance that is elsewhere, are so for now', () => {
  assert.ok(isForNow(new StorageFailed('away')))
  assert.ok(isForNow(new LostOwnership(1_101_000_000 as InstanceId)))
})

test('what the database will never take, and a fault of our own, are not', () => {
  assert.ok(!isForNow(new StorageFailed('a value does not fit', true)))
  assert.ok(!isForNow(new TypeError('ours')))
})
