// Truth: a model of a few lines: a token works until it is revoked or its end has come, from where it may, while its account is there.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { isFault, type Fault } from '../../src/model/fault.ts'
import type { AccountId } from '../../src/model/ids.ts'
import type { IssuedToken, TokenInfo } from '../../src/partners/partner-tokens.ts'
import { HandClock, newPartner, openFolder, type Registry } from './registry.ts'

const clock = new HandClock()
const folder = openFolder(clock)
let now: Registry

before(async () => {
  now = await folder.start()
})
after(() => folder.remove())

/** A step of a token's life; `of` picks one of the accounts or tokens that there are. */
type Step =
  | { readonly do: 'issue'; readonly of: number; readonly lifeMs: number | null; readonly isBound: boolean }
  | { readonly do: 'rotate'; readonly of: number; readonly overlapMs: number }
  | { readonly do: 'revoke' | 'unexpire' | 'bind'; readonly of: number }
  | { readonly do: 'clock'; readonly ms: number }
  | { readonly do: 'delete'; readonly of: number }
  | { readonly do: 'restart' }

type Change = Extract<Step, { do: 'rotate' | 'revoke' | 'unexpire' | 'bind' }>

interface Modelled {
  readonly token: string
  readonly id: string
  readonly account: AccountId
  endsAt: number
  isRevoked: boolean
  isBound: boolean
}

const HERE = '203.0.113.9'
const ELSEWHERE = '198.51.100.9'

describe('the lives of many tokens', () => {
  const ms = fc.integer({ min: 1, max: 10 }).map((count) => count * 10_000)
  const of = fc.nat({ max: 20 })
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('issue' as const), of, lifeMs: fc.option(ms), isBound: fc.boolean() }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('rotate' as const), of, overlapMs: fc.oneof(fc.constant(0), ms) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constantFrom('revoke' as const, 'unexpire' as const, 'bind' as const), of }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('clock' as const),
        ms: fc.oneof(
          ms,
          ms.map((back) => -back),
        ),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), of }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  )

  test('are those of the model after every step', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        const life = await Life.begin()
        for (const each of steps) {
          await life.live(each)
          life.compare()
        }
      }),
      { numRuns: 40 },
    )
  })
})

/** The real thing and the model side by side. */
class Life {
  readonly #accounts: AccountId[] = []
  readonly #deleted = new Set<AccountId>()
  readonly #tokens: Modelled[] = []

  static async begin(): Promise<Life> {
    const life = new Life()
    for (let count = 0; count < 3; count++) life.#accounts.push(await newPartner(now))
    return life
  }

  async live(step: Step): Promise<void> {
    switch (step.do) {
      case 'clock':
        clock.move(step.ms)
        return
      case 'restart':
        // Whatever was in memory is gone; what is stored is there, which other suites prove.
        now = await folder.over(now.store)
        return
      case 'delete':
        return this.#delete(this.#accounts[step.of % this.#accounts.length])
      case 'issue':
        return this.#issue(step)
      case 'rotate':
      case 'revoke':
      case 'unexpire':
      case 'bind':
        return this.#change(step)
    }
  }

  /** Each token from each address, the last one twice, since what was found last is kept apart. */
  compare(): void {
    for (const { token, account, id } of this.#tokens) {
      for (const address of [HERE, ELSEWHERE, HERE]) {
        const caller = now.tokens.find(token, () => address)
        const expected = this.#isGood(token, address) ? [account, id] : [undefined, undefined]
        assert.deepEqual([caller?.account.id, caller?.token.id], expected)
      }
    }
  }

  #isGood(token: string, address: string): boolean {
    const found = this.#tokens.find((each) => each.token === token)
    if (found === undefined || found.isRevoked || this.#deleted.has(found.account)) return false
    return clock.now() < found.endsAt && (!found.isBound || address === HERE)
  }

  async #delete(account: AccountId | undefined): Promise<void> {
    assert.ok(account !== undefined)
    const outcome = await now.accounts.delete(account, 'operator')
    assert.equal(isFault(outcome), this.#deleted.has(account))
    this.#deleted.add(account)
  }

  async #issue({ of, lifeMs, isBound }: Extract<Step, { do: 'issue' }>): Promise<void> {
    const account = this.#accounts[of % this.#accounts.length]
    assert.ok(account !== undefined)
    const expiresAt = lifeMs === null ? null : clock.now() + lifeMs
    const allowFrom = isBound ? [HERE] : []
    const issued = await now.tokens.issue(account, { expiresAt, allowFrom }, 'operator')
    assert.equal(isFault(issued), this.#deleted.has(account))
    if (isFault(issued)) return
    const { token, info } = issued
    this.#tokens.push({ token, id: info.id, account, endsAt: expiresAt ?? Infinity, isRevoked: false, isBound })
  }

  /** A change of one token: refused where its account is deleted or it is over in a way that the change can't mend. */
  async #change(step: Change): Promise<void> {
    const found = this.#tokens[step.of % Math.max(1, this.#tokens.length)]
    if (found === undefined) return
    const isGone = this.#deleted.has(found.account)
    const isOver = found.isRevoked || clock.now() >= found.endsAt
    const isRefused = {
      rotate: isGone || isOver,
      revoke: isGone,
      unexpire: isGone || found.isRevoked,
      bind: isGone || found.isRevoked,
    }
    const outcome = await changed(step, found)
    assert.equal(isFault(outcome), isRefused[step.do])
    if (!isFault(outcome)) this.#follow(step, found, outcome)
  }

  #follow(step: Change, found: Modelled, outcome: TokenInfo | IssuedToken): void {
    if (step.do === 'revoke') found.isRevoked = true
    if (step.do === 'unexpire') found.endsAt = Infinity
    if (step.do === 'bind') found.isBound = true
    if (step.do !== 'rotate') return
    assert.ok('token' in outcome)
    this.#tokens.push({ ...found, token: outcome.token, id: outcome.info.id })
    if (step.overlapMs === 0) found.isRevoked = true
    else found.endsAt = Math.min(found.endsAt, clock.now() + step.overlapMs)
  }
}

function changed(step: Change, { account, id }: Modelled): Promise<TokenInfo | IssuedToken | Fault> {
  const { tokens } = now
  switch (step.do) {
    case 'rotate':
      return tokens.rotate(account, id, step.overlapMs, 'operator')
    case 'revoke':
      return tokens.revoke(account, id, 'operator')
    case 'unexpire':
      return tokens.change(account, id, { expiresAt: null }, 'operator')
    case 'bind':
      return tokens.change(account, id, { allowFrom: [HERE] }, 'operator')
  }
}
