import { OperatorTrouble } from '../lib/operator-trouble.ts'

/**
 * What is used of the SDK for S3, an optional package: found at run time, when files are to lie in such a store, and imported by
 * nobody, not even for a type, so that everything compiles and runs where it is not installed.
 */
export interface S3Sdk {
  readonly S3Client: new (options: object) => SdkClient
  readonly HeadBucketCommand: CommandOf<object>
  readonly HeadObjectCommand: CommandOf<HeadOutput>
  readonly GetObjectCommand: CommandOf<{ readonly Body?: unknown; readonly ContentRange?: string }>
  readonly PutObjectCommand: CommandOf<object>
  readonly CopyObjectCommand: CommandOf<{ readonly CopyObjectResult?: { readonly LastModified?: Date } }>
  readonly DeleteObjectCommand: CommandOf<object>
  readonly ListObjectsV2Command: CommandOf<ListOutput>
}

export interface HeadOutput {
  readonly ContentLength?: number
  readonly LastModified?: Date
}

export interface ListOutput {
  readonly Contents?: readonly { readonly Key?: string; readonly Size?: number; readonly LastModified?: Date }[]
  readonly NextContinuationToken?: string
}

/** A call with its input; `Output` is what sending it comes to. */
export interface Command<Output> {
  readonly middlewareStack: {
    add(middleware: Middleware, options: { readonly step: 'build'; readonly name: string }): void
  }
  /** Never there: it ties a call to what comes of it. */
  readonly output?: Output
}

type CommandOf<Output> = new (input: object) => Command<Output>

type Next = (args: MiddlewareArgs) => Promise<unknown>
export type Middleware = (next: Next) => Next

interface MiddlewareArgs {
  readonly request: { readonly headers: Record<string, string> }
}

export interface SdkClient {
  send<Output>(command: Command<Output>, options: { readonly abortSignal: AbortSignal }): Promise<Output>
  destroy(): void
}

const PACKAGE = '@aws-sdk/client-s3'
const NEEDED = [
  'S3Client',
  'HeadBucketCommand',
  'HeadObjectCommand',
  'GetObjectCommand',
  'PutObjectCommand',
  'CopyObjectCommand',
  'DeleteObjectCommand',
  'ListObjectsV2Command',
] as const satisfies readonly (keyof S3Sdk)[]

/** @throws OperatorTrouble when it is not installed, or is not what is expected */
export async function loadS3Sdk(name = PACKAGE): Promise<S3Sdk> {
  const module = await importOf(name)
  if (!isSdk(module)) throw new OperatorTrouble(`${name} does not offer what is needed of it.`)
  return module
}

async function importOf(name: string): Promise<unknown> {
  try {
    // Not a literal: the compiler must not look for a package that may be absent.
    return await import(name)
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
    if (!isAbsent) throw error
    throw new OperatorTrouble(
      `JADEGATE_MEDIA=s3 needs the optional package ${name}, which is not installed: npm install --include=optional`,
    )
  }
}

function isSdk(module: unknown): module is S3Sdk {
  if (typeof module !== 'object' || module === null) return false
  const members = new Map<string, unknown>(Object.entries(module))
  return NEEDED.every((name) => typeof members.get(name) === 'function')
}
