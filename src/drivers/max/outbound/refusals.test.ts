// Truth: the codes that our notes of the protocol and MAX's own client have for what is not sent, and what a caller may do about each.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { retryOf, type FaultCode, type Retry } from '../../../model/fault.ts'
import { refusalOf, troubleOf } from './refusals.ts'

const DIALOG = '123'
const GROUP = '-123'
type Row = readonly [code: string, fault: FaultCode, retry: Retry]

const ROWS: readonly Row[] = [
  ['too.many.requests', 'rateLimited', 'later'],
  ['error.limit.violate', 'rateLimited', 'later'],
  ['service.unavailable', 'unavailable', 'later'],
  ['internal.error', 'unavailable', 'later'],
  ['attachment.not.ready', 'unavailable', 'later'],
  ['photo.not.found', 'unavailable', 'later'],
  ['chat.not.found', 'noAccount', 'never'],
  ['user.not.found', 'noAccount', 'never'],
  ['not.found', 'refused', 'never'],
  ['access.denied', 'refused', 'never'],
  ['privacy.restricted', 'refused', 'never'],
  ['participants.filter.out', 'refused', 'never'],
  ['error.phone.binding.required', 'refused', 'never'],
  ['auth.blocked', 'refused', 'never'],
  ['poll.denied', 'refused', 'never'],
  ['message.edit.expired', 'refused', 'never'],
  ['proto.payload', 'refused', 'never'],
  ['never.heard.of', 'refused', 'never'],
  ['login.token', 'notConnected', 'later'],
]

test('each code is a fault that says what may be done, and never nothing', () => {
  for (const [code, what, retry] of ROWS) {
    const refusal = refusalOf({ code, message: 'Нельзя' }, DIALOG)
    assert.deepEqual([refusal.fault, retryOf(refusal)], [what, retry], code)
    assert.ok(refusal.message !== '' && (code === 'login.token' || refusal.message.includes(code)))
  }
  assert.equal(refusalOf({ code: 'chat.not.found', message: '' }, GROUP).fault, 'notInGroup')
  assert.equal(refusalOf({ code: '', message: '' }, DIALOG).message, 'MAX refused the message')
  assert.match(refusalOf({ code: 'odd', message: 'Нельзя' }, DIALOG).message, /Нельзя \(odd\)/)
})

test('what was not answered may have left, and what was not sent has not', () => {
  for (const why of ['late', 'lost', 'unreadable'] as const)
    assert.equal(troubleOf({ why, says: 'so' }, DIALOG).fault, 'unconfirmed')
  assert.equal(troubleOf({ why: 'notSent', says: 'so' }, DIALOG).fault, 'notConnected')
})
