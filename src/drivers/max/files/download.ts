import { pipeline, type Readable } from 'node:stream'
import type { KeptFile } from '../../../model/content.ts'
import { fault, type Fault } from '../../../model/fault.ts'
import { isWithoutHash } from '../../../model/hashless-files.ts'
import { Checked } from '../../network/checked.ts'
import type { Life } from '../life.ts'
import { maskedTrouble } from '../masked-trouble.ts'
import type { Answered } from '../questions.ts'
import { readRemote, type RemoteFile } from './remote-file.ts'
import { askFileServer } from './requests.ts'
import { placeOf, renewedPlaceOf } from './whereabouts.ts'

/** Of an address that is good no more, or of a file that is not there. */
const GONE: ReadonlySet<number> = new Set([400, 401, 403, 404, 410])

const LOST = fault('notFound', 'MAX has this file no more')
const STOPPED = fault('notConnected', 'the download was given up')
const TROUBLE = fault('unavailable', 'the file could not be fetched from MAX')
const TOO_LARGE = fault('tooLarge', 'the file is larger than is taken in')

/** What a download needs of a life. */
export type Fetching = Pick<Life, 'connection' | 'transport' | 'host' | 'shared' | 'ended'>

/**
 * The bytes of a file that a message brought, or of a picture. The stream ends with an error where they are not those that were told. `notFound`
 * when the network has it no more.
 */
export async function downloadFile(life: Fetching, file: KeptFile, signal: AbortSignal): Promise<Readable | Fault> {
  const remote = readRemote(file)
  if (remote === null) return LOST
  if (file.size > life.shared.fileLimitBytes) return TOO_LARGE
  try {
    const bytes = await fetchFile(life, remote, signal)
    if (bytes === null) return LOST
    // The network tells of no more than the size, and not of every file: who keeps it bounds it.
    if (isWithoutHash(file.sha256)) return bytes
    // Whoever reads hears of an error by the last stream, which is destroyed with it.
    return pipeline(bytes, new Checked(file), () => undefined)
  } catch (error) {
    if (signal.aborted || life.ended.aborted) return STOPPED
    life.host.log.warn({ error: maskedTrouble(error) }, 'a file could not be fetched from MAX')
    return TROUBLE
  }
}

/**
 * The bytes as they are; null where the network has the file no more. An address that came long ago may be good no more, and then another is asked
 * for. Rejects for trouble; aborting ends the stream with an error.
 */
export async function fetchFile(life: Fetching, remote: RemoteFile, signal: AbortSignal): Promise<Readable | null> {
  signal.throwIfAborted()
  const first = placeIn(await placeOf(life, remote))
  const bytes = first === null ? null : await fetchFrom(life, first, signal)
  if (bytes !== null) return bytes
  const second = placeIn(await renewedPlaceOf(life, remote))
  return second === null || second === first ? null : fetchFrom(life, second, signal)
}

async function fetchFrom(life: Fetching, url: string, signal: AbortSignal): Promise<Readable | null> {
  const { statusCode, body } = await askFileServer(life, url, { method: 'GET' }, signal)
  if (statusCode === 200) return body
  await body.dump()
  if (GONE.has(statusCode)) return null
  throw new Error(`the file server answered ${String(statusCode)}`)
}

function placeIn(answered: Answered<string | null>): string | null {
  if (answered.ok) return answered.answer
  const { trouble } = answered
  throw new Error(trouble.why === 'refused' ? `MAX refused it (${trouble.error.code})` : trouble.says)
}
