import type { Person } from './model.ts'
import { Float, type Fields } from './msgpack.ts'
import type { MaxNetwork } from './network.ts'
import type { Reader } from './reader.ts'
import { Refusal, wrong } from './refusal.ts'
import { contactFields, wrapped } from './shown.ts'
import type { Upload, UploadKind, Uploads } from './uploads.ts'

const WAVE_BYTES = 80

/** What clients attach, made what others read. */
export class Attachments {
  readonly #network: MaxNetwork
  readonly #uploads: Uploads
  #lastPoll = 500n

  constructor(network: MaxNetwork, uploads: Uploads) {
    this.#network = network
    this.#uploads = uploads
  }

  taken(asked: readonly Reader[], by: Person): Fields[] {
    const kinds = asked.map((one) => one.text('_type', 50))
    for (const single of ['FILE', 'AUDIO', 'POLL', 'CONTACT', 'LOCATION'])
      if (kinds.includes(single) && kinds.length > 1) throw wrong(`a ${single} goes alone`)
    return asked.map((one) => this.#one(one, by))
  }

  /** As `taken`, of a file that is on the service. */
  of(upload: Upload, more: Fields = {}): Fields {
    const url = this.#uploads.url(upload)
    const token = upload.token
    const id = wrapped(upload.id)
    switch (upload.kind) {
      case 'photo':
        return { _type: 'PHOTO', photoId: id, photoToken: token, baseUrl: url, width: 640, height: 480 }
      case 'file':
        return { _type: 'FILE', fileId: id, name: upload.name, size: upload.bytes.length, token }
      case 'video':
        return { _type: 'VIDEO', videoId: id, token, width: 640, height: 480, duration: 1_000, videoType: 0, ...more }
      case 'audio':
        return { _type: 'AUDIO', audioId: id, token, url, duration: 1_000, ...more }
    }
  }

  #one(asked: Reader, by: Person): Fields {
    switch (asked.text('_type')) {
      case 'PHOTO':
        return this.of(this.#ready(this.#uploads.byToken('photo', asked.text('photoToken'))))
      case 'FILE':
        return this.of(this.#ready(this.#uploads.byId('file', asked.looseId('fileId'))))
      case 'VIDEO':
        return this.of(this.#tokened('video', 'videoId', asked))
      case 'AUDIO':
        return this.#voice(asked)
      case 'CONTACT':
        return this.#card(asked, by)
      case 'LOCATION':
        return place(asked)
      case 'POLL':
        return this.#poll(asked)
      default:
        throw wrong(`nothing is attached as ${asked.text('_type')}`)
    }
  }

  #voice(asked: Reader): Fields {
    const upload = this.#tokened('audio', 'audioId', asked)
    const duration = asked.wholeOr('duration', 0)
    const wave = asked.fields['wave']
    if (wave === undefined) return this.of(upload, { duration })
    if (!(wave instanceof Uint8Array) || wave.length !== WAVE_BYTES) throw wrong(`a wave is ${WAVE_BYTES} bytes`)
    return this.of(upload, { duration, wave })
  }

  #card(asked: Reader, by: Person): Fields {
    const person = this.#network.persons.get(asked.id('contactId'))
    if (person === undefined) throw new Refusal('not.found', 'there is no such person')
    const { id, names, phone, baseUrl } = contactFields(person, by)
    const name = [person.firstName, person.lastName].join(' ').trim()
    return {
      ...{ _type: 'CONTACT', contactId: id, name, names },
      ...(phone !== undefined && { phone }),
      ...(baseUrl !== undefined && { photoUrl: baseUrl }),
    }
  }

  #poll(asked: Reader): Fields {
    const title = asked.text('title', 500)
    const texts = asked.readers('answers').map((answer) => answer.text('text', 200))
    if (texts.length < 2) throw wrong('a poll has two answers at least')
    this.#lastPoll += 1n
    return {
      ...{ _type: 'POLL', pollId: wrapped(this.#lastPoll), title, settings: asked.wholeOr('settings', 0) },
      answers: texts.map((text, index) => ({ id: index + 1, text, votes: 0 })),
    }
  }

  #tokened(kind: UploadKind, idName: string, asked: Reader): Upload {
    const upload = this.#uploads.byId(kind, asked.looseId(idName))
    if (upload.token !== asked.text('token')) throw new Refusal('not.found', `this is not the ${kind}'s token`)
    return this.#ready(upload)
  }

  #ready(upload: Upload): Upload {
    const { faults } = this.#network
    if (faults.uploadsNotReady > 0) {
      faults.uploadsNotReady -= 1
      throw new Refusal('attachment.not.ready')
    }
    if (!upload.isReady) throw new Refusal('attachment.not.ready')
    return upload
  }
}

function place(asked: Reader): Fields {
  const [latitude, longitude] = [asked.number('latitude'), asked.number('longitude')]
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) throw wrong('there is no such place')
  return { _type: 'LOCATION', latitude: new Float(latitude), longitude: new Float(longitude) }
}
