import { addAbortSignal, pipeline, Readable } from 'node:stream'
import { Recent } from '../../../lib/recent.ts'
import type { FileContent, FileSource } from '../../../model/content.ts'
import { fault, isFault, type Fault } from '../../../model/fault.ts'
import type { EpochMs } from '../../../model/ids.ts'
import { Checked, NotAsTold } from '../../network/checked.ts'
import { linkedSignal } from '../../network/linked-signal.ts'
import type { Life } from '../life.ts'
import { maskedTrouble } from '../masked-trouble.ts'
import type { OutgoingAttach } from '../wire/contents.ts'
import { handOver, type FileForm, type HandingOver } from './hand-over.ts'
import { beginsAsVoice } from './voice.ts'

/** What was handed over, and whether that was for an earlier message. */
export interface Uploaded {
  readonly attach: OutgoingAttach
  readonly isReused: boolean
  /** The network does not know it any more: next time it is handed over anew. */
  forget(): void
}

/** A small file that is made here. */
export interface MadeFile {
  readonly bytes: Buffer
  readonly name: string
  readonly mimeType: string
}

type Uploading = HandingOver & Pick<Life, 'ended'>

const GONE = fault('fileGone', 'the file is not there any more')
const CHANGED = fault('fileGone', 'the file is not what it was')
const STOPPED = fault('notConnected', 'the file was not brought to MAX: the session ended')
const TROUBLE = fault('unavailable', 'the file could not be brought to MAX')

/** Pictures that the network shows as such. */
const PHOTOS = /^image\/(?:jpeg|jpg|png|webp|gif)\b/
/** What was handed over is good for so long, as far as anybody knows; so many of them are remembered. */
const FRESH_MS = 3_600_000
const KEPT = 64
/** A voice message says within so many bytes that it is one. */
const HEAD_BYTES = 64

/** Brings the files of one life to the network. The same file to many is brought once. */
export class Uploads {
  readonly #life: Uploading
  readonly #known = new Recent<string, { readonly attach: OutgoingAttach; readonly at: EpochMs } | null>(KEPT)

  constructor(life: Uploading) {
    this.#life = life
  }

  /**
   * Never rejects: `fileGone` when its bytes are gone or not what they were, `refused` when the network doesn't take it, otherwise trouble that
   * may be over later. Nothing has been sent then.
   */
  async bring(content: FileContent, signal: AbortSignal): Promise<Uploaded | Fault> {
    const { file, name, mimeType } = content
    if (file.at !== 'here') return GONE
    const key = JSON.stringify([file.sha256, file.size, content.type, content.isVoice === true, name, mimeType])
    const known = this.#known.get(key) ?? null
    const forget = () => this.#known.set(key, null)
    if (known !== null && this.#now() - known.at < FRESH_MS) return { attach: known.attach, isReused: true, forget }
    const attach = await this.#bounded(signal, (either) => this.#kept(content, file, either))
    if (isFault(attach)) return attach
    this.#known.set(key, { attach, at: this.#now() })
    return { attach, isReused: false, forget }
  }

  /** As `bring`, for what is made here. */
  bringMade({ bytes, name, mimeType }: MadeFile, signal: AbortSignal): Promise<OutgoingAttach | Fault> {
    const file = { form: 'file', size: bytes.length, name, mimeType } as const
    return this.#bounded(signal, (either) => handOver(this.#life, { ...file, bytes: Readable.from([bytes]) }, either))
  }

  async #kept(content: FileContent, file: Kept, signal: AbortSignal): Promise<OutgoingAttach | Fault> {
    const { host } = this.#life
    let source: Readable
    try {
      source = await host.file(file)
    } catch (error) {
      host.log.warn({ error: maskedTrouble(error) }, 'a file that was to be sent could not be read')
      return GONE
    }
    // An error of it ends the stream that is read, and is heard there.
    const bytes = addAbortSignal(
      signal,
      pipeline(source, new Checked(file), () => undefined),
    )
    let wrong: Error | undefined
    bytes.once('error', (error) => (wrong = error))
    try {
      const form = formOf(content) === 'voice' && !(await isVoice(bytes)) ? 'file' : formOf(content)
      const { name, mimeType } = content
      return await handOver(this.#life, { form, bytes, size: file.size, name, mimeType }, signal)
    } catch (error) {
      // The request fails with what its body failed with, or with the consequences of that.
      if (wrong instanceof NotAsTold) return CHANGED
      throw error
    } finally {
      bytes.destroy()
    }
  }

  async #bounded(
    signal: AbortSignal,
    work: (either: AbortSignal) => Promise<OutgoingAttach | Fault>,
  ): Promise<OutgoingAttach | Fault> {
    const link = linkedSignal(signal, this.#life.ended)
    try {
      const attach = await work(link.signal)
      return link.signal.aborted ? STOPPED : attach
    } catch (error) {
      if (link.signal.aborted) return STOPPED
      this.#life.host.log.warn({ error: maskedTrouble(error) }, 'a file could not be brought to MAX')
      return TROUBLE
    } finally {
      link.over()
    }
  }

  #now(): EpochMs {
    return this.#life.host.clock.now()
  }
}

type Kept = Extract<FileSource, { readonly at: 'here' }>

/** What a file goes out as. A sticker of one's own the network has no way for: it goes as a picture. */
function formOf({ type, mimeType, isVoice: isSaid }: FileContent): FileForm {
  switch (type) {
    case 'image':
    case 'sticker':
      return PHOTOS.test(mimeType) ? 'photo' : 'file'
    case 'video':
      return 'video'
    case 'audio':
      return isSaid === true ? 'voice' : 'file'
    case 'document':
      return 'file'
    default:
      return type satisfies never
  }
}

/** Looks at how it begins, and leaves it as it was. */
async function isVoice(bytes: Readable): Promise<boolean> {
  const head = await new Promise<Buffer | null>((resolve, reject) => {
    const look = () => {
      const read: unknown = bytes.read(Math.min(HEAD_BYTES, bytes.readableLength))
      if (read === null && !bytes.readableEnded) return
      done()
      resolve(Buffer.isBuffer(read) ? read : null)
    }
    const fail = (error: Error) => {
      done()
      reject(error)
    }
    const done = () => bytes.off('readable', look).off('end', look).off('error', fail)
    bytes.on('readable', look).on('end', look).on('error', fail)
  })
  if (head === null) return false
  bytes.unshift(head)
  return beginsAsVoice(head)
}
