import { Id, type Fields } from '../msgpack.ts'
import { ASK } from '../opcodes.ts'
import type { Reader } from '../reader.ts'
import { Refusal, wrong } from '../refusal.ts'
import type { Handler, Service, Station } from '../service.ts'
import { wrapped } from '../shown.ts'
import type { Upload, UploadKind } from '../uploads.ts'

const VOICE = 2

/** Where clients put files, and where they fetch them. */
export function fileHandlers(service: Service): ReadonlyMap<number, Handler> {
  const { uploads } = service
  const expect = (kind: UploadKind, asked: Reader, { actor }: Station): Upload => {
    if (asked.whole('count') !== 1) throw wrong('one at a time')
    asked.flag('profile')
    return uploads.expect(kind, actor.person)
  }
  return new Map<number, Handler>([
    [ASK.uploadPhoto, (asked, station) => ({ url: uploads.putUrl(expect('photo', asked, station)) })],
    [
      ASK.uploadFile,
      (asked, station) => {
        const file = expect('file', asked, station)
        return { info: [{ url: uploads.putUrl(file), fileId: wrapped(file.id), token: file.token }] }
      },
    ],
    [
      ASK.uploadVideo,
      (asked, station) => {
        const isVoice = asked.whole('type') === VOICE
        if (asked.whole('uploaderType') !== (isVoice ? 1 : 0)) throw wrong('an uploader that is not that of the type')
        const file = expect(isVoice ? 'audio' : 'video', asked, station)
        // Which of both names a voice has is not known: it has both.
        const ids = { videoId: wrapped(file.id), ...(isVoice && { audioId: wrapped(file.id) }) }
        return { info: [{ url: uploads.putUrl(file), ...ids, token: file.token }] }
      },
    ],
    [
      ASK.downloadFile,
      (asked, station) => ({ url: uploads.url(attached(service, 'file', asked, station)), unsafe: false }),
    ],
    [ASK.playVideo, (asked, station) => ({ MP4_720: uploads.url(attached(service, 'video', asked, station)) })],
  ])
}

/** Only what is attached to a message that this person sees. */
function attached({ network, messages, uploads }: Service, kind: 'file' | 'video', asked: Reader, at: Station): Upload {
  const { person } = at.actor
  const chat = network.chat(person, asked.id('chatId'))
  const message = messages.seen(person, chat, asked.id('messageId'))
  const name = `${kind}Id`
  const id = asked.looseId(name)
  const holds = (attaches: readonly Fields[]) =>
    attaches.some((one) => one[name] instanceof Id && one[name].value === id)
  if (!holds(message.attaches) && !holds(message.link?.message.attaches ?? []))
    throw new Refusal('not.found', `the message has no such ${kind}`)
  return uploads.byId(kind, id)
}
