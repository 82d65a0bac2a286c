import { bytesOf, child } from '../nodes.ts'
import type { Account, Answer, Network, QueryHandler } from '../network.ts'

/** What the engine asks by these numbers. */
const restriction = '23983697327930364'
const newChatsLeft = '24503548349331633'

/** The queries that carry JSON: of those, whether an account may write to strangers, and to how many. */
export function mexQueries(network: Network): QueryHandler {
  return {
    xmlns: 'w:mex',
    handle: (query, { account }) => {
      const asked = child(query, 'query')
      // Bad JSON throws, and is answered as any bad request.
      JSON.parse(Buffer.from(bytesOf(asked)).toString())
      const data = dataFor(network, asked?.attrs['query_id'], account)
      return data === null ? badRequest : [{ tag: 'result', attrs: {}, content: Buffer.from(JSON.stringify({ data })) }]
    },
  }
}

const badRequest: Answer = { error: { code: 400, text: 'bad-request' } }

function dataFor(network: Network, id: string | undefined, account: Account): object | null {
  if (id === restriction) {
    const isActive = account.restrictedUntil > network.now()
    const ends = isActive ? String(Math.floor(account.restrictedUntil / 1000)) : '0'
    const enforcement_type = isActive ? 'BIZ_QUALITY' : 'DEFAULT'
    return {
      xwa2_fetch_account_reachout_timelock: { is_active: isActive, time_enforcement_ends: ends, enforcement_type },
    }
  }
  if (id === newChatsLeft)
    return { xwa2_message_capping_info: { capping_status: 'NONE', total_quota: -1, used_quota: 0 } }
  return null
}
