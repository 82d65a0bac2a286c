import { Busboy, type BusboyInstance } from '@fastify/busboy'
import type { Readable } from 'node:stream'
import type { Draft, Media } from '../media/media.ts'
import { MALFORMED, TOO_LARGE, uploadOf, type Refused, type Uploaded } from './uploaded.ts'

const FILE_PART = 'file'
const LIMITS = {
  fieldSize: 128 * 1024,
  fields: 64,
  files: 8,
  parts: 128,
  headerPairs: 32,
  headerSize: 16 * 1024,
} as const

/**
 * Reads a `multipart/form-data` body: texts in any order and the first part named `file`, which goes into a draft. Other parts are read and
 * dropped. Rejects when the stream or the store fails. In every case but success nothing of the file is left.
 */
export async function readForm(stream: Readable, type: string, media: Media, limitBytes: number): Promise<Uploaded> {
  const parser = parserFor(type)
  if (parser === undefined) return MALFORMED
  const form = new Form(media, limitBytes)
  parser.on('field', (name: string | undefined, value) => form.takeText(name, value))
  parser.on('file', (_name, file, fileName: string | undefined, _encoding, mimeType) => {
    form.takeFile(file, fileName ?? '', mimeType)
  })
  try {
    const refused = await Promise.race([parse(stream, parser), form.refused])
    const uploaded = refused ?? (await form.result())
    if ('status' in uploaded) await form.discard()
    return uploaded
  } catch (error) {
    await form.discard()
    throw error
  }
}

/** Undefined for a type without a boundary that can be used. */
function parserFor(type: string): BusboyInstance | undefined {
  try {
    return Busboy({
      headers: { 'content-type': type },
      limits: LIMITS,
      isPartAFile: (name) => name === FILE_PART,
    })
  } catch {
    return undefined
  }
}

/** Resolves with undefined at the end of the form; rejects when the stream fails. */
function parse(stream: Readable, parser: BusboyInstance): Promise<Refused | undefined> {
  return new Promise((resolve, reject) => {
    parser.on('finish', () => resolve(undefined))
    parser.on('error', () => resolve(MALFORMED))
    stream.on('error', reject)
    stream.pipe(parser)
  })
}

/** What has come of a form so far. */
class Form {
  /** Resolves when the file can't be taken, rejects when the store fails; otherwise it stays open. */
  readonly refused: Promise<Refused>
  readonly #media: Media
  readonly #limitBytes: number
  // Names come from outside.
  readonly #texts = Object.create(null) as Record<string, string>
  #file: { readonly stream: Readable; readonly fileName: string; readonly mimeType: string } | undefined
  #draft: Promise<Draft | Refused> | undefined
  #refuse: (why: Refused | Promise<Refused>) => void = () => undefined

  constructor(media: Media, limitBytes: number) {
    this.#media = media
    this.#limitBytes = limitBytes
    this.refused = new Promise((resolve) => {
      this.#refuse = resolve
    })
    // Nobody may be waiting for it any more.
    this.refused.catch(() => undefined)
  }

  /** The last of a name counts. */
  takeText(name: string | undefined, value: string): void {
    if (name !== undefined) this.#texts[name] = value
  }

  /** The first counts; one more is read and dropped. */
  takeFile(stream: Readable, fileName: string, mimeType: string): void {
    if (this.#file !== undefined) {
      stream.on('error', () => undefined).resume()
      return
    }
    this.#file = { stream, fileName, mimeType }
    this.#draft = this.#receive(stream)
    this.#draft.then(
      (draft) => {
        if ('status' in draft) this.#refuse(draft)
      },
      (error: unknown) => this.#refuse(Promise.reject(error as Error)),
    )
  }

  /** When the form has come to its end. */
  async result(): Promise<Uploaded> {
    const draft = await this.#draft
    if (draft === undefined || this.#file === undefined) return { json: this.#texts, upload: undefined }
    if ('status' in draft) return draft
    return { json: this.#texts, upload: uploadOf(draft, this.#file.fileName, this.#file.mimeType) }
  }

  /** Takes back what was received, and stops what is being received. */
  async discard(): Promise<void> {
    this.#file?.stream.destroy(new Error('the form is not wanted any more'))
    const draft = await this.#draft?.catch(() => undefined)
    if (draft !== undefined && !('status' in draft)) await draft.discard()
  }

  async #receive(stream: Readable): Promise<Draft | Refused> {
    const broken: unknown[] = []
    stream.on('error', (error) => broken.push(error))
    try {
      const draft = await this.#media.receive(stream, this.#limitBytes)
      return draft === 'tooLarge' ? TOO_LARGE : draft
    } catch (error) {
      // The form ended within the file, as against a disk that is full.
      if (broken.length > 0) return MALFORMED
      throw error
    }
  }
}
