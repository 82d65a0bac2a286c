import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ChatId } from '../../model/ids.ts'
import type { Bench } from './bench.ts'

/** Chat ids from outside. */
export function chatIds(bench: Bench): void {
  test('a number is a chat id, stays as it was written and names a person', () => {
    const raw = bench.rig.chatOf(bench.rig.phones.peer)
    assert.equal(bench.rig.driver.parseChatId(raw), raw as ChatId)
    assert.equal(bench.rig.driver.kindOf(raw as ChatId), 'person')
  })

  test('no text whatever makes it throw; what it gives it would give again, and says what it names', () => {
    const pieces = fc.constantFrom('79001234567', '10000000', '@c.us', '@g.us', '@lid', '-', '@', '0', ' ', '\n', '{}')
    const texts = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 6 }).map((list) => list.join('')),
    )
    const { driver } = bench.rig
    fc.assert(
      fc.property(texts, (raw) => {
        const parsed = driver.parseChatId(raw)
        if (parsed === null) return
        assert.equal(driver.parseChatId(parsed), parsed)
        assert.ok(['person', 'group', 'statuses'].includes(driver.kindOf(parsed)))
      }),
    )
    assert.equal(driver.parseChatId(''), null)
    assert.equal(driver.parseChatId('no id at all'), null)
  })
}
