// Truth: what a link takes along to another server: all that makes the device, no caches, and of what was sent no more than 8 MB.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { movesWithLink } from './moving.ts'

const note = (name: string, until: number | null, bytes = 1) => ({ name, value: new Uint8Array(bytes), until })
const moving = (...kept: ReturnType<typeof note>[]) =>
  movesWithLink(kept)
    .map(({ name }) => name)
    .toSorted()

test('caches stay, everything else goes', () => {
  const stays = [note('check|79001', 1), note('unread|a', 2), note('undecrypted|a|b', 3), note('unread|b', null)]
  const goes = [note('creds', null), note('poll|x', 9), note('sent|x', 9), note('session|check|', null)]
  assert.deepEqual(moving(...stays, ...goes), ['creds', 'poll|x', 'sent|x', 'session|check|'])
})

test('of what was sent the oldest beyond 8 MB stay', () => {
  const large = 3 * 1024 * 1024
  const kept = [note('sent|2', 2, large), note('sent|1', 1, 1), note('sent|4', 4, large), note('sent|3', 3, large)]
  assert.deepEqual(moving(...kept, note('creds', null, 3 * large)), ['creds', 'sent|3', 'sent|4'])
})
