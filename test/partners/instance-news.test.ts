// Truth: docs/partners.md, lifecycle webhooks: what an event says of its instance.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instanceNews } from '../../src/partners/instance-news.ts'
import type { Write } from '../../src/storage/store.ts'
import { ACCOUNT, FIRST, instance } from '../storage/samples.ts'

const STORED: readonly Write[] = [{ kind: 'month.close', month: 1 }]

test('news name the instance and the phone, and nothing secret', () => {
  const told: unknown[] = []
  const news = instanceNews({
    news: (...said: unknown[]) => {
      told.push(said)
      return STORED
    },
  })
  const linked = { wid: '79001234567@c.us', pushName: '', phone: '79001234567', deviceId: '' }
  const row = instance(FIRST, { account: ACCOUNT, name: 'shop', linked })
  assert.equal(news('instance.linked', row, 7), STORED)
  news('instance.created', { ...row, linked: null }, 8)
  const about = { idInstance: FIRST, name: 'shop', typeInstance: 'whatsapp' }
  assert.deepEqual(told, [
    [ACCOUNT, 'instance.linked', { ...about, wid: '79001234567@c.us' }, 7],
    [ACCOUNT, 'instance.created', about, 8],
  ])
})
