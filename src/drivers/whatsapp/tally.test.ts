// Truth: what is counted by what; a label has the values of a small closed set, whatever the network says.
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import type { EngineSocket } from './engine/engine.ts'
import { Tally } from './tally.ts'

function seen(tally: Tally, waiting = 0): Record<string, Record<string, number>> {
  const all = [...tally.measures(waiting)]
  assert.equal(new Set(all.map(({ name }) => name)).size, all.length)
  return Object.fromEntries(
    all.map(({ name, values }) => [name.replace('jadegate_whatsapp_', ''), Object.fromEntries(values)]),
  )
}

test('sessions are counted where they are, and nowhere when they are closed', () => {
  const tally = new Tally()
  tally.standings.turned(null, 'linking')
  tally.standings.turned('linking', 'opening')
  tally.standings.turned('opening', 'open')
  tally.standings.turned(null, 'opening')
  tally.standings.turned('opening', null)
  assert.deepEqual(seen(tally, 7)['sessions'], { open: 1, opening: 0, linking: 0 })
  assert.deepEqual(seen(tally, 7)['logins_waiting'], { '': 7 })
})

test('ends are counted by the codes that mean something, refusals by those that are known', () => {
  const tally = new Tally()
  const ws = new EventEmitter()
  tally.follow({ ws } as unknown as EngineSocket)
  for (const code of [515, 440, 440, 0, 79001234567]) tally.closed(code, false)
  tally.closed(0, true)
  for (const error of ['463', '463', 'what 79001234567 said', undefined])
    ws.emit('CB:ack,class:message', { tag: 'ack', attrs: error === undefined ? {} : { error } })
  for (const type of ['retry', 'read']) ws.emit('CB:receipt', { tag: 'receipt', attrs: { type } })
  tally.count('budget', 'first')
  tally.count('restarted', 'stuck')
  const now = seen(tally)
  assert.deepEqual(now['connections_closed_total'], { '515': 1, '440': 2, none: 1, other: 1, self: 1 })
  assert.deepEqual(now['refused_total'], { '463': 2, other: 1 })
  assert.deepEqual(now['retry_receipts_total'], { '': 1 })
  assert.deepEqual(now['budget_refusals_total'], { first: 1 })
  assert.deepEqual(now['watchdog_restarts_total'], { stuck: 1 })
  assert.deepEqual(now['unreadable_total'], { '': 0 })
})
