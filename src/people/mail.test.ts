// Truth: what a letter may carry of what somebody else has chosen: a name, and no link, no line, no address.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { linkLetter } from './mail.ts'

test('the name of an account writes no lines and no links of its own', () => {
  const name = 'Acme\r\n\r\nhttps://evil.example/login $& {url}'
  const { text, subject, to } = linkLetter({ kind: 'invite', email: 'ann@example.com' }, 'https://gate/#T', name, 'en')
  assert.equal(to, 'ann@example.com')
  assert.ok(!subject.includes('Acme'))
  assert.deepEqual(text.match(/https?:\/\/\S+/g), ['https://gate/#T'])
  assert.equal(text.split('\n')[0]?.startsWith('You are invited to the console of Acme https'), true)
})

test('letters speak both languages, and name what they can', () => {
  const reset = linkLetter({ kind: 'reset', email: 'ann@example.com' }, 'https://gate/#T', '', 'ru')
  assert.match(reset.text, /пароль[\s\S]*https:\/\/gate\/#T/)
  assert.match(linkLetter({ kind: 'invite', email: 'a@b.example' }, 'x', '', 'en').text, /console of Jadegate/)
})
