// Truth: what code before tokens for developers made of the columns: it knew `full` and `read`, looked a token up by the hash of its text, and let
// somebody in by it who sent that text, which has the form of `isTokenText`.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isTokenText } from '../../lib/token-text.ts'
import { TOKEN_SCOPES } from '../../model/account.ts'
import { storedToken, tokenIn } from './stored-token.ts'

const TOKEN = 'gac.0123'

test('every token comes back as it was stored', () => {
  for (const scope of TOKEN_SCOPES)
    assert.deepEqual(tokenIn(storedToken({ token: TOKEN, scope })), { token: TOKEN, scope })
})

test('code that knows no tokens for developers lets nobody in by one, and can not make more of it', () => {
  const { text, scope } = storedToken({ token: TOKEN, scope: 'developer' })
  assert.ok(['full', 'read'].includes(scope))
  assert.ok(!isTokenText(text) && text !== TOKEN)
  assert.deepEqual(tokenIn({ text, scope: 'full' }), { token: TOKEN, scope: 'developer' })
})

test('what such code stored is read as it was meant', () => {
  for (const scope of ['full', 'read'] as const) {
    assert.deepEqual(storedToken({ token: TOKEN, scope }), { text: TOKEN, scope })
    assert.deepEqual(tokenIn({ text: TOKEN, scope }), { token: TOKEN, scope })
  }
})
