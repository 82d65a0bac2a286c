// Truth: docs/console.md: a repeat invites and mails nobody twice, also where the call before it died between its batch and its letter.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFault } from '../model/fault.ts'
import { isRepeated } from '../model/once.ts'
import type { Once } from '../storage/once.ts'
import type { Batch, Committed } from '../storage/store.ts'
import { Invitations, type Invited, type InvitationsDeps } from './invitations.ts'

/** Keeps the answers of keys, and counts invitations. */
class Answers {
  readonly kept = new Map<string, { readonly bodyHash: string; readonly answer: string }>()
  invitations = 0

  commit({ guards, writes }: Batch): Promise<Committed> {
    const onces = guards.filter((guard) => guard.kind === 'once')
    for (const guard of onces) {
      const earlier = this.kept.get(guard.scope)
      if (earlier !== undefined) return Promise.resolve({ ok: false, refusedBy: guard, earlier })
    }
    for (const { scope, bodyHash, answer } of onces) this.kept.set(scope, { bodyHash, answer })
    this.invitations += writes.filter(({ kind }) => kind === 'link.put').length
    return Promise.resolve({ ok: true })
  }
}

test('a call that died before its letter is repeated without another invitation and without a letter', async () => {
  const answers = new Answers()
  let letters = 0
  const row = { email: 'ann@example.com' }
  const invitations = new Invitations({
    store: { commit: (batch: Batch) => answers.commit(batch), people: { byEmail: () => Promise.resolve(null) } },
    clock: { now: () => 0 },
    links: { make: () => ({ url: 'the link', row, write: { kind: 'link.put', row } }), aDayAgo: () => 0 },
    post: {
      send() {
        letters += 1
        throw new Error('the process ends here')
      },
    },
  } as unknown as InvitationsDeps)
  const once: Once<Invited> = ({ link, mailed }) => {
    const answer = JSON.stringify({ link, mailed })
    return { kind: 'once', scope: 'people', key: 'k', bodyHash: 'h', answer, at: 0 }
  }
  const make = () => invitations.make('ann@example.com', { account: null, role: null }, 'operator', null, once)
  await assert.rejects(make())
  const again = await make()
  assert.ok(!isFault(again) && isRepeated(again))
  assert.deepEqual(JSON.parse(again.earlier.answer), { link: 'the link', mailed: false })
  assert.deepEqual([answers.invitations, letters], [1, 1])
})
