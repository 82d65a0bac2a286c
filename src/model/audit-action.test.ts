// Truth: the list of what the server writes into the audit log; whoever reads the log in the console reads words, in both languages.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { packageFile } from '../lib/package-file.ts'
import { AUDIT_ACTIONS } from './audit-action.ts'

for (const language of ['en', 'ru']) {
  test(`each action has its words in the console: ${language}`, () => {
    const words = readFileSync(packageFile(`console/src/words/${language}/audit.ts`), 'utf8')
    const told = [...words.matchAll(/^ +'([a-z]+\.[\w.]+)': '.+',$/gim)].map(([, action = '']) => action)
    assert.deepEqual(told.toSorted(), [...AUDIT_ACTIONS].toSorted())
  })
}
