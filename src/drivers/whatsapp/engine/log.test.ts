// Truth: of what the engine says, no key, no message and no number of anybody gets into a log.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Log } from '../../../lib/log.ts'
import { engineLog, maskedTrouble } from './log.ts'

function rig() {
  const lines: [string, object, string][] = []
  const log: Log = {
    debug: (fields, text) => void lines.push(['debug', fields, text]),
    info: (fields, text) => void lines.push(['info', fields, text]),
    warn: (fields, text) => void lines.push(['warn', fields, text]),
    error: (fields, text) => void lines.push(['error', fields, text]),
    child: () => log,
  }
  return { lines, engine: engineLog(log) }
}

test('only words, the id of a stanza and the message of an error go through', () => {
  const { lines, engine } = rig()
  const secret = { privKey: 'c2VjcmV0', message: { conversation: 'hello' } }
  engine.error(
    { key: { id: '3EB0AA', remoteJid: '79001112233@s.whatsapp.net' }, err: new Error('Bad MAC'), ...secret },
    'failed to decrypt',
  )
  engine.child({ class: 'x' }).warn('Invalid LID-PN mapping: 79001112233@s.whatsapp.net')
  engine.warn({ error: secret })
  assert.deepEqual(lines, [
    ['info', { stanza: '3EB0AA', trouble: 'Bad MAC' }, 'engine: failed to decrypt'],
    ['debug', {}, 'engine: Invalid LID-PN mapping: …@s.whatsapp.net'],
    ['debug', {}, 'engine: something is wrong'],
  ])
})

test('the restart that ends each linking is no trouble; any other end of a stream is', () => {
  const { lines, engine } = rig()
  for (const code of ['515', '503'])
    engine.error(
      { reasonNode: undefined, fullErrorNode: { tag: 'stream:error', attrs: { code } } },
      'stream errored out',
    )
  assert.deepEqual(lines, [
    ['debug', {}, 'engine: WhatsApp asks for a new connection'],
    ['info', {}, 'engine: stream errored out'],
  ])
})

test('finer words are not written at all, nor does the engine make them', () => {
  const { lines, engine } = rig()
  engine.trace({ xml: '<message/>' }, 'xml send')
  engine.debug('x')
  engine.info('x')
  assert.deepEqual(lines, [])
  assert.equal(engine.level, 'warn')
})

test('of an error go its name, its masked words and its code, and of a mistake in a program where it was made', () => {
  const stanza = { tag: 'message', attrs: { to: '79001112233@s.whatsapp.net' } }
  const failed = Object.assign(new Error('no answer about 79001112233@s.whatsapp.net'), {
    ...{ data: stanza, output: { statusCode: 408, payload: { message: '79001112233' } } },
  })
  assert.equal(maskedTrouble(failed), 'Error: no answer about …@s.whatsapp.net (408)')
  assert.equal(maskedTrouble('79001112233 is gone'), '… is gone')
  assert.match(
    maskedTrouble(new TypeError('x is undefined')),
    /^TypeError: x is undefined at .*log\.test\.js:\d+:\d+\)?$/,
  )
})
