import Type from 'typebox'
import type { Instance } from '../../instances/instance.ts'
import type { Instances } from '../../instances/instances.ts'
import type { Clock } from '../../lib/clock.ts'
import { Pace } from '../../lib/pace.ts'
import type { AuditAction } from '../../model/audit-action.ts'
import { DELIVERY_OUTCOMES } from '../../model/delivery.ts'
import { isFault, NOT_FOUND, type Fault } from '../../model/fault.ts'
import type { InstanceId } from '../../model/ids.ts'
import { isRepeated, type Repeated } from '../../model/once.ts'
import { audited } from '../../partners/audit-log.ts'
import { accountRoute as route, type AccountCaller } from '../api/account-caller.ts'
import { rateLimited } from '../api/api-errors.ts'
import { PAGE_SIZE, pageOf, pageSchema, PAGING, readCursor, writeCursor } from '../api/paging.ts'
import type { ApiRow } from '../api/route.ts'
import { DELIVERY, DELIVERY_LINE, deliveryLine, deliveryView, WAITING, waitingView } from './delivery-views.ts'
import { own } from './instance-parts.ts'

export interface DeliveryRouteDeps {
  readonly instances: Pick<Instances, 'get'>
  readonly clock: Pick<Clock, 'now'>
}

/** Each is a notification that somebody has to take. */
const TESTS_PER_SECOND = 0.1

const group = 'messages'
const path = { idInstance: Type.Integer() }
const ofDelivery = { ...path, receiptId: Type.Integer({ minimum: 1 }) }
const POSTED = Type.Object({ receiptId: Type.Integer() })

/** What an instance's receivers were told, are told next, and can be told again. */
export function deliveryRoutes(deps: DeliveryRouteDeps): readonly ApiRow<AccountCaller>[] {
  return [...waitingRoutes(deps), ...ledgerRoutes(deps), ...tellingRoutes(deps)]
}

function waitingRoutes({ instances }: DeliveryRouteDeps): readonly ApiRow<AccountCaller>[] {
  return [
    route({
      verb: 'GET',
      at: '/instances/{idInstance}/mailbox',
      summary: 'The notifications of an instance that wait, oldest first, as they will be delivered.',
      group,
      scope: 'full',
      path,
      query: PAGING,
      answer: pageSchema(WAITING),
      async handle(caller, { path: { idInstance }, query: { cursor, limit = PAGE_SIZE } }) {
        const instance = alive(instances, caller, idInstance)
        if (instance === undefined) return NOT_FOUND
        const place = readCursor('mailbox', cursor, 1)
        if (isFault(place)) return place
        const found = await instance.notices.waiting(limit + 1, place?.[0] ?? 0)
        return pageOf(found, limit, waitingView, (last) => writeCursor('mailbox', [last.receiptId]))
      },
    }),
  ]
}

function ledgerRoutes({ instances }: DeliveryRouteDeps): readonly ApiRow<AccountCaller>[] {
  return [
    route({
      verb: 'GET',
      at: '/instances/{idInstance}/deliveries',
      summary:
        'The notifications of an instance that were tried by webhook, newest first, without their bodies. A page of those that fit may have few items, or none, and go on all the same.',
      group,
      scope: 'read',
      path,
      query: {
        outcome: Type.Optional(Type.Enum([...DELIVERY_OUTCOMES])),
        type: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
        ...PAGING,
      },
      answer: pageSchema(DELIVERY_LINE),
      async handle(caller, { path: { idInstance }, query: { cursor, limit = PAGE_SIZE, ...query } }) {
        const instance = alive(instances, caller, idInstance)
        if (instance === undefined) return NOT_FOUND
        const place = readCursor('deliveries', cursor, 1)
        if (isFault(place)) return place
        const { lines, next } = await instance.notices.deliveries(query, limit, place?.[0])
        return { items: lines.map(deliveryLine), next: next === null ? null : writeCursor('deliveries', [next]) }
      },
    }),
    route({
      verb: 'GET',
      at: '/instances/{idInstance}/deliveries/{receiptId}',
      summary: 'One notification that was tried by webhook, with its attempts and what was sent.',
      group,
      scope: 'full',
      path: ofDelivery,
      answer: DELIVERY,
      async handle(caller, { path: { idInstance, receiptId } }) {
        const found = (await alive(instances, caller, idInstance)?.notices.delivery(receiptId)) ?? null
        return found === null ? NOT_FOUND : deliveryView(found)
      },
    }),
  ]
}

function tellingRoutes({ instances, clock }: DeliveryRouteDeps): readonly ApiRow<AccountCaller>[] {
  const tests = new Pace<InstanceId>()
  const note = (caller: AccountCaller, { id }: Instance, action: AuditAction, details = {}) => [
    audited(caller.actor, clock.now(), action, { account: caller.account.id, target: String(id), details }),
  ]
  return [
    route({
      verb: 'POST',
      at: '/instances/{idInstance}/deliveries/{receiptId}/replay',
      summary: 'Puts a notification that was tried by webhook behind those that wait, with a receipt id of its own.',
      group,
      scope: 'full',
      path: ofDelivery,
      answer: POSTED,
      created: true,
      idempotent: true,
      async handle(caller, { path: { idInstance, receiptId }, once }) {
        const instance = alive(instances, caller, idInstance)
        const found = (await instance?.notices.delivery(receiptId)) ?? null
        if (instance === undefined || found === null) return NOT_FOUND
        const beside = note(caller, instance, 'notification.replay', { receiptId })
        return answerOf(await instance.notices.repeat(found.body, beside, once(posted)))
      },
    }),
    route({
      verb: 'POST',
      at: '/instances/{idInstance}/notifications/test',
      summary:
        'Puts a notification with the state of the instance behind those that wait, whatever its settings want; once in 10 seconds.',
      group,
      scope: 'full',
      path,
      answer: POSTED,
      created: true,
      async handle(caller, { path: { idInstance } }) {
        const instance = alive(instances, caller, idInstance)
        if (instance === undefined) return NOT_FOUND
        const turn = tests.take(instance.id, TESTS_PER_SECOND, clock.now())
        if (!turn.allowed) return rateLimited('A test can be made once in 10 seconds', turn.waitMs)
        return answerOf(await instance.notices.tellState(note(caller, instance, 'notification.test')))
      },
    }),
  ]
}

const posted = (receiptId: number): object => ({ receiptId })

function answerOf(outcome: number | Fault | Repeated): object | Fault | Repeated {
  return typeof outcome === 'number' ? posted(outcome) : isRepeated(outcome) || isFault(outcome) ? outcome : NOT_FOUND
}

/** A deleted one tells nobody anything. */
function alive(instances: Pick<Instances, 'get'>, caller: AccountCaller, id: number): Instance | undefined {
  const instance = own(instances, caller, id)
  return instance?.deletedAt === null ? instance : undefined
}
