import Type from 'typebox'
import type { Clock } from '../../lib/clock.ts'
import { Pace } from '../../lib/pace.ts'
import { isFault, NOT_FOUND } from '../../model/fault.ts'
import type { AccountId } from '../../model/ids.ts'
import type { PartnerBusiness } from '../../partners/partner-business.ts'
import { accountRoute as route, type AccountCaller } from '../api/account-caller.ts'
import { rateLimited } from '../api/api-errors.ts'
import { originOf } from '../../lib/web-url.ts'
import { isoTime } from '../api/iso-time.ts'
import type { ApiRow } from '../api/route.ts'

const URL_LENGTH = 4096
/** Each is a row of the database until it is delivered. */
const TESTS_PER_SECOND = 0.1
const text = Type.String()
const ATTEMPT = Type.Object({
  time: text,
  id: text,
  type: text,
  attempt: Type.Integer(),
  status: Type.Integer(),
})
const HOOK = Type.Object({ url: text, createdAt: text, attempts: Type.Array(ATTEMPT) })
const HOOK_WITH_SECRET = Type.Object({ url: text, createdAt: text, secret: text })

export interface HookRouteDeps {
  readonly business: Pick<PartnerBusiness, 'hooks'>
  readonly clock: Pick<Clock, 'now'>
}

/** Where the account hears of what happens to its instances, by Standard Webhooks. */
export function hookRoutes({ business: { hooks }, clock }: HookRouteDeps): readonly ApiRow<AccountCaller>[] {
  const tests = new Pace<AccountId>()
  return [
    route({
      verb: 'GET',
      at: '/hook',
      summary:
        'The hook of the account, and what its receiver did lately. A token that only reads sees the origin of its URL.',
      group: 'hook',
      scope: 'read',
      notFound: true,
      answer: HOOK,
      handle({ account, scope }) {
        const hook = hooks.get(account.id)
        if (hook === undefined) return NOT_FOUND
        const attempts = hooks.attempts(account.id).map(({ at, ...attempt }) => ({ time: isoTime(at), ...attempt }))
        const url = scope === 'read' ? originOf(hook.url) : hook.url
        return { url, createdAt: isoTime(hook.createdAt), attempts }
      },
    }),
    route({
      verb: 'DELETE',
      at: '/hook',
      summary: 'Takes the hook away, with the events that wait.',
      group: 'hook',
      scope: 'full',
      notFound: true,
      answer: null,
      handle: (caller) => hooks.remove(caller.account.id, caller.actor),
    }),
    route({
      verb: 'POST',
      at: '/hook/test',
      summary: 'Puts an event `hook.test` on its way; once in 10 seconds.',
      group: 'hook',
      scope: 'full',
      notFound: true,
      answer: Type.Object({ id: text }),
      handle({ account }) {
        if (hooks.get(account.id) === undefined) return NOT_FOUND
        const turn = tests.take(account.id, TESTS_PER_SECOND, clock.now())
        return turn.allowed ? hooks.test(account.id) : rateLimited('A test can be made once in 10 seconds', turn.waitMs)
      },
    }),
    ...settingRoutes(hooks),
  ]
}

/** Those that tell the secret. */
function settingRoutes(hooks: PartnerBusiness['hooks']): readonly ApiRow<AccountCaller>[] {
  const put = async (caller: AccountCaller, url: string, newSecret: boolean) => {
    const hook = await hooks.put(caller.account.id, url, newSecret, caller.actor)
    return isFault(hook) ? hook : { url: hook.url, createdAt: isoTime(hook.createdAt), secret: hook.secret }
  }
  return [
    route({
      verb: 'PUT',
      at: '/hook',
      summary: 'Sets the address of the hook. The secret that signs its events is made with the first one and stays.',
      group: 'hook',
      scope: 'full',
      body: { url: Type.String({ minLength: 1, maxLength: URL_LENGTH }) },
      answer: HOOK_WITH_SECRET,
      handle: (caller, { body }) => put(caller, body.url, false),
    }),
    route({
      verb: 'POST',
      at: '/hook/secret',
      summary: 'Makes another secret; the old one signs nothing more.',
      group: 'hook',
      scope: 'full',
      notFound: true,
      answer: HOOK_WITH_SECRET,
      handle(caller) {
        const hook = hooks.get(caller.account.id)
        return hook === undefined ? NOT_FOUND : put(caller, hook.url, true)
      },
    }),
  ]
}
