// Truth: the contract's other ways to link: a code sent to the phone, the account's password, a passkey, and the states in between.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { at, eventually, listIn, newPhone, objectIn, stateOf, takeAll, wordOf } from '../support/road.ts'
import { startServer, type Made, type TestServer } from '../support/server.ts'

let server: TestServer
before(async () => {
  server = await startServer()
})
after(() => server.close())

const SUCCESS = { status: true, data: { status: 'success', reason: '' } }
const failed = (reason: string) => ({ status: false, data: { status: 'fail', reason } })
const post = async (made: Made, method: string, body: object) => objectIn(await server.on(made, 'POST', method, body))
const until = (made: Made, state: string) => eventually(async () => (await stateOf(server, made)) === state, state)

async function accountOf(messenger: string, more: object = {}): Promise<string> {
  const phoneNumber = newPhone()
  objectIn(await server.simulator('phones', { phoneNumber, messenger, ...more }))
  return phoneNumber
}

function codeOn(phone: string, messenger: string): Promise<string> {
  return eventually(async () => {
    const [seen] = listIn(await server.call('GET', `/simulator/phones?phone=${phone}&messenger=${messenger}`))
    const code = at(seen, 'login.code.code')
    return typeof code === 'string' && code
  }, 'the code')
}

describe('by a code that is sent to the phone', () => {
  for (const typeInstance of ['telegram', 'v3']) {
    test(`${typeInstance}: pendingCode, a wrong code, the right one`, async () => {
      const made = await server.make({ typeInstance, stateWebhook: 'yes' })
      const phone = await accountOf(typeInstance)
      assert.deepEqual(await post(made, 'sendAuthorizationCode', { code: '1' }), failed('authorization_not_started'))
      assert.deepEqual(await post(made, 'startAuthorization', { phoneNumber: Number(phone) }), SUCCESS)
      await until(made, 'pendingCode')
      const code = await codeOn(phone, typeInstance)
      const wrong = code === '11111' ? '22222' : '11111'
      assert.deepEqual(await post(made, 'sendAuthorizationCode', { code: wrong }), failed('verify_code_wrong'))
      assert.deepEqual(await post(made, 'sendAuthorizationCode', { code }), SUCCESS)
      await until(made, 'authorized')
      assert.equal(objectIn(await server.on(made, 'GET', 'getAccountSettings'))['phone'], phone)
      assert.deepEqual(await post(made, 'startAuthorization', { phoneNumber: phone }), failed('already_registered'))
      assert.ok((await takeAll(server, made)).map(wordOf).includes('pendingCode'))
    })
  }

  test('telegram: then the password, by its own method or beside the code', async () => {
    for (const beside of [false, true]) {
      const made = await server.make({ typeInstance: 'telegram' })
      const phoneNumber = await accountOf('telegram', { password: 'sesame' })
      await post(made, 'startAuthorization', { phoneNumber })
      const code = await codeOn(phoneNumber, 'telegram')
      if (beside) assert.deepEqual(await post(made, 'sendAuthorizationCode', { code, password: 'sesame' }), SUCCESS)
      else {
        assert.deepEqual(
          await post(made, 'sendAuthorizationPassword', { password: 'x' }),
          failed('authorization_not_started'),
        )
        assert.deepEqual(await post(made, 'sendAuthorizationCode', { code }), SUCCESS)
        await until(made, 'pendingPassword')
        assert.deepEqual(
          await post(made, 'sendAuthorizationPassword', { password: 'open' }),
          failed('invalid_password'),
        )
        assert.equal(await stateOf(server, made), 'pendingPassword')
        assert.deepEqual(await post(made, 'sendAuthorizationPassword', { password: 'sesame' }), SUCCESS)
      }
      await until(made, 'authorized')
    }
  })

  test('WhatsApp’s network sends none: it says so, and getAuthorizationCode does it', async () => {
    const made = await server.make()
    assert.equal((await post(made, 'startAuthorization', { phoneNumber: Number(newPhone()) }))['status'], false)
    assert.equal(await stateOf(server, made), 'notAuthorized')
    assert.equal((await post(made, 'getAuthorizationCode', { phoneNumber: Number(newPhone()) }))['status'], true)
  })
})

describe('by QR', () => {
  const qr = async (made: Made) => objectIn(await server.on(made, 'GET', 'qr'))
  const scan = async (made: Made, phoneNumber: string) =>
    objectIn(await server.simulator('link', { qr: (await qr(made))['message'], phoneNumber }))

  test('an account with a password: qr says so, the page of the vendor gives it with an empty code', async () => {
    const made = await server.make({ typeInstance: 'telegram' })
    const phone = await accountOf('telegram', { password: 'sesame' })
    assert.equal((await scan(made, phone))['asked'], 'password')
    await until(made, 'pendingPassword')
    assert.equal((await qr(made))['type'], 'pending_password')
    assert.deepEqual(await post(made, 'sendAuthorizationCode', { code: '', password: 'sesame' }), SUCCESS)
    await until(made, 'authorized')
  })

  test('an account that wants a passkey: qr says so until the phone confirms', async () => {
    const made = await server.make()
    const phoneNumber = await accountOf('whatsapp', { wantsPasskey: true })
    assert.equal((await scan(made, phoneNumber))['asked'], 'passkey')
    await eventually(async () => (await qr(made))['type'] === 'passkeyRequired', 'the passkey is asked for')
    objectIn(await server.simulator('link', { confirmPasskey: true, phoneNumber }))
    await until(made, 'authorized')
    assert.equal((await qr(made))['type'], 'alreadyLogged')
  })
})

test('states that pass are in no history', async () => {
  const made = await server.make({ typeInstance: 'telegram' })
  const phoneNumber = await accountOf('telegram')
  await post(made, 'startAuthorization', { phoneNumber })
  await until(made, 'pendingCode')
  await post(made, 'sendAuthorizationCode', { code: await codeOn(phoneNumber, 'telegram') })
  await until(made, 'authorized')
  const states = listIn(await server.on(made, 'GET', 'getStateInstanceHistory')).map(
    ({ stateInstance }) => stateInstance,
  )
  assert.deepEqual(states, ['authorized'])
})
