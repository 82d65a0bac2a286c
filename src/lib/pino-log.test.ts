// Truth: the promise of `Log`: one event is one line, nothing below the level, no secret in any form of it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Log } from './log.ts'
import { createLog } from './pino-log.ts'

const TOKEN = 'd75b3a66374942c5b3c019c698abc2067e151558acbd412345'

function capture(readable: boolean, level: 'debug' | 'info' | 'silent' = 'info'): { log: Log; lines: string[] } {
  const lines: string[] = []
  const log = createLog({ level, readable, secrets: ['plain-secret'], write: (line) => lines.push(line) })
  return { log, lines }
}

describe('as JSON', () => {
  test('an event is one parseable line with time, level, text and fields of all ancestors', () => {
    const { log, lines } = capture(false)
    log.child({ instance: 1101000001 }).child({ part: 'queue' }).warn({ waited: 5 }, 'two\nlines')
    assert.equal(lines.length, 1)
    assert.ok(lines[0])
    assert.ok(!lines[0].trimEnd().includes('\n'))
    const entry = JSON.parse(lines[0]) as Record<string, unknown>
    assert.ok(!Number.isNaN(Date.parse(String(entry['time']))))
    delete entry['time']
    assert.deepEqual(entry, { level: 'warn', instance: 1101000001, part: 'queue', waited: 5, msg: 'two\nlines' })
  })

  test('what is below the level is not said', () => {
    const { log, lines } = capture(false)
    log.debug({}, 'x')
    assert.deepEqual(lines, [])
    const quiet = capture(false, 'silent')
    quiet.log.error({}, 'x')
    assert.deepEqual(quiet.lines, [])
  })
})

for (const readable of [false, true]) {
  test(`secrets are masked in text, fields, children and errors (${readable ? 'readable' : 'JSON'})`, () => {
    const { log, lines } = capture(readable, 'debug')
    const error = new Error(`refused ${TOKEN}`, { cause: new Error('plain-secret') })
    log.info({ path: `/waInstance1101000001/getSettings/${TOKEN}` }, `asked with gac.${TOKEN}`)
    log.child({ headers: { Authorization: 'Bearer abcdefgh' } }).error({ error }, 'plain-secret')
    log.debug({ nested: { deep: [TOKEN] } }, 'x')
    const text = lines.join('')
    for (const secret of [TOKEN, 'plain-secret', 'abcdefgh']) assert.ok(!text.includes(secret), text)
    assert.match(text, /refused/)
  })
}

test('readable: time, level, text, fields, and the stack of an error below', () => {
  const { log, lines } = capture(true)
  log.error({ instance: 1, error: new Error('boom') }, 'failed')
  assert.match(lines[0] ?? '', /^\d\d:\d\d:\d\d\.\d{3} ERROR failed instance=1\n {4}Error: boom\n {4}/)
})
