import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_SETTINGS } from '../model/settings.ts'
import { SharedSettings } from './shared-settings.ts'

test('instances that are set alike share their settings, others do not', () => {
  const shared = new SharedSettings()
  assert.deepEqual(shared.of({}), DEFAULT_SETTINGS)

  const first = shared.of({ autoTyping: 3, stateWebhook: 'yes', linkPreview: 'yes' })
  assert.deepEqual(first, { ...DEFAULT_SETTINGS, autoTyping: 3, stateWebhook: 'yes' })
  assert.equal(shared.of({ stateWebhook: 'yes', autoTyping: 3 }), first)
  assert.equal(shared.of({ ...first }), first)

  assert.deepEqual(shared.of({ autoTyping: 3 }), { ...DEFAULT_SETTINGS, autoTyping: 3 })
  assert.deepEqual(shared.of({ autoTyping: 4 }), { ...DEFAULT_SETTINGS, autoTyping: 4 })
  assert.deepEqual(shared.of({ autoTyping: 0 }), DEFAULT_SETTINGS)
  assert.deepEqual(shared.of({ keepOnlineStatus: 'yes' }), { ...DEFAULT_SETTINGS, keepOnlineStatus: 'yes' })
})
