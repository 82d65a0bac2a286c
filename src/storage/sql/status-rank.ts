import { MESSAGE_STATUSES, statusRank } from '../../model/message.ts'

/** The rank of a message's status, in SQL. */
export const STATUS_RANK = `case status ${MESSAGE_STATUSES.map((status) => `when '${status}' then ${String(statusRank(status))}`).join(' ')} end`
