import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { Busboy } from '@fastify/busboy'
import type { Person } from './model.ts'
import type { MaxNetwork } from './network.ts'
import { TELL } from './opcodes.ts'
import { Refusal } from './refusal.ts'
import { wrapped } from './shown.ts'

export type UploadKind = 'photo' | 'file' | 'video' | 'audio'

/** A file on the service, or one whose bytes it still waits for. */
export interface Upload {
  readonly id: bigint
  readonly kind: UploadKind
  readonly token: string
  /** What its links end with. */
  readonly secret: string
  readonly owner: Person
  bytes: Buffer
  name: string
  mimeType: string
  isReady: boolean
}

/** The servers for files: where clients put and fetch them over HTTP, without credentials. */
export class Uploads {
  /** `http://127.0.0.1:<port>`; known once the server listens. */
  base = ''
  readonly #network: MaxNetwork
  readonly #bySecret = new Map<string, Upload>()
  readonly #byToken = new Map<string, Upload>()
  readonly #byId = new Map<bigint, Upload>()
  #lastId = 3_000_000_000n

  constructor(network: MaxNetwork) {
    this.#network = network
  }

  /** A place for a file that is to come. */
  expect(kind: UploadKind, owner: Person): Upload {
    this.#lastId += 13n
    const upload: Upload = {
      ...{ id: this.#lastId, kind, owner, bytes: Buffer.alloc(0), name: '', mimeType: 'application/octet-stream' },
      ...{ token: randomBytes(24).toString('base64url'), secret: randomBytes(12).toString('hex'), isReady: false },
    }
    this.#bySecret.set(upload.secret, upload)
    this.#byToken.set(upload.token, upload)
    this.#byId.set(upload.id, upload)
    return upload
  }

  /** A file that is there at once, as a phone sent it. */
  keep(kind: UploadKind, owner: Person, file: { bytes: Uint8Array; name?: string; mimeType?: string }): Upload {
    const upload = this.expect(kind, owner)
    upload.bytes = Buffer.from(file.bytes)
    upload.name = file.name ?? ''
    upload.mimeType = file.mimeType ?? upload.mimeType
    upload.isReady = true
    return upload
  }

  /** Of the latest place for a file. */
  get lastId(): bigint {
    return this.#lastId
  }

  byToken(kind: UploadKind, token: string): Upload {
    const found = this.#byToken.get(token)
    if (found?.kind !== kind) throw new Refusal('not.found', `there is no ${kind} with this token`)
    return found
  }

  byId(kind: UploadKind, id: bigint): Upload {
    const found = this.#byId.get(id)
    if (found?.kind !== kind) throw new Refusal('not.found', `there is no ${kind} ${String(id)}`)
    return found
  }

  putUrl(upload: Upload): string {
    return `${this.base}/put/${upload.kind}/${upload.secret}`
  }

  url(upload: Upload): string {
    return `${this.base}/get/${upload.kind}/${upload.secret}`
  }

  /** Answers what comes over HTTP. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, verb = '', kind = '', secret = ''] = new URL(request.url ?? '/', 'http://max').pathname.split('/')
    const upload = this.#bySecret.get(secret)
    if (upload?.kind !== kind) response.writeHead(404).end()
    else if (verb === 'get' && request.method === 'GET') this.#give(upload, response)
    else if (verb === 'put' && request.method === 'POST') await this.#put(upload, request, response)
    else response.writeHead(405).end()
  }

  async #put(upload: Upload, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { faults, recording } = this.#network
    const body = await buffer(request)
    const say = (status: number, words: object) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(words))
    }
    const isPhoto = upload.kind === 'photo'
    if (faults.uploadStatus !== null) {
      say(faults.uploadStatus, {})
      return
    }
    const wrong = isPhoto ? await this.#takePhoto(upload, request, body) : this.#take(upload, request, body)
    if (wrong === undefined) say(200, isPhoto ? { photos: { [upload.secret]: { token: upload.token } } } : {})
    else {
      recording.complain(`an upload: ${wrong}`)
      say(400, { error: wrong })
    }
  }

  #give(upload: Upload, response: ServerResponse): void {
    const { bytes, mimeType, name } = upload
    const disposition =
      name === '' ? {} : { 'content-disposition': `attachment; filename="${encodeURIComponent(name)}"` }
    response.writeHead(200, { 'content-type': mimeType, 'content-length': bytes.length, ...disposition }).end(bytes)
  }

  /** A form with the picture in its field `file`. */
  async #takePhoto(upload: Upload, request: IncomingMessage, body: Buffer): Promise<string | undefined> {
    const type = request.headers['content-type'] ?? ''
    if (!type.startsWith('multipart/form-data')) return 'a picture comes as a form'
    const file = await fileIn(type, body)
    if (file === undefined) return 'the form has no file in its field'
    Object.assign(upload, file)
    upload.isReady = true
    return undefined
  }

  /** Bytes as they are, whole or in pieces one after the other. */
  #take(upload: Upload, request: IncomingMessage, body: Buffer): string | undefined {
    const range = /^(?:bytes )?(\d+)-(-?\d+)\/(\d+)$/.exec(request.headers['content-range'] ?? '')
    if (range === null) return 'a file comes with its Content-Range'
    const [from, to, size] = [Number(range[1]), Number(range[2]), Number(range[3])]
    const isRepeated = from === 0
    if (to - from + 1 !== body.length || to >= Math.max(size, 1)) return 'the Content-Range is not that of the bytes'
    if (!isRepeated && from !== upload.bytes.length) return 'a piece that does not follow the one before'
    upload.bytes = isRepeated ? body : Buffer.concat([upload.bytes, body])
    upload.name = nameIn(request.headers['content-disposition']) ?? upload.name
    upload.mimeType = request.headers['content-type'] ?? upload.mimeType
    if (upload.bytes.length === size) this.#finish(upload)
    return undefined
  }

  /** Tells when it is ready to be sent, as it takes the service a while. */
  #finish(upload: Upload): void {
    const { clock, settings, faults } = this.#network
    if (faults.neverReady) return
    clock.after(settings.readyAfterMs, () => {
      upload.isReady = true
      const id = wrapped(upload.id)
      const told = upload.kind === 'file' ? { fileId: id } : upload.kind === 'video' ? { videoId: id } : { audioId: id }
      this.#network.tell(upload.owner, TELL.uploaded, told)
    })
  }
}

type FormFile = Pick<Upload, 'bytes' | 'name' | 'mimeType'>

/** The file in the field `file` of a form; undefined where it has none, or is none. */
function fileIn(contentType: string, body: Buffer): Promise<FormFile | undefined> {
  return new Promise((resolve) => {
    let found: FormFile | undefined
    const form = new Busboy({ headers: { 'content-type': contentType } })
    form.on('file', (field, stream, name, _encoding, mimeType) => {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        if (field === 'file') found = { bytes: Buffer.concat(parts), name, mimeType }
      })
    })
    form.on('error', () => resolve(undefined))
    form.on('finish', () => resolve(found))
    form.end(body)
  })
}

function nameIn(disposition: string | undefined): string | undefined {
  const extended = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? '')?.[1]
  const quoted = /filename="?([^";]+)"?/i.exec(disposition ?? '')?.[1]
  const name = extended ?? quoted
  if (name === undefined) return undefined
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
