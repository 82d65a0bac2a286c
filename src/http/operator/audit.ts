import Type from 'typebox'
import { isFault } from '../../model/fault.ts'
import { PAGE_SIZE, pageOf, pageSchema, PAGING, readCursor, writeCursor } from '../api/paging.ts'
import { defineRoute, type ApiRow } from '../api/route.ts'
import * as fields from './fields.ts'
import type { OperatorCaller } from './operator-door.ts'
import type { OperatorParts } from './operator-parts.ts'
import { AUDIT_ENTRY, auditView } from './views.ts'

/** Who did what. Entries of erased accounts stay, so the account need not be known any more. */
export function auditRoutes({ business: { audit } }: OperatorParts): readonly ApiRow<OperatorCaller>[] {
  return [
    defineRoute<OperatorCaller>()({
      verb: 'GET',
      at: '/audit',
      summary: 'Lists what was done by whom, newest first: on the server, or to one account.',
      group: 'audit',
      scope: 'read',
      query: { accountId: Type.Optional(fields.accountPath.id), ...PAGING },
      answer: pageSchema(AUDIT_ENTRY),
      handle: async (_caller, { query: { accountId, cursor, limit = PAGE_SIZE } }) => {
        const place = readCursor('audit', cursor, 1)
        if (isFault(place)) return place
        const asked = accountId === undefined ? {} : { account: fields.accountId(accountId) }
        const found = await audit.list(asked, limit + 1, place?.[0])
        return pageOf(found, limit, auditView, (last) => writeCursor('audit', [last.seq]))
      },
    }),
  ]
}
