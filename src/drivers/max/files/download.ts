import { createHash } from 'node:crypto'
import { pipeline, type Readable } from 'node:stream'
import { masking } from '../../../lib/masking.ts'
import type { FileSource, KeptFile } from '../../../model/content.ts'
import { fault, type Fault } from '../../../model/fault.ts'
import { isWithoutHash } from '../../../model/hashless-files.ts'
import { Checked } from '../../network/checked.ts'
import type { Life } from '../life.ts'
import type { Answered } from '../questions.ts'
import { readRemote, remoteText, type RemoteFile } from './remote-file.ts'
import { askFileServer } from './requests.ts'
import { placeOf, renewedPlaceOf, type Place } from './whereabouts.ts'

/** Of an address that is good no more, or of a file that is not there. */
const GONE: ReadonlySet<number> = new Set([400, 401, 403, 404, 410])

const LOST = fault('notFound', 'MAX has this file no more')
const STOPPED = fault('notConnected', 'the download was given up')
const TROUBLE = fault('unavailable', 'the file could not be fetched from MAX')
const TOO_LARGE = fault('tooLarge', 'the file is larger than is taken in')

/** What a download needs of a life. */
export type Fetching = Pick<Life, 'connection' | 'transport' | 'host' | 'shared' | 'ended'>

/** A file that is being fetched, and which of its forms. */
interface Fetched {
  readonly bytes: Readable
  readonly form?: string
}

/**
 * The bytes of a file that a message brought, or of a picture. The stream ends with an error where they are not those that were told. `notFound`
 * when the network has it no more.
 */
export async function downloadFile(life: Fetching, file: KeptFile, signal: AbortSignal): Promise<Readable | Fault> {
  const remote = readRemote(file)
  if (remote === null) return LOST
  if (file.size > life.shared.fileLimitBytes) return TOO_LARGE
  try {
    const fetched = await fetchFile(life, remote, signal)
    if (fetched === null) return LOST
    // The network tells of no more than the size, and not of every file: who keeps it bounds it.
    if (isWithoutHash(file.sha256)) return fetched.bytes
    // Whoever reads hears of an error by the last stream, which is destroyed with it.
    return pipeline(fetched.bytes, new Checked(file), () => undefined)
  } catch (error) {
    return troubleOf(life, error, signal)
  }
}

/**
 * A file that the network told of, as it is kept. The network tells no hash, so that its bytes are read once for it. A fault: it could not be
 * looked at now. `size`: where the network told it.
 */
export async function lookAtFile(
  life: Fetching,
  remote: RemoteFile,
  signal: AbortSignal,
  size = 0,
): Promise<Exclude<FileSource, { readonly at: 'url' }> | Fault> {
  const { fileLimitBytes } = life.shared
  if (size > fileLimitBytes) return { at: 'nowhere', why: 'tooLarge' }
  try {
    const fetched = await fetchFile(life, remote, signal)
    if (fetched === null) return { at: 'nowhere', why: 'lost' }
    const measured = await measure(fetched.bytes, fileLimitBytes)
    if (measured === null) return { at: 'nowhere', why: 'tooLarge' }
    const { form } = fetched
    return { at: 'here', ...measured, remote: remoteText({ ...remote, ...(form !== undefined && { form }) }) }
  } catch (error) {
    return troubleOf(life, error, signal)
  }
}

/** Null where the network has it no more; an address that came long ago may be good no more, and then another is asked for. */
async function fetchFile(life: Fetching, remote: RemoteFile, signal: AbortSignal): Promise<Fetched | null> {
  signal.throwIfAborted()
  const first = placeIn(await placeOf(life, remote))
  const fetched = first === null ? null : await fetchFrom(life, first, signal)
  if (fetched !== null) return fetched
  const second = placeIn(await renewedPlaceOf(life, remote))
  return second === null || second.url === first?.url ? null : fetchFrom(life, second, signal)
}

async function fetchFrom(life: Fetching, { url, form }: Place, signal: AbortSignal): Promise<Fetched | null> {
  const { statusCode, body } = await askFileServer(life, url, { method: 'GET' }, signal)
  if (statusCode === 200) return { bytes: body, ...(form !== undefined && { form }) }
  await body.dump()
  if (GONE.has(statusCode)) return null
  throw new Error(`the file server answered ${String(statusCode)}`)
}

function placeIn(answered: Answered<Place | null>): Place | null {
  if (answered.ok) return answered.answer
  const { trouble } = answered
  throw new Error(trouble.why === 'refused' ? `MAX refused it (${trouble.error.code})` : trouble.says)
}

/** Null where there is more than so much of it. */
async function measure(bytes: Readable, limitBytes: number): Promise<{ sha256: string; size: number } | null> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    size += chunk.length
    // Leaving destroys the stream.
    if (size > limitBytes) return null
    hash.update(chunk)
  }
  return { sha256: hash.digest('hex'), size }
}

function troubleOf({ host, ended }: Fetching, error: unknown, signal: AbortSignal): Fault {
  if (signal.aborted || ended.aborted) return STOPPED
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  host.log.warn({ error: masking()(said) }, 'a file could not be fetched from MAX')
  return TROUBLE
}
