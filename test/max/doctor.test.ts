// Truth: docs/max.md: what `jadegate doctor max` says to somebody who has nothing but the command line, and with which code it ends.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startFakeMax, type FakeMax } from '../fakes/max/server.ts'
import { runCommand } from '../support/command.ts'

let fake: FakeMax
before(async () => {
  fake = await startFakeMax()
})
after(() => fake.close())

function doctor(env: Readonly<Record<string, string>> = {}) {
  return runCommand(['doctor', 'max'], { env: { JADEGATE_MAX_URL: fake.url, ...env } })
}

describe('doctor max', () => {
  test('a line for each thing that was looked at; nobody is logged in', async () => {
    const { code, out } = await doctor()
    assert.equal(code, 0)
    assert.match(out, /ok {4}version: MAX lets 26\.9\.8 in\n/)
    assert.match(out, /A phone can be linked; docs\/max\.md says how\.$/)
    assert.deepEqual(fake.recording.asked(19), [])
  })

  test('when the version gate has moved it fails, and another version is tried by its setting alone', async () => {
    fake.settings.minimumVersion = '27.1.0'
    const { code, out } = await doctor()
    assert.equal(code, 1)
    assert.match(out, /FAIL {2}version: .*26\.9\.8.*docs\/max\.md/)
    assert.equal((await doctor({ JADEGATE_MAX_APP_VERSION: '27.1.3' })).code, 0)
  })
})
