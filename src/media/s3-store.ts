import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import type { Clock } from '../lib/clock.ts'
import { errorCode } from '../lib/error-code.ts'
import type { Log } from '../lib/log.ts'
import { OperatorTrouble } from '../lib/operator-trouble.ts'
import type { EpochMs } from '../model/ids.ts'
import { StorageFailed } from '../storage/storage-failed.ts'
import { loadS3Sdk, type Command, type S3Sdk, type SdkClient } from './s3-sdk.ts'

export interface S3Settings {
  /** Amazon's of the region when there is none. */
  readonly endpoint?: string
  readonly region: string
  readonly bucket: string
  /** The SDK's default chain finds one when there is none. */
  readonly accessKey?: { readonly id: string; readonly secret: string }
  readonly forcePathStyle: boolean
}

/** How long a store may take; a test may wait less. */
export interface S3Patience {
  readonly connectMs: number
  /** Without a byte in either direction. */
  readonly idleMs: number
  /** For a call that carries no file, with all its repetitions. */
  readonly callMs: number
  /** Between the attempts of an upload or a download, times their number. */
  readonly pauseMs: number
}

/** A call that carries no file is given up before a client of ours gives up on us. */
export const S3_PATIENCE: S3Patience = { connectMs: 3_000, idleMs: 10_000, callMs: 14_000, pauseMs: 500 }

export interface S3Object {
  readonly key: string
  readonly size: number
  readonly modifiedAt: EpochMs
}

/** A file of ours that is to be put. */
export interface LocalFile {
  readonly path: string
  readonly size: number
  /** Hex; the store refuses bytes that have another. */
  readonly sha256: string
}

const ATTEMPTS = 3
/** Calls of a process at one time; downloads that clients take slowly hold theirs. */
const SOCKETS = 256
/** An upload or copy that is slower than this, over all, is broken off. */
const LEAST_BYTES_PER_MS = 50
const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

export interface S3StoreOptions {
  readonly settings: S3Settings
  readonly clock: Clock
  readonly patience?: S3Patience
}

/**
 * One bucket, by the few calls that are needed. Every call ends in bounded time. What does not come to an answer, or to one that
 * nobody foresees, rejects with `StorageFailed`, which says the store's own code and nothing secret.
 */
export class S3Store {
  readonly #sdk: S3Sdk
  readonly #client: SdkClient
  readonly #bucket: string
  readonly #clock: Clock
  readonly #patience: S3Patience

  constructor(sdk: S3Sdk, { settings, clock, patience = S3_PATIENCE }: S3StoreOptions) {
    this.#sdk = sdk
    this.#client = new sdk.S3Client(clientOptions(settings, patience))
    this.#bucket = settings.bucket
    this.#clock = clock
    this.#patience = patience
  }

  static async load(options: S3StoreOptions): Promise<S3Store> {
    return new S3Store(await loadS3Sdk(), options)
  }

  /**
   * Looks whether the bucket is there for us. A store that doesn't answer now may answer later: that is said in the log.
   * @throws OperatorTrouble when it answers that it isn't
   */
  async check(log: Log): Promise<void> {
    try {
      await this.#send(new this.#sdk.HeadBucketCommand({ Bucket: this.#bucket }))
    } catch (error) {
      const status = statusOf(error)
      if (nameOf(error) === 'CredentialsProviderError')
        throw new OperatorTrouble('No credentials for S3: set JADEGATE_S3_ACCESS_KEY_ID and its secret.')
      if (status !== undefined && status >= 300 && status < 500 && status !== 429)
        throw new OperatorTrouble(`The S3 bucket ${this.#bucket} can not be used: ${meaningOf(status)}.`)
      log.warn(
        { reason: reasonOf(error) },
        'the S3 store does not answer now: files can not be read or kept until it does',
      )
    }
  }

  async head(key: string): Promise<S3Object | null> {
    const found = await this.#unlessGone('look up a file', () =>
      this.#send(new this.#sdk.HeadObjectCommand(this.#at(key))),
    )
    if (found === null) return null
    return { key, size: found.ContentLength ?? 0, modifiedAt: found.LastModified?.getTime() ?? 0 }
  }

  /** The object is there, whole and durable, when it resolves; before that nothing of it is. */
  async put(key: string, file: LocalFile): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#putOnce(key, file)
        return
      } catch (error) {
        if (attempt === ATTEMPTS || !mayPass(error)) throw failed('keep a file', error)
        await this.rest(attempt)
      }
    }
  }

  /** Makes it as young as if it had been put now. False when it is gone, or the store left its age as it was. */
  async renew({ key, size, modifiedAt }: S3Object): Promise<boolean> {
    const copied = await this.#unlessGone('renew a file', () =>
      this.#send(
        new this.#sdk.CopyObjectCommand({
          ...this.#at(key),
          CopySource: `${this.#bucket}/${key}`,
          // Without it a copy of something to itself is refused.
          MetadataDirective: 'REPLACE',
        }),
        this.#patience.callMs + size / LEAST_BYTES_PER_MS,
      ),
    )
    const renewedAt = copied?.CopyObjectResult?.LastModified?.getTime()
    return renewedAt !== undefined && renewedAt > modifiedAt
  }

  /** From byte `first` to `last`, perhaps more; null when it is gone. Whoever takes the stream must take or destroy it. */
  async get(key: string, first: number, last: number, signal: AbortSignal): Promise<Readable | null> {
    const asked = { ...this.#at(key), Range: `bytes=${String(first)}-${String(last)}` }
    const got = await this.#unlessGone('read a file', () =>
      this.#within(this.#patience.callMs, (late) =>
        this.#client.send(new this.#sdk.GetObjectCommand(asked), {
          abortSignal: AbortSignal.any([late, signal]),
        }),
      ),
    )
    if (got === null) return null
    const { Body: body, ContentRange: range = 'bytes 0-' } = got
    if (!(body instanceof Readable)) throw new StorageFailed('The S3 store answered without a body')
    if (range.startsWith(`bytes ${String(first)}-`)) return body
    body.on('error', () => undefined).destroy()
    throw new StorageFailed('The S3 store gave another range than was asked for')
  }

  /** Does nothing when it is gone already. */
  async remove(key: string): Promise<void> {
    await this.#unlessGone('remove a file', () => this.#send(new this.#sdk.DeleteObjectCommand(this.#at(key))))
  }

  /** Everything whose key begins so, in pages of up to 1000. */
  async *list(prefix: string): AsyncGenerator<readonly S3Object[], void, undefined> {
    let next: string | undefined
    do {
      const input = { Bucket: this.#bucket, Prefix: prefix, ContinuationToken: next }
      const page = await this.#call('list files', () => this.#send(new this.#sdk.ListObjectsV2Command(input)))
      yield (page.Contents ?? []).map(({ Key = '', Size = 0, LastModified }) => ({
        key: Key,
        size: Size,
        modifiedAt: LastModified?.getTime() ?? Number.POSITIVE_INFINITY,
      }))
      next = page.NextContinuationToken
    } while (next !== undefined && next !== '')
  }

  /** What is under way is broken off. */
  close(): void {
    this.#client.destroy()
  }

  rest(attempt: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(attempt * this.#patience.pauseMs, resolve))
  }

  #at(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#bucket, Key: key }
  }

  async #putOnce(key: string, { path, size, sha256 }: LocalFile): Promise<void> {
    const body = createReadStream(path)
    // The client may give up before it reads: the stream's own trouble ends the call by other means.
    body.on('error', () => undefined)
    const command = new this.#sdk.PutObjectCommand({
      ...this.#at(key),
      Body: body,
      ContentLength: size,
      ContentType: 'application/octet-stream',
    })
    signBytes(command, sha256)
    try {
      await this.#send(command, this.#patience.callMs + size / LEAST_BYTES_PER_MS)
    } finally {
      body.destroy()
    }
  }

  #send<Output>(command: Command<Output>, ms = this.#patience.callMs): Promise<Output> {
    return this.#within(ms, (abortSignal) => this.#client.send(command, { abortSignal }))
  }

  async #within<T>(ms: number, work: (late: AbortSignal) => Promise<T>): Promise<T> {
    const late = new AbortController()
    const timer = this.#clock.after(ms, () => late.abort())
    try {
      return await work(late.signal)
    } finally {
      timer.cancel()
    }
  }

  async #unlessGone<T>(what: string, call: () => Promise<T>): Promise<T | null> {
    return this.#call(what, () =>
      call().catch((error: unknown) => {
        if (statusOf(error) === 404 && nameOf(error) !== 'NoSuchBucket') return null
        throw error
      }),
    )
  }

  async #call<T>(what: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call()
    } catch (error) {
      throw failed(what, error)
    }
  }
}

function clientOptions(settings: S3Settings, { connectMs, idleMs }: S3Patience): object {
  const { endpoint, region, accessKey, forcePathStyle } = settings
  return {
    region,
    forcePathStyle,
    ...(endpoint !== undefined && { endpoint }),
    ...(accessKey !== undefined && {
      credentials: { accessKeyId: accessKey.id, secretAccessKey: accessKey.secret },
    }),
    maxAttempts: ATTEMPTS,
    // What was added to the protocol lately is not understood by every store that is compatible.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    expectContinueHeader: false,
    logger: SILENT,
    requestHandler: {
      connectionTimeout: connectMs,
      socketTimeout: idleMs,
      httpAgent: { keepAlive: true, maxSockets: SOCKETS },
      httpsAgent: { keepAlive: true, maxSockets: SOCKETS },
      logger: SILENT,
    },
  }
}

/** The hash goes into the signature, so the store takes no other bytes under it. */
function signBytes(command: Command<unknown>, sha256: string): void {
  command.middlewareStack.add(
    (next) => (args) => {
      args.request.headers['x-amz-content-sha256'] = sha256
      return next(args)
    },
    { step: 'build', name: 'signBytes' },
  )
}

function failed(what: string, error: unknown): StorageFailed {
  return error instanceof StorageFailed
    ? error
    : new StorageFailed(`The S3 store could not ${what}: ${reasonOf(error)}`)
}

/** Whether another attempt may come to something else. */
function mayPass(error: unknown): boolean {
  const status = statusOf(error)
  return status === undefined || status >= 500 || status === 429 || status === 408
}

/** Only names and codes: the text of an answer may have a part of a signature in it. */
function reasonOf(error: unknown): string {
  return [nameOf(error), errorCode(error), statusOf(error)]
    .filter((part) => part !== undefined && part !== '')
    .join(' ')
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : ''
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined
  const { $metadata: about } = error
  if (typeof about !== 'object' || about === null || !('httpStatusCode' in about)) return undefined
  return typeof about.httpStatusCode === 'number' ? about.httpStatusCode : undefined
}

function meaningOf(status: number): string {
  if (status === 404) return 'there is no such bucket'
  if (status === 403) return 'the access key does not open it, or is wrong'
  return `the store answered ${String(status)}${status < 400 ? ', it is in another region' : ''}`
}
