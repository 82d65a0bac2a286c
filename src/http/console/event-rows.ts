import type { IncomingMessage } from 'node:http'
import type { Instances } from '../../instances/instances.ts'
import type { Clock } from '../../lib/clock.ts'
import { isFault } from '../../model/fault.ts'
import { rateLimited } from '../api/api-errors.ts'
import { Download, type ApiRow } from '../api/route.ts'
import { memberRoute as route, type MemberCaller } from './console-api.ts'
import type { ConsoleDoor } from './door.ts'
import { EventFeed } from './event-feed.ts'
import { InstanceWatch } from './instance-watch.ts'

export interface EventRowDeps {
  readonly door: ConsoleDoor
  readonly instances: Pick<Instances, 'ofAccount'>
  readonly clock: Clock
  /** Aborted when the server stops taking calls. */
  readonly stopping: AbortSignal
}

const EVENTS = 'text/event-stream; charset=utf-8'
/** So often a stream says that it lives, and is asked whether whoever listens may still do so. */
const BEAT_MS = 15_000
const MOST_STREAMS = 10
const TOO_MANY = rateLimited(`A person has at most ${String(MOST_STREAMS)} streams of events at one time`, BEAT_MS)

/** What happens to the instances of an account, as it happens. */
export function eventRows({ door, instances, clock, stopping }: EventRowDeps): readonly ApiRow<MemberCaller>[] {
  const watch = new InstanceWatch({ instances, clock })
  const open = new Map<string, number>()
  const isStillLetIn = async (raw: IncomingMessage, { account }: MemberCaller): Promise<boolean> => {
    const caller = await door.admit(raw)
    return !isFault(caller) && !isFault(await door.roleIn(caller, account.id))
  }
  const stream = async function* (caller: MemberCaller, raw: IncomingMessage): AsyncGenerator<string> {
    const { person, account } = caller
    const others = open.get(person.id) ?? 0
    // Many that were asked for at once have all been let in before the first of them began.
    if (others >= MOST_STREAMS) return
    open.set(person.id, others + 1)
    const feed = new EventFeed(clock, BEAT_MS)
    const leave = watch.listen(account.id, (news) => feed.add(news))
    const end = () => feed.end()
    raw.socket.once('close', end)
    stopping.addEventListener('abort', end)
    if (stopping.aborted || raw.socket.destroyed) end()
    try {
      yield* feed.pieces(() => isStillLetIn(raw, caller))
    } finally {
      leave()
      raw.socket.off('close', end)
      stopping.removeEventListener('abort', end)
      const left = (open.get(person.id) ?? 1) - 1
      if (left === 0) open.delete(person.id)
      else open.set(person.id, left)
    }
  }
  return [
    route({
      verb: 'GET',
      at: '/events',
      summary:
        'Server-sent events, at most four in a second: `instance` with a list of those that changed, `removed` with a list of ids. Whoever connects reads the list anew.',
      group: 'instances',
      scope: 'read',
      answer: EVENTS,
      handle(caller, { raw }) {
        if ((open.get(caller.person.id) ?? 0) >= MOST_STREAMS) return TOO_MANY
        return new Download(EVENTS, stream(caller, raw), undefined, { 'X-Accel-Buffering': 'no' })
      },
    }),
  ]
}
