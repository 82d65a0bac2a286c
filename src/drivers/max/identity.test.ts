// Truth: what a browser says of itself, and what our notes of the protocol say of the greeting.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { silentLog, type Log } from '../../lib/log.ts'
import { systemRandom } from '../../lib/random.ts'
import { ageDays, greetingOf, headersOf, identityOf, makeDeviceId, readDeviceId, SHIPPED, tellAge } from './identity.ts'

const clockAt = (date: string) => ({ now: () => Date.parse(date) })

describe('an identity', () => {
  test('is greeted with in the order of the web client', () => {
    const greeting = greetingOf(identityOf({ appVersion: '26.11.1', chrome: '152', os: 'Linux' }))
    const fields =
      'deviceType pushDeviceType locale deviceLocale osVersion deviceName headerUserAgent isPwa appVersion screen timezone'
    assert.deepEqual(Object.keys(greeting), fields.split(' '))
    assert.equal(greeting['appVersion'], '26.11.1')
    assert.equal(greeting['osVersion'], 'Linux')
    assert.equal(greeting['headerUserAgent'], headersOf(identityOf({ chrome: '152', os: 'Linux' }))['User-Agent'])
    assert.match(String(greeting['headerUserAgent']), /X11; Linux x86_64.* Chrome\/152\.0\.0\.0 /)
  })

  test('comes from the page of the web client', () => {
    assert.equal(headersOf(SHIPPED)['Origin'], 'https://web.max.ru')
  })

  test('is as old as it is said to be, and one that was chosen is not as old as the one that is shipped', () => {
    assert.equal(ageDays(SHIPPED, clockAt('2026-10-05T12:00:00Z')), 10)
    assert.equal(ageDays(SHIPPED, clockAt('2026-01-01')), 0)
    assert.equal(ageDays(identityOf({ appVersion: '27.1.1' }), clockAt('2027-01-01')), null)
    assert.equal(ageDays(identityOf({ appVersion: '27.1.1', asOf: '2026-12-30' }), clockAt('2027-01-01')), 2)
  })

  test('tells its age, and loudly when it is old', () => {
    const said: unknown[] = []
    const log: Log = {
      ...silentLog,
      info: (fields) => said.push(['info', fields]),
      warn: (fields) => said.push(['warn', fields]),
    }
    tellAge(SHIPPED, clockAt('2026-10-05'), log)
    tellAge(SHIPPED, clockAt('2026-12-05'), log)
    tellAge(identityOf({ appVersion: '27.1.1' }), clockAt('2029-12-05'), log)
    const { appVersion, asOf } = SHIPPED
    assert.deepEqual(said, [
      ['info', { appVersion, asOf, days: 10 }],
      ['warn', { appVersion, asOf, days: 71 }],
      ['info', { appVersion: '27.1.1' }],
    ])
  })
})

describe('a device id', () => {
  test('is a new UUID each time, and is read again', () => {
    const [one, other] = [makeDeviceId(systemRandom), makeDeviceId(systemRandom)]
    assert.notEqual(one, other)
    assert.equal(readDeviceId(Buffer.from(one)), one)
    assert.equal(
      makeDeviceId({ ...systemRandom, bytes: (count) => Buffer.alloc(count, 0xff) }),
      'ffffffff-ffff-4fff-bfff-ffffffffffff',
    )
  })

  test('is none where nothing was kept, or something else', () => {
    assert.equal(readDeviceId(null), null)
    assert.equal(readDeviceId(Buffer.from('ffffffff-ffff-1fff-bfff-ffffffffffff')), null)
  })
})
