import type { Config } from '../config/schema.ts'
import type { ConsoleAbout } from '../http/console/me-view.ts'
import type { Node } from '../instances/node.ts'
import { packageVersion } from '../lib/package-version.ts'
import type { Seal } from '../lib/seal.ts'
import { MESSENGERS, type Messenger } from '../model/messenger.ts'
import type { Accounts } from '../partners/accounts.ts'
import { openPeople, type People } from '../people/people.ts'
import { smtpMailer } from '../people/smtp.ts'
import type { Store } from '../storage/store.ts'
import type { Foundation, OnClose } from './foundation.ts'
import type { Later } from './open-files.ts'
import { enginesOf } from './open-node.ts'

/** Those who sign in to the console, and what it tells them of the server. */
export interface ConsoleParts {
  readonly people: People
  readonly about: ConsoleAbout
}

export function openConsole(
  config: Config,
  needs: Foundation &
    Pick<Node, 'drivers'> & { readonly store: Store; readonly seal: Seal; readonly accounts: Accounts },
  later: Later,
  onClose: OnClose,
): ConsoleParts {
  const { smtpUrl, mailFrom, passwordCost, rateLimitScale } = config
  const mailer = smtpUrl === undefined || mailFrom === undefined ? undefined : smtpMailer(smtpUrl, mailFrom)
  const people = openPeople({ ...needs, mailer, publicUrl: () => later.url, passwordCost, rateLimitScale })
  onClose(async () => {
    await people.resets.idle()
    mailer?.close()
  })
  return { people, about: aboutOf(config, needs.drivers) }
}

function aboutOf(config: Config, drivers: Node['drivers']): ConsoleAbout {
  const { supportText: text, supportUrl: url } = config
  const engines = enginesOf(config)
  const waysOf = (messenger: Messenger) => drivers.get(messenger)?.capabilities.loginWays ?? []
  return {
    support: text === undefined && url === undefined ? null : { text: text ?? url ?? '', url: url ?? '' },
    simulated: MESSENGERS.filter((messenger) => engines[messenger] === 'simulator'),
    byPhone: MESSENGERS.filter((messenger) => waysOf(messenger).some((way) => way === 'code' || way === 'sms')),
    byToken: MESSENGERS.filter((messenger) => waysOf(messenger).includes('token')),
    version: packageVersion(),
  }
}
