// Truth: the driver contract lets a network bring everything again, in other portions: what is stored and told is as if each thing came once, alone.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { SessionEvent } from '../../src/drivers/driver.ts'
import type { CallStatus } from '../../src/model/call.ts'
import { STATUS_CHAT, type Content } from '../../src/model/content.ts'
import type { ChatId, MessageId } from '../../src/model/ids.ts'
import type { Settings } from '../../src/model/settings.ts'
import { drain, newInstance, openWorld, type Domain, type World } from '../support/domain.ts'
import { brought, chatOf, party, ScriptedMessenger, written } from '../support/scripted-messenger.ts'

const ON: Partial<Settings> = {
  incomingWebhook: 'yes',
  outgoingWebhook: 'yes',
  outgoingMessageWebhook: 'yes',
  editedMessageWebhook: 'yes',
  deletedMessageWebhook: 'yes',
  pollMessageWebhook: 'yes',
  incomingCallWebhook: 'yes',
}
const AT = Date.now()
const ANN = chatOf('79013000001')
const CHATS: readonly ChatId[] = [ANN, chatOf('79013000002'), STATUS_CHAT]
const IDS = 6

let world: World
let domain: Domain
const messenger = new ScriptedMessenger()
let phones = 79_013_500_000

before(async () => {
  world = await openWorld()
  domain = await world.startWith({ node: { drivers: new Map([['whatsapp', messenger]]) } })
})
after(() => world.close())

const idOf = (index: number) => `3EB0${String(index).padStart(16, '0')}` as MessageId
const target = fc.nat(IDS - 1).map(idOf)
const content: fc.Arbitrary<Content> = fc.oneof(
  fc.constant<Content>({ kind: 'text', text: 'words' }),
  target.map((id): Content => ({ kind: 'edit', target: id, text: 'better', isCaption: false })),
  fc.tuple(target, fc.boolean()).map(([id, forEveryone]): Content => ({ kind: 'deletion', target: id, forEveryone })),
  target.map((id): Content => ({ kind: 'reaction', target: id, participant: '' as ChatId, emoji: '👍' })),
)
const chat = fc.constantFrom(...CHATS)
const direction = fc.constantFrom('in', 'out')
const receiptStatus = fc.constantFrom('delivered', 'read')

/** Few ids, so that changes, reactions and receipts meet their messages. */
const message = fc.tuple(fc.nat(IDS - 1), chat, direction, content)
type Step =
  | { readonly kind: 'message'; readonly of: readonly [number, ChatId, 'in' | 'out', Content] }
  | { readonly kind: 'event'; readonly event: SessionEvent }
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: message.map((of): Step => ({ kind: 'message', of })) },
  fc.tuple(target, chat, receiptStatus).map(([id, where, status]): Step => ({
    kind: 'event',
    event: { kind: 'status', id, chat: where, status, at: AT },
  })),
  fc.tuple(target, receiptStatus).map(([id, status]): Step => ({
    kind: 'event',
    event: { kind: 'receipt', id, participant: ANN, status, at: AT },
  })),
  fc
    .tuple(fc.nat(1), fc.constantFrom<CallStatus>('offer', 'pickUp', 'declined'), fc.nat(3))
    .map(([call, status, durationS]): Step => ({
      kind: 'event',
      event: {
        kind: 'call',
        call: {
          ...{ id: `CALL${String(call)}` as MessageId, direction: 'in', chat: party(ANN), status },
          ...{ isVideo: false, isGroup: false, durationS, participants: [], at: AT },
        },
      },
    })),
)

/** An id is one message's: what would be another with the same id is left out, and so are receipts of what has not come. */
function eventsOf(steps: readonly Step[]): readonly SessionEvent[] {
  const taken = new Set<number>()
  return steps.flatMap((each) => {
    if (each.kind === 'event') {
      const { event } = each
      const isEarly = 'id' in event && ![...taken].some((index) => idOf(index) === event.id)
      return isEarly ? [] : [event]
    }
    const [index, where, way, says] = each.of
    if (taken.has(index)) return []
    taken.add(index)
    const parties = { chat: party(where), author: party(ANN) }
    return [brought(written(says, { id: idOf(index), direction: way, at: AT + index, ...parties }))]
  })
}

async function outcome(portions: readonly (readonly SessionEvent[])[]): Promise<object> {
  const instance = await newInstance(domain, ON)
  await messenger.link(instance, String((phones += 1)))
  for (const portion of portions) await messenger.of(instance).bring(...portion)
  const told = (await drain(instance)).map((body) => ({ ...body, instanceData: null }))
  const { journal } = domain.node.store
  const ids = [...Array.from({ length: IDS }, (_, index) => idOf(index)), 'CALL0' as MessageId, 'CALL1' as MessageId]
  const rows = await Promise.all(ids.map((id) => journal.find(instance.id, id)))
  const receipts = await Promise.all(ids.map((id) => journal.receipts(instance.id, id)))
  return { told, rows: rows.map((row) => row && { ...row, instance: 0 }), receipts }
}

test('however it is divided and repeated, everything is stored and told as if it came once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 14 }),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.boolean()), { minLength: 14, maxLength: 14 }),
      async (steps, plan) => {
        const events = eventsOf(steps)
        const portions: (readonly SessionEvent[])[] = []
        let from = 0
        for (const [size, again] of plan) {
          const portion = events.slice(from, from + size)
          from += size
          portions.push(portion)
          // A portion that was not acknowledged comes again, perhaps with what followed it.
          if (again) portions.push([...portion, ...events.slice(from, from + 1)])
        }
        assert.deepEqual(await outcome(portions), await outcome(events.map((event) => [event])))
      },
    ),
    { numRuns: 60 },
  )
})
