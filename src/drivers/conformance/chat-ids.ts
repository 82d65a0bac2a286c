import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ChatId } from '../../model/ids.ts'
import type { Bench } from './bench.ts'

/** Chat ids from outside. */
export function chatIds(bench: Bench): void {
  test('a number is a chat id and stays as it was written', () => {
    const raw = bench.rig.chatOf(bench.rig.phones.peer)
    assert.equal(bench.rig.driver.parseChatId(raw), raw as ChatId)
  })

  test('no text whatever makes it throw', () => {
    const pieces = fc.constantFrom('79001234567', '@c.us', '@g.us', '@lid', '-', '@', '0', ' ', '\n', '{}')
    const texts = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 6 }).map((list) => list.join('')),
    )
    fc.assert(
      fc.property(texts, (raw) => {
        const parsed = bench.rig.driver.parseChatId(raw)
        assert.ok(parsed === null || parsed === raw)
      }),
    )
    assert.equal(bench.rig.driver.parseChatId(''), null)
    assert.equal(bench.rig.driver.parseChatId('no id at all'), null)
  })
}
