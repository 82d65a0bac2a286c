import type { Picture } from '../../../model/chats.ts'
import type { KeptFile } from '../../../model/content.ts'
import { fault, isFault, type Fault } from '../../../model/fault.ts'
import type { EpochMs } from '../../../model/ids.ts'
import type { Profile } from '../../facets.ts'
import { keep, type Life } from '../life.ts'
import { OF_BOOK } from '../names.ts'
import { CHANGE_PROFILE } from '../wire/opcodes.ts'
import type { Contact } from '../wire/shapes.ts'
import { answerTo, ask, told, type Current } from './asking.ts'
import { contactOf } from './persons.ts'
import { handOverPicture, pictureAt } from './pictures.ts'

const TOO_SOON = fault('rateLimited', 'the picture was changed a moment ago; try again in a while')
const NO_PROFILE = fault('unavailable', 'MAX does not show the account its own profile')

export function profileOf(current: Current, setPresence: Profile['setPresence']): Profile {
  let setAt: EpochMs | undefined
  return {
    picture: () => ask(current, picture),
    setPicture: (file) =>
      told(current, async (life) => {
        const now = life.host.clock.now()
        const { picturePeriodMs } = life.shared
        if (setAt !== undefined && now >= setAt && now - setAt < picturePeriodMs) return TOO_SOON
        const trouble = await setPicture(life, file)
        if (trouble === undefined) setAt = now
        return trouble
      }),
    setPresence,
  }
}

async function picture(life: Life): Promise<Picture | Fault> {
  const own = await contactOf(life, life.self)
  return own === null || isFault(own) ? (own ?? NO_PROFILE) : pictureAt(life, own.baseUrl)
}

/** The network changes a profile as a whole: the names go with it as they are. */
async function setPicture(life: Life, file: KeptFile): Promise<Fault | undefined> {
  const own = await contactOf(life, life.self)
  if (own === null || isFault(own)) return own ?? NO_PROFILE
  const given = await handOverPicture(life, file)
  if (isFault(given)) return given
  const answer = await answerTo(life, {}, CHANGE_PROFILE, { ...namesOf(own), photoToken: given.token })
  if (isFault(answer)) return answer
  const { profile } = answer
  if (profile !== undefined) await keep(life, (draft) => life.directory.noteContact(profile.contact, draft))
  return undefined
}

function namesOf({ names = [] }: Contact): { firstName: string; lastName?: string } {
  const own = names.find(({ type }) => type !== OF_BOOK)
  const { firstName = own?.name ?? '', lastName = '' } = own ?? {}
  return { firstName, ...(lastName !== '' && { lastName }) }
}
