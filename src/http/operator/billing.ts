import Type from 'typebox'
import { billingDay, dayText } from '../../billing/day.ts'
import { monthText } from '../../billing/month.ts'
import { fault } from '../../model/fault.ts'
import { ANSWER_MS } from '../answer-times.ts'
import { defineRoute, type ApiRow } from '../api/route.ts'
import type { OperatorCaller } from './operator-door.ts'
import type { OperatorParts } from './operator-parts.ts'

const route = defineRoute<OperatorCaller>()
const orNull = Type.Union([Type.String(), Type.Null()])
const BILLING = Type.Object({ today: Type.String(), chargedUpTo: orNull, closedUpTo: orNull })

/** How far the daily charge and the closing of months have come. */
export function billingRoutes(parts: OperatorParts): readonly ApiRow<OperatorCaller>[] {
  return [
    route({
      verb: 'GET',
      at: '/billing',
      summary: 'Tells up to which day every instance is charged, and up to which month all statements are made.',
      group: 'billing',
      scope: 'read',
      answer: BILLING,
      handle: () => progress(parts),
    }),
    route({
      verb: 'POST',
      at: '/billing/run',
      summary: 'Does now what the daily charge has to do, and answers when it is done. Nothing is ever charged twice.',
      group: 'billing',
      scope: 'full',
      answerMs: ANSWER_MS.long,
      answer: BILLING,
      handle: async () => {
        try {
          await parts.business.dailyCharge.run()
        } catch {
          // What went wrong is in the log.
          return fault('unavailable', 'The daily charge is not done')
        }
        return progress(parts)
      },
    }),
  ]
}

async function progress({ business, clock }: OperatorParts): Promise<object> {
  const { chargedUpTo, closedUpTo } = await business.dailyCharge.progress()
  return {
    today: dayText(billingDay(clock.now())),
    chargedUpTo: chargedUpTo === null ? null : dayText(chargedUpTo),
    closedUpTo: closedUpTo === null ? null : monthText(closedUpTo),
  }
}
