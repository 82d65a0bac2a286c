// Truth: contract messaging §9 and partner-account on pictures: what is set is shown to others, what is no picture is refused and leaves nothing.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import { formOf, JPEG, type FormPart } from '../support/files.ts'
import { eventually, linked, newPhone, objectIn } from '../support/road.ts'
import { startServer, type Answer, type Made, type TestServer } from '../support/server.ts'

const clock = new SkippingClock()
let server: TestServer
let made: Made
let phone: string
before(async () => {
  server = await startServer({ JADEGATE_DELAY_MIN_MS: '0' }, { clock })
  ;({ made, phone } = await linked(server, { delaySendMessagesMilliseconds: 0 }))
})
after(() => server.close())
// A picture may be set once in ten seconds.
beforeEach(() => clock.skip(11_000))

const picture: FormPart = { name: 'file', value: JPEG, fileName: 'a.jpg', type: 'image/jpeg' }

function set(method: string, parts: readonly FormPart[], on = made): Promise<Answer> {
  const { body, type } = formOf(parts)
  return server.on(on, 'POST', method, body, { 'content-type': type })
}

/** Files of the instance and drafts. */
function stored(): readonly string[] {
  const folder = join(server.dataDir, 'media')
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
}

async function bytesAt(url: unknown): Promise<Buffer> {
  return Buffer.from(await (await fetch(String(url))).arrayBuffer())
}

describe('setProfilePicture', () => {
  test('others see it', async () => {
    const answer = objectIn(await set('setProfilePicture', [picture]))
    assert.deepEqual([answer['reason'], answer['setProfilePicture']], [null, true])
    assert.deepEqual(await bytesAt(answer['urlAvatar']), JPEG)
    const other = await linked(server, {})
    const chatId = `${phone}@c.us`
    const { urlAvatar } = objectIn(await server.on(other.made, 'POST', 'getAvatar', { chatId }))
    assert.deepEqual(await bytesAt(urlAvatar), JPEG)
  })

  test('a second one within ten seconds is told so with 200, and keeps nothing', async () => {
    objectIn(await set('setProfilePicture', [picture]))
    const before = stored()
    const other = { ...picture, value: Buffer.concat([JPEG, Buffer.from('other')]) }
    assert.deepEqual((await set('setProfilePicture', [other])).json, {
      reason: 'rate-overlimit',
      urlAvatar: null,
      setProfilePicture: false,
    })
    await eventually(() => stored().length === before.length, 'nothing is left')
    clock.skip(11_000)
    assert.equal(objectIn(await set('setProfilePicture', [other]))['setProfilePicture'], true)
  })

  for (const [what, parts, message] of [
    ['no file', [], 'File is empty'],
    ['an empty file', [{ ...picture, value: '' }], 'File is empty'],
    ['a PNG', [{ ...picture, fileName: 'a.png', type: 'image/png' }], 'Unsupported media type'],
  ] as const) {
    test(`${what} is refused, uses up no turn and leaves nothing`, async () => {
      const before = stored()
      assert.equal(objectIn(await set('setProfilePicture', parts), 400)['message'], message)
      await eventually(() => stored().length === before.length, 'nothing is left')
      assert.equal(objectIn(await set('setProfilePicture', [picture]))['setProfilePicture'], true)
    })
  }

  test('an instance that nobody is linked to has none', async () => {
    const fresh = await server.make()
    const answer = await set('setProfilePicture', [picture], fresh)
    assert.equal(objectIn(answer, 400)['message'], 'instance is starting or not authorized')
  })
})

describe('setGroupPicture', () => {
  async function newGroup(): Promise<string> {
    const body = { groupName: 'Friends', chatIds: [`${newPhone()}@c.us`] }
    return String(objectIn(await server.on(made, 'POST', 'createGroup', body))['chatId'])
  }

  test('a group of ours gets it, by either name of its field', async () => {
    for (const name of ['groupId', 'chatId']) {
      const group = await newGroup()
      const answer = objectIn(await set('setGroupPicture', [picture, { name, value: group }]))
      assert.deepEqual([answer['setGroupPicture'], answer['reason']], [true, ''])
      assert.deepEqual(await bytesAt(answer['urlAvatar']), JPEG)
      const { urlAvatar } = objectIn(await server.on(made, 'POST', 'getAvatar', { chatId: group }))
      assert.deepEqual(await bytesAt(urlAvatar), JPEG)
    }
  })

  test('a group that we are not in is a no with its reason', async () => {
    const answer = objectIn(
      await set('setGroupPicture', [picture, { name: 'groupId', value: '120363000000000001@g.us' }]),
    )
    assert.deepEqual([answer['setGroupPicture'], answer['urlAvatar']], [false, null])
    assert.notEqual(answer['reason'], '')
  })

  test('no group, a person, and no picture are refused', async () => {
    const group = { name: 'groupId', value: '120363000000000001@g.us' }
    for (const [parts, message] of [
      [[picture], /'groupId' is required/],
      [[picture, { ...group, value: '79001234567@c.us' }], /'groupId' must be one of the next formats/],
      [[group], /^File is empty$/],
      [[group, { ...picture, fileName: 'a.gif', type: 'image/gif' }], /^Unsupported media type$/],
    ] as const) {
      assert.match(String(objectIn(await set('setGroupPicture', parts), 400)['message']), message)
    }
  })
})
