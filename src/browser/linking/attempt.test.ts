// Truth: what a person is to see who links a phone, step by step, for what the contract's methods and the socket answer.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { words as en } from './en.ts'
import { LinkAttempt, type LinkAnswer } from './attempt.ts'
import { hintOf, stepsOf, type End, type LinkMessenger } from './view.ts'

const QR = { type: 'qrCode', message: 'cGljdHVyZQ==' }
const TAKEN = { status: true, data: { status: 'success', reason: '' } }

interface Habits {
  readonly messenger?: LinkMessenger
  readonly looks?: boolean
  /** The frames of the socket, which is closed after them; none: there is no socket. */
  readonly frames?: readonly object[]
  readonly phone?: string
}

/** An attempt with what its instance answers to each method; `undefined`: nothing, and null as well. */
function scene({ messenger = 'whatsapp', looks = false, frames, phone }: Habits = {}) {
  const answers: Record<string, object | null> = {}
  const refusals: Record<string, End> = {}
  const calls: string[] = []
  let now = 1_000
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>()
  const attempt = new LinkAttempt({
    messenger,
    gateway: {
      call: (method, body): Promise<LinkAnswer> => {
        calls.push(body === null ? method : `${method} ${JSON.stringify(body)}`)
        const [end, json] = [refusals[method], answers[method] ?? null]
        return Promise.resolve(end !== undefined ? { end } : json === null ? null : { json })
      },
      watch:
        frames === undefined
          ? null
          : (_signal, take) => {
              for (const frame of frames) take(frame)
              return Promise.resolve()
            },
      phone: phone === undefined ? null : () => Promise.resolve(phone),
    },
    clock: {
      now: () => now,
      after(delayMs, callback) {
        const timer = { at: now + delayMs, callback }
        timers.add(timer)
        return { cancel: () => timers.delete(timer) }
      },
    },
    onChange: () => undefined,
    runMs: 100_000,
    pollMs: 5_000,
    looks,
  })
  /** Lets so much time go by, in steps short enough for what follows on what. */
  const pass = async (ms: number): Promise<void> => {
    for (const until = now + ms; now <= until; now += 100) {
      for (const timer of [...timers].filter(({ at }) => at <= now)) {
        timers.delete(timer)
        timer.callback()
      }
      await settled()
    }
  }
  return { attempt, answers, refusals, calls, pass, hint: () => hintOf(attempt.view, en) }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

describe('by QR', () => {
  test('the picture changes, and whoever scanned it is told the number', async () => {
    const { attempt, answers, pass } = scene({ phone: '79001112233' })
    answers['qr'] = QR
    attempt.showQr()
    await settled()
    assert.deepEqual([attempt.view.picture, attempt.view.hint], ['cGljdHVyZQ==', 'fresh'])
    answers['qr'] = { ...QR, message: 'bmV4dA==' }
    await pass(5_000)
    assert.equal(attempt.view.picture, 'bmV4dA==')
    answers['qr'] = { type: 'alreadyLogged', message: '' }
    await pass(5_000)
    assert.deepEqual([attempt.view.end, attempt.view.phone], ['linked', '79001112233'])
  })

  test('who was linked before is told so, and the number comes with the last frame of a socket', async () => {
    const before = scene({ frames: [{ type: 'alreadyLogged' }] })
    before.attempt.showQr()
    await settled()
    assert.equal(before.attempt.view.end, 'alreadyLinked')
    const now = scene({ frames: [QR, { type: 'accountData', wid: '79004445566@c.us' }] })
    now.attempt.showQr()
    await settled()
    assert.deepEqual([now.attempt.view.end, now.attempt.view.phone], ['linked', '79004445566'])
  })

  test('nobody scans it: the time is over, by the socket or by the clock', async () => {
    const told = scene({ frames: [QR, { type: 'timeout', message: 'timeoutExpired' }] })
    told.attempt.showQr()
    await settled()
    assert.equal(told.attempt.view.end, 'timedOut')
    const { attempt, answers, pass } = scene()
    answers['qr'] = QR
    attempt.showQr()
    await pass(100_100)
    assert.equal(attempt.view.end, 'timedOut')
  })

  test('a socket that is cut off is no end: the QR is asked for', async () => {
    const { attempt, answers, calls } = scene({ frames: [] })
    answers['qr'] = QR
    attempt.showQr()
    await settled()
    assert.deepEqual([calls, attempt.view.picture], [['qr'], 'cGljdHVyZQ=='])
  })

  test('no answer is said and tried again; an error of the socket is an end, for which the state is looked at once more', async () => {
    const { attempt, answers, pass, hint } = scene()
    attempt.showQr()
    await settled()
    assert.deepEqual(hint(), { text: en.hints.offline, isTrouble: true })
    answers['qr'] = QR
    await pass(2_000)
    assert.equal(attempt.view.hint, 'fresh')
    const failing = scene({ frames: [QR, { type: 'error', message: 'refused' }] })
    failing.answers['getStateInstance'] = { stateInstance: 'notAuthorized' }
    failing.attempt.showQr()
    await failing.pass(1_300)
    assert.equal(failing.attempt.view.end, 'failed')
    const deleted = scene({ frames: [QR, { type: 'error', message: 'refused' }] })
    deleted.refusals['getStateInstance'] = 'gone'
    deleted.attempt.showQr()
    await deleted.pass(1_300)
    assert.equal(deleted.attempt.view.end, 'gone')
  })

  test('while somebody links by number there is no QR, and that is said', async () => {
    const { attempt, answers } = scene()
    answers['qr'] = { type: 'error', message: 'linking by phone number is under way; wait for it to end' }
    attempt.showQr()
    await settled()
    assert.equal(attempt.view.hint, 'codeRuns')
  })

  test('a passkey that nobody confirms ends in an end of its own', async () => {
    for (const after of [{ ...QR }, { type: 'error', message: 'refused' }]) {
      const { attempt, answers, pass } = scene()
      answers['qr'] = { type: 'passkeyRequired' }
      attempt.showQr()
      await settled()
      assert.deepEqual(stepsOf(attempt.view, 'whatsapp', en), en.steps.passkey)
      answers['qr'] = after
      await pass(6_500)
      assert.equal(attempt.view.end, 'noPasskey')
    }
    const { attempt, answers, pass } = scene()
    answers['qr'] = { type: 'passkeyRequired' }
    attempt.showQr()
    await pass(299_000)
    assert.equal(attempt.view.asked, 'passkey', 'it has longer than a QR')
    await pass(2_000)
    assert.equal(attempt.view.end, 'noPasskey')
  })

  test('a password is asked for until it is right', async () => {
    const { attempt, answers, calls, pass, hint } = scene({ messenger: 'telegram' })
    answers['qr'] = { type: 'pending_password' }
    attempt.showQr()
    await settled()
    await attempt.answer(' ')
    assert.equal(attempt.view.hint, 'empty')
    answers['sendAuthorizationPassword'] = { status: false, data: { status: 'fail', reason: 'invalid_password' } }
    await attempt.answer(' wrong ')
    assert.equal(calls.at(-1), 'sendAuthorizationPassword {"password":" wrong "}', 'blanks may belong to it')
    assert.deepEqual(hint(), { text: en.reasons.invalid_password, isTrouble: true })
    answers['sendAuthorizationPassword'] = TAKEN
    await attempt.answer('right')
    assert.equal(attempt.view.hint, 'checking')
    answers['qr'] = { type: 'alreadyLogged' }
    await pass(5_000)
    assert.equal(attempt.view.end, 'linked')
  })
})

describe('by phone number', () => {
  test('a code to type into the phone is shown until its time is over', async () => {
    const { attempt, answers, calls, pass } = scene()
    await attempt.byPhone('12')
    assert.deepEqual([attempt.view.hint, calls], ['badPhone', []])
    await attempt.byPhone('+7 (900) 111-22-33')
    assert.deepEqual(calls, ['getAuthorizationCode {"phoneNumber":79001112233}'])
    assert.deepEqual([attempt.view.way, attempt.view.isRunning, attempt.view.hint], ['phone', false, 'noCode'])
    answers['getAuthorizationCode'] = { status: true, code: 'ABCD1234' }
    await attempt.byPhone('79001112233')
    assert.deepEqual([attempt.view.code, attempt.view.hint], ['ABCD1234', 'typeCode'])
    await pass(151_000)
    assert.equal(attempt.view.end, 'timedOut')
  })

  test('a code that was sent is asked for, then the password, then the state tells that it is linked', async () => {
    const { attempt, answers, pass } = scene({ messenger: 'telegram', looks: true, phone: '79001112233' })
    answers['startAuthorization'] = { status: false, data: { reason: 'rate_limit_exceeded' } }
    await attempt.byPhone('79001112233')
    assert.equal(attempt.view.reason, 'rate_limit_exceeded')
    answers['startAuthorization'] = TAKEN
    answers['getStateInstance'] = { stateInstance: 'pendingCode' }
    await attempt.byPhone('79001112233')
    assert.equal(attempt.view.asked, 'smsCode')
    answers['sendAuthorizationCode'] = TAKEN
    await attempt.answer(' 12345 ')
    answers['getStateInstance'] = { stateInstance: 'pendingPassword' }
    await pass(2_000)
    assert.deepEqual([attempt.view.asked, attempt.view.isBusy], ['password', false])
    answers['getStateInstance'] = { stateInstance: 'authorized' }
    await pass(2_000)
    assert.deepEqual([attempt.view.end, attempt.view.phone], ['linked', '79001112233'])
  })

  test('a messenger that stops to wait has ended the attempt', async () => {
    const { attempt, answers, pass } = scene({ messenger: 'v3', looks: true })
    answers['startAuthorization'] = TAKEN
    answers['getStateInstance'] = { stateInstance: 'notAuthorized' }
    await attempt.byPhone('79001112233')
    await pass(2_000)
    assert.equal(attempt.view.end, 'failed')
  })

  test('whoever comes back while a code waits finds the field for it, also where the first looks had no answer', async () => {
    const { attempt, answers, pass } = scene({ messenger: 'telegram', looks: true })
    void attempt.begin()
    await settled()
    answers['getStateInstance'] = { stateInstance: 'pendingCode' }
    await pass(1_400)
    assert.deepEqual([attempt.view.way, attempt.view.asked], ['phone', 'smsCode'])
    const fresh = scene({ messenger: 'telegram', looks: true })
    Object.assign(fresh.answers, { getStateInstance: { stateInstance: 'notAuthorized' }, qr: QR })
    await fresh.attempt.begin()
    await settled()
    assert.equal(fresh.attempt.view.hint, 'fresh')
  })
})

describe('who is told the state', () => {
  test('goes on with what somebody else began, and sees it end', async () => {
    const { attempt, answers, pass } = scene({ messenger: 'telegram' })
    answers['qr'] = QR
    attempt.saw('notAuthorized')
    attempt.showQr()
    await settled()
    attempt.saw('pendingCode')
    assert.deepEqual([attempt.view.way, attempt.view.asked], ['phone', 'smsCode'])
    await pass(5_000)
    assert.equal(attempt.view.asked, 'smsCode', 'no QR is asked for any more')
    attempt.saw('notAuthorized')
    assert.equal(attempt.view.end, 'failed')
  })

  test('sees a phone linked, and unlinked again', async () => {
    const { attempt, answers } = scene()
    answers['qr'] = QR
    attempt.saw('notAuthorized')
    attempt.showQr()
    await settled()
    attempt.saw('authorized')
    await settled()
    assert.equal(attempt.view.end, 'linked')
    attempt.saw('notAuthorized')
    assert.deepEqual([attempt.view.end, attempt.view.isRunning], [null, false])
  })

  test('a refusal that means an end ends it', async () => {
    const { attempt, refusals } = scene()
    refusals['qr'] = 'paused'
    attempt.showQr()
    await settled()
    assert.equal(attempt.view.end, 'paused')
  })
})
