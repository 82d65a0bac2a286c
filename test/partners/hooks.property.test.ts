// Truth: whatever receivers do and whenever the process dies, each event is acknowledged at least once, in the order of the account.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import type { LifecycleType } from '../../src/model/account.ts'
import { verified, WebhookReceiver, type Hit } from './hook-receiver.ts'
import { HookScene } from './hook-scene.ts'

const ACCOUNTS = ['acc-a', 'acc-b'] as const
type Account = (typeof ACCOUNTS)[number]

/** What a receiver does with a request; it takes everything once its list is empty. */
const BEHAVIOURS = [
  '200',
  '202',
  '410',
  '301',
  '404',
  '500',
  'hang up',
  'hang',
  'break off after 200',
  '200, lost',
] as const
type Behaviour = (typeof BEHAVIOURS)[number]

type Step =
  | { readonly does: 'happens'; readonly account: Account }
  | { readonly does: 'crash' }
  | { readonly does: 'move'; readonly account: Account }
  | { readonly does: 'wait'; readonly ms: number }

const account = fc.constantFrom(...ACCOUNTS)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant('happens' as const), account }) },
  { weight: 1, arbitrary: fc.constant({ does: 'crash' as const }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('move' as const), account }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 20_000 }) }) },
)
const behaviours = fc.array(fc.constantFrom(...BEHAVIOURS), { maxLength: 8 })

let receiver: WebhookReceiver
before(async () => {
  receiver = await WebhookReceiver.start()
})
after(() => receiver.close())

/** What one account's receiver saw: the numbers of the events that came, and of those that it took. */
class Witness {
  readonly came: number[] = []
  readonly took: number[] = []
  readonly ids = new Map<string, number>()
  secret = ''
  readonly #plan: Behaviour[]

  constructor(plan: readonly Behaviour[]) {
    this.#plan = [...plan]
  }

  see(hit: Hit): void {
    const { id, data } = verified(hit, this.secret)
    const n = Number(data['n'])
    assert.equal(this.ids.get(id) ?? n, n)
    this.ids.set(id, n)
    this.came.push(n)
    const behaviour = this.#plan.shift() ?? '200'
    if (TAKES.has(behaviour)) this.took.push(n)
    act(behaviour, hit)
  }
}

const TAKES = new Set<Behaviour>(['200', '202', '410', 'break off after 200'])

function act(behaviour: Behaviour, { response }: Hit): void {
  switch (behaviour) {
    case '200':
    case '202':
    case '301':
    case '404':
    case '410':
    case '500':
      response.writeHead(Number(behaviour)).end('text')
      break
    case 'hang up':
    // The receiver has it, but its answer is lost.
    case '200, lost':
      response.socket?.destroy()
      break
    case 'break off after 200':
      response.writeHead(200, { 'content-length': '100' }).write('half')
      setTimeout(() => response.socket?.destroy(), 5)
      break
    case 'hang':
      break
    default:
      behaviour satisfies never
  }
}

async function run(scene: HookScene, steps: readonly Step[], happened: Map<Account, number>): Promise<void> {
  for (const step of steps) {
    switch (step.does) {
      case 'happens': {
        const n = (happened.get(step.account) ?? 0) + 1
        happened.set(step.account, n)
        await scene.happens(step.account, TYPES[n % TYPES.length] ?? 'instance.created', { n })
        break
      }
      case 'crash':
        await scene.crash()
        break
      case 'move':
        await scene.put(step.account, receiver.url(`/${step.account}/${String(scene.clock.now())}`))
        break
      case 'wait':
        await sleep(5)
        scene.clock.skip(step.ms)
        break
      default:
        step satisfies never
    }
  }
}

const TYPES: readonly LifecycleType[] = ['instance.created', 'instance.linked', 'account.charged']

async function settle(scene: HookScene): Promise<void> {
  for (let round = 0; (await scene.waiting()).length > 0; round++) {
    assert.ok(round < 400, 'events wait for ever')
    await sleep(10)
    // An hour is longer than any pause; less, so that what is under way mostly ends by itself.
    scene.clock.skip(round % 4 === 3 ? 3_600_000 : 1000)
  }
}

test('each event is acknowledged at least once, in order, always with the same id', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), behaviours, behaviours, async (steps, forA, forB) => {
      const scene = await HookScene.open(ACCOUNTS)
      const witnesses = { 'acc-a': new Witness(forA), 'acc-b': new Witness(forB) }
      const troubles: unknown[] = []
      receiver.answer = (hit) => {
        try {
          witnesses[hit.path.startsWith('/acc-a') ? 'acc-a' : 'acc-b'].see(hit)
        } catch (error) {
          troubles.push(error)
          hit.response.end()
        }
      }
      try {
        for (const each of ACCOUNTS) witnesses[each].secret = (await scene.put(each, receiver.url(`/${each}`))).secret
        scene.hooks.start()
        const happened = new Map<Account, number>()
        await run(scene, steps, happened)
        await settle(scene)
        assert.deepEqual(troubles, [])
        for (const each of ACCOUNTS) judge(witnesses[each], happened.get(each) ?? 0)
      } finally {
        await scene.close()
      }
    }),
    { numRuns: 25 },
  )
})

/** All came and were taken; none came before the one before it was taken, and none again once a later one had come. */
function judge({ came, ids, took }: Witness, happened: number): void {
  const all = Array.from({ length: happened }, (_, at) => at + 1)
  assert.deepEqual([...new Set(took)], all)
  assert.deepEqual(came, [...came].sort((a, b) => a - b)) // prettier-ignore
  assert.equal(ids.size, happened)
}
