// Truth: DECISIONS E: a person has ten streams of events on a node, however he asks for them.
import assert from 'node:assert/strict'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { test } from 'node:test'
import { SkippingClock } from '../../lib/skipping-clock.ts'
import { isFault, UNAUTHORIZED } from '../../model/fault.ts'
import { Download } from '../api/route.ts'
import type { MemberCaller } from './console-api.ts'
import { eventRows } from './event-rows.ts'

const caller = { person: { id: 'ann' }, account: { id: 'acme' } } as MemberCaller

test('those that are asked for at once are no more than those that are asked for one after the other', async () => {
  const stopping = new AbortController()
  const door = { admit: () => UNAUTHORIZED, roleIn: () => UNAUTHORIZED, roles: () => [] } as never
  const deps = { door, instances: { ofAccount: () => [] }, clock: new SkippingClock(), stopping: stopping.signal }
  const [row] = eventRows(deps)
  const call = row?.prepare({ path: {}, query: '', body: undefined }) ?? assert.fail('no row')
  if (isFault(call)) return assert.fail(call.message)
  const asked = { language: '', raw: new IncomingMessage(new Socket()) }
  const ask = (): unknown => call.handle(caller, asked, () => undefined)
  const streams = Array.from({ length: 14 }, ask).map((answer) => {
    assert.ok(answer instanceof Download)
    return answer.chunks[Symbol.asyncIterator]()
  })
  const first = await Promise.all(streams.map((stream) => stream.next()))
  assert.equal(first.filter(({ done }) => done !== true).length, 10)
  const more = ask()
  assert.ok(!(more instanceof Download), 'and one more is refused')
  stopping.abort()
  await Promise.all(streams.map((stream) => stream.next()))
})
