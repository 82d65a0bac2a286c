import Type from 'typebox'
import { partnerActor } from '../../partners/actor.ts'
import type { PartnerInstances } from '../../partners/partner-instances.ts'
import type { PartnerCaller } from '../../partners/partner-tokens.ts'
import { integer } from '../fields.ts'
import { defineMethod, type Row } from '../method.ts'

/** The phone stays linked at the messenger: who wants it unlinked calls `logout` before. */
export function deleteInstanceAccount(instances: Pick<PartnerInstances, 'delete'>): Row<PartnerCaller> {
  return defineMethod({
    name: 'deleteInstanceAccount',
    summary: 'Deletes an instance; its phone stays linked.',
    answer: Type.Object({ deleteInstanceAccount: Type.Boolean() }),
    verbs: ['POST'],
    group: 'partner',
    perSecond: 1000,
    fields: { idInstance: integer({ empty: 'error', digits: true, minimum: 0, maximum: Number.MAX_SAFE_INTEGER }) },
    instanceIn: ({ idInstance }) => idInstance,
    async handle(caller: PartnerCaller, fields) {
      const refused = await instances.delete(caller.account, fields.idInstance, partnerActor(caller))
      return refused ?? { deleteInstanceAccount: true }
    },
  })
}
