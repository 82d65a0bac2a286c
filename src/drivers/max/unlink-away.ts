import { within } from '../../lib/within.ts'
import { isFault } from '../../model/fault.ts'
import type { SessionHost } from '../driver.ts'
import { credentialsOf } from './credentials.ts'
import type { LoginBudget } from './login-budget.ts'
import { openVisit } from './opening.ts'
import type { Surroundings } from './surroundings.ts'
import { Visit } from './visit.ts'

const AWAY_MS = 10_000

/** Logs in for nothing but to take this device off the account; best effort, and not where one more login would be too many. */
export async function unlinkAway(host: SessionHost, shared: Surroundings, budget: LoginBudget): Promise<void> {
  const credentials = await credentialsOf(host)
  if (isFault(credentials)) return
  const visit = await openVisit({
    ...{ host, shared, budget, seemsSeen: () => false, isWanted: () => true, enter: () => Promise.resolve(null) },
    listener: { ended: () => undefined, loggedOut: () => Promise.resolve() },
  })
  if (!(visit instanceof Visit)) return
  const leave = async () => {
    if ((await visit.opened) && (await visit.logIn(credentials)).ok) await visit.unlink()
  }
  await within(host.clock, AWAY_MS, leave(), undefined)
  await visit.close()
}
