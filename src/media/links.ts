import type { Clock } from '../lib/clock.ts'
import { isSameSecret } from '../lib/same-secret.ts'
import type { KeptFile } from '../model/content.ts'
import type { EpochMs, InstanceId } from '../model/ids.ts'

/** What a link names. */
export interface LinkedFile {
  readonly instance: InstanceId
  readonly sha256: string
  /** With its dot; empty where the file has none. */
  readonly extension: string
  readonly expiresAt: EpochMs
}

export interface FileLinksOptions {
  /** Where clients reach the API; asked at each use, since the port is known late. */
  readonly publicUrl: () => string
  /** A keyed hash: who has no key can't make a link. */
  readonly hash: (text: string) => string
  readonly clock: Clock
  /** Links are good for as long as files are kept. */
  readonly lifeMs: number
}

const MEDIA_PATH = '/media/'
const SIGNATURE_LENGTH = 27
const PATH = /^\/media\/(\d{1,15})\/([0-9a-z]{1,11})-([\w-]{27})\/([0-9a-f]{64})(\.[a-z0-9]{1,16})?$/
const EXTENSION = /\.[A-Za-z0-9]{1,16}$/

/**
 * Links to files, good for whoever has them until they expire: `{publicUrl}/media/{idInstance}/{expiry}-{signature}/{sha256}.{ext}`. Nothing in
 * them needs escaping, so that they pass wherever a URL is taken.
 */
export class FileLinks {
  readonly #options: FileLinksOptions

  constructor(options: FileLinksOptions) {
    this.#options = options
  }

  /** `name` gives the extension alone. */
  make(instance: InstanceId, file: KeptFile, name: string): string {
    const { clock, lifeMs, publicUrl } = this.#options
    const extension = (EXTENSION.exec(name)?.[0] ?? '').toLowerCase()
    const expiresAt = clock.now() + lifeMs
    const target = { instance, sha256: file.sha256, extension, expiresAt }
    const key = `${expiresAt.toString(36)}-${this.#sign(target)}`
    return `${publicUrl()}${MEDIA_PATH}${String(instance)}/${key}/${file.sha256}${extension}`
  }

  /** Reads the path of a link; null when it is none of ours, was altered, or is over. */
  read(path: string): LinkedFile | null {
    const [, instance, expiry, signature, sha256, extension = ''] = PATH.exec(path) ?? []
    if (instance === undefined || expiry === undefined || signature === undefined || sha256 === undefined) return null
    const expiresAt = Number.parseInt(expiry, 36)
    const target = { instance: Number(instance) as InstanceId, sha256, extension, expiresAt }
    if (!isSameSecret(signature, this.#sign(target)) || expiresAt <= this.#options.clock.now()) return null
    return target
  }

  /** The file of a whole URL, whatever name this server goes by in it; null for any other URL. */
  readUrl(url: string): LinkedFile | null {
    return URL.canParse(url) ? this.read(new URL(url).pathname) : null
  }

  #sign({ instance, sha256, extension, expiresAt }: LinkedFile): string {
    const text = `media-link:${String(instance)}:${sha256}:${extension}:${String(expiresAt)}`
    return this.#options.hash(text).slice(0, SIGNATURE_LENGTH)
  }
}
