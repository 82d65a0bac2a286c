import { isFault, fault } from '../../model/fault.ts'
import type { InstanceId } from '../../model/ids.ts'
import { isRepeated } from '../../model/once.ts'
import { MESSENGERS } from '../../model/messenger.ts'
import type { PartnerInstances } from '../../partners/partner-instances.ts'
import type { PartnerCaller } from '../../partners/partner-tokens.ts'
import { validationText } from '../errors.ts'
import { oneOfOrAbsent, optional, text } from '../fields.ts'
import { MADE_INSTANCE, madeInstance } from '../made-instance.ts'
import { defineMethod, type Row } from '../method.ts'
import { settingsFaults, settingsFields } from '../settings-fields.ts'

const NAME_LENGTH = 500

export interface CreateInstanceOptions {
  readonly instances: Pick<PartnerInstances, 'create'>
  /** The least send delay that may be set. */
  readonly delayMinMs: number
  /** Where clients reach this server. */
  readonly publicUrl: () => string
}

/**
 * `typeInstance` in the body chooses the messenger where it names one, else the path, else the account's terms. `apiUrl` and
 * `mediaUrl` in the answer are ours.
 */
export function createInstance({ instances, delayMinMs, publicUrl }: CreateInstanceOptions): Row<PartnerCaller> {
  return defineMethod({
    name: 'createInstance',
    summary: 'Makes an instance for the account of the token.',
    answer: MADE_INSTANCE,
    verbs: ['POST'],
    group: 'partner',
    perSecond: 1000,
    idempotent: true,
    atLeast: 1,
    fields: {
      name: optional(text({ empty: 'value', max: NAME_LENGTH })),
      typeInstance: optional(oneOfOrAbsent(MESSENGERS)),
      ...settingsFields(delayMinMs),
    },
    async handle({ account }: PartnerCaller, fields, call) {
      const { name = '', typeInstance, ...settings } = fields
      const faults = settingsFaults(settings)
      if (faults.length > 0) return fault('invalid', validationText(faults))
      const messenger = typeInstance ?? (call.v3 ? 'v3' : (account.terms.defaultMessenger ?? 'whatsapp'))
      const describe = (made: { readonly id: InstanceId; readonly token: string }) =>
        madeInstance(made, messenger, publicUrl())
      const once = call.once(describe)
      const made = await instances.create(account, { messenger, name: wellFormed(name), settings, once })
      return isFault(made) || isRepeated(made) ? made : describe(made)
    },
  })
}

/** Halves of surrogate pairs can't be stored: they become the replacement sign now, and not at the next start. */
function wellFormed(name: string): string {
  return name.toWellFormed()
}
