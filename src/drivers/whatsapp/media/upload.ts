import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline as joined, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FileContent, KeptFile } from '../../../model/content.ts'
import { fault, isFault, type Fault } from '../../../model/fault.ts'
import { maskedTrouble } from '../engine/log.ts'
import type { Life } from '../life.ts'
import { deliver } from './deliver.ts'
import { linkedSignal } from '../../network/linked-signal.ts'
import { prepare, preparedDocument, type Prepared } from './prepare.ts'
import { sealFile } from './seal.ts'
import { Checked, NotAsTold } from '../../network/checked.ts'
import { uploadName, uploadsOf, type UploadedFile } from './uploads.ts'
import { inWorkFolder } from './work-folder.ts'

export type { FileField } from './prepare.ts'
export type { UploadedFile } from './uploads.ts'

const GONE = fault('fileGone', 'the file is not there any more')
const CHANGED = fault('fileGone', 'the file is not what it was')
const STOPPED = fault('notConnected', 'the file was not brought to WhatsApp: the session ended')
const TROUBLE = fault('unavailable', 'the file could not be brought to WhatsApp')

/**
 * Brings a file to the media servers, made fit for the phone as far as this machine can. What was brought lately is not read again.
 * Never rejects: `fileGone` when its bytes are gone or not what they were, `refused` when the network doesn't take it, otherwise
 * trouble that may be over later. Nothing has been sent then.
 */
export async function uploadFile(life: Life, content: FileContent, signal: AbortSignal): Promise<UploadedFile | Fault> {
  const { file } = content
  if (file.at !== 'here') return GONE
  const uploads = uploadsOf(life.host)
  const name = uploadName(content, file)
  const before = uploads.get(name, life.host.clock.now())
  if (before !== undefined) return before
  const link = linkedSignal(signal, life.ended)
  try {
    const brought = await inWorkFolder((folder) => bring(life, content, file, folder, link.signal))
    if (!isFault(brought)) uploads.set(name, brought, life.host.clock.now())
    return brought
  } catch (error) {
    if (link.signal.aborted) return STOPPED
    life.host.log.warn({ error: maskedTrouble(error) }, 'a file could not be brought to WhatsApp')
    return error instanceof NotAsTold ? CHANGED : TROUBLE
  } finally {
    link.over()
  }
}

async function bring(
  life: Life,
  content: FileContent,
  file: KeptFile,
  folder: string,
  signal: AbortSignal,
): Promise<UploadedFile | Fault> {
  if (signal.aborted) return STOPPED
  let source: Readable
  try {
    source = await life.host.file(file)
  } catch (error) {
    life.host.log.warn({ error: maskedTrouble(error) }, 'a file that was to be sent could not be read')
    return GONE
  }
  // An error of it ends the stream that is read, and is heard there.
  const bytes = joined(source, new Checked(file), () => undefined)
  const { prepared, plain } = await readied(content, bytes, folder, signal)
  const path = join(folder, 'sealed')
  const sealed = await sealFile(plain, prepared.kind, path, life.host.random, signal)
  const stored = await deliver(life, prepared.kind, { ...sealed, path }, signal)
  if (isFault(stored)) return stored
  const { mediaKey, fileSha256, fileEncSha256, size } = sealed
  const message = {
    ...{ ...prepared.about, ...stored, mediaKey, fileSha256, fileEncSha256, fileLength: size },
    mediaKeyTimestamp: Math.floor(life.host.clock.now() / 1_000),
  }
  return { field: prepared.field, message }
}

/** What nobody looks into is not laid down before it is sealed. */
async function readied(
  content: FileContent,
  bytes: Readable,
  folder: string,
  signal: AbortSignal,
): Promise<{ readonly prepared: Prepared; readonly plain: Readable }> {
  const path = join(folder, 'plain')
  if (content.type === 'document') return { prepared: preparedDocument(content, path), plain: bytes }
  await pipeline(bytes, createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal })
  const prepared = await prepare(content, path, folder, signal)
  return { prepared, plain: createReadStream(prepared.path) }
}
