import Type from 'typebox'
import type { Instance } from '../../instances/instance.ts'
import type { Clock } from '../../lib/clock.ts'
import { Pace } from '../../lib/pace.ts'
import { fault, isFault, type Fault } from '../../model/fault.ts'
import { defineMethod, type Call, type Row, type Upload } from '../method.ts'
import { TEXT } from './answers.ts'
import { groupFields, readGroup } from './chat-id.ts'
import { ask, isNo } from './facets.ts'

const EMPTY = fault('invalid', 'File is empty')
const NO_JPEG = fault('invalid', 'Unsupported media type')
const JPEG_TYPE = /^image\/(?:jpe?g|pjpeg)$/i
const JPEG_NAME = /\.jpe?g$/i

/** The picture that came with the call: a JPEG by its type or its name. */
function pictureOf({ upload }: Call): Upload | Fault {
  if (upload === undefined || upload.draft.size === 0) return EMPTY
  return JPEG_TYPE.test(upload.mimeType) || JPEG_NAME.test(upload.fileName) ? upload : NO_JPEG
}

/** Once in ten seconds; a call too early is told so with 200, which is why the row's own rate is wide. */
function setProfilePicture(clock: Clock): Row<Instance> {
  const pace = new Pace<number>()
  return defineMethod({
    name: 'setProfilePicture',
    summary: "Sets the account's own picture.",
    verbs: ['POST'],
    group: 'account',
    perSecond: 10,
    input: 'form',
    fields: {},
    answer: Type.Object({
      reason: Type.Union([TEXT, Type.Null()]),
      urlAvatar: Type.Union([TEXT, Type.Null()]),
      setProfilePicture: Type.Boolean(),
    }),
    async handle(instance: Instance, _fields, call) {
      const given = pictureOf(call)
      if (isFault(given)) return given
      if (!pace.take(instance.id, 0.1, clock.now()).allowed) return notSet('rate-overlimit')
      const picture = await instance.keepFile(given.draft)
      if (isFault(picture)) return picture
      const trouble = await ask(instance, 'profile', (profile) => profile.setPicture(picture))
      if (trouble?.fault === 'rateLimited') return notSet('rate-overlimit')
      if (trouble !== undefined) return isNo(trouble) ? notSet(trouble.message) : trouble
      return { reason: null, urlAvatar: instance.linkOf(picture, 'avatar.jpg'), setProfilePicture: true }
    },
  })
}

function notSet(reason: string): object {
  return { reason, urlAvatar: null, setProfilePicture: false }
}

const setGroupPicture = defineMethod({
  name: 'setGroupPicture',
  summary: 'Sets the picture of a group.',
  verbs: ['POST'],
  group: 'groups',
  perSecond: 1,
  input: 'form',
  fields: groupFields,
  answer: Type.Object({
    setGroupPicture: Type.Boolean(),
    urlAvatar: Type.Union([TEXT, Type.Null()]),
    reason: TEXT,
  }),
  async handle(instance: Instance, fields, call) {
    const group = readGroup(instance, fields)
    if (isFault(group)) return group
    const given = pictureOf(call)
    if (isFault(given)) return given
    const picture = await instance.keepFile(given.draft)
    if (isFault(picture)) return picture
    const trouble = await ask(instance, 'groups', (groups) => groups.setPicture(group, picture))
    if (trouble === undefined) {
      return { setGroupPicture: true, urlAvatar: instance.linkOf(picture, 'avatar.jpg'), reason: '' }
    }
    return isNo(trouble) ? { setGroupPicture: false, urlAvatar: null, reason: trouble.message } : trouble
  },
})

/** Pictures of the account and of groups. */
export function pictureMethods(clock: Clock): readonly Row<Instance>[] {
  return [setProfilePicture(clock), setGroupPicture]
}
