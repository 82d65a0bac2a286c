import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { browserClock } from '../../../../../src/browser/clock.ts'
import { LinkAttempt, type LinkGateway } from '../../../../../src/browser/linking/attempt.ts'
import { BEFORE, type LinkView } from '../../../../../src/browser/linking/view.ts'
import { asFault } from '../../../api/fault.ts'
import { callMethod, instanceQuery } from '../../../api/instances.ts'
import { anything } from '../../../api/read.ts'
import { useHere, useInstance, type Here } from '../here.ts'

/** While somebody waits for a phone the state is asked for besides, for where events don't come through. */
const LOOK_MS = 3_000
/** Nobody looks for so long at a QR that he means to scan. */
const RUN_MS = 180_000
/** The QR changes every 20 s; the contract allows three calls a second, which others may want too. */
const POLL_MS = 2_000

/** Null for the moment before the page is there. */
export function useLinkAttempt(): { readonly view: LinkView; readonly attempt: LinkAttempt | null } {
  const { account, id } = useHere()
  const { state, typeInstance: messenger } = useInstance()
  const [view, setView] = useState(BEFORE)
  const [attempt, setAttempt] = useState<LinkAttempt | null>(null)
  useEffect(() => {
    const made = new LinkAttempt({
      messenger,
      gateway: gatewayTo({ account, id }),
      clock: browserClock,
      onChange: setView,
      runMs: RUN_MS,
      pollMs: POLL_MS,
      looks: false,
    })
    setAttempt(made)
    setView(BEFORE)
    return () => made.close()
  }, [account, id, messenger])
  useEffect(() => attempt?.saw(state), [attempt, state])
  useQuery({ ...instanceQuery(account, id), refetchInterval: view.isRunning ? LOOK_MS : false })
  return { view, attempt }
}

/** The console's own way to the instance: by its session, and without a socket. */
function gatewayTo(here: Here): LinkGateway {
  return {
    async call(name, body, signal) {
      const sent = body === null ? {} : { verb: 'POST' as const, body }
      try {
        return { json: await callMethod({ ...here, ...sent, name, signal, read: anything }) }
      } catch (error) {
        return asFault(error).status === 404 ? { end: 'failed' } : null
      }
    },
    watch: null,
    phone: null,
  }
}
