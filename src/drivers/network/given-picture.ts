import { buffer } from 'node:stream/consumers'
import type { KeptFile } from '../../model/content.ts'
import { fault, type Fault } from '../../model/fault.ts'
import type { SessionHost } from '../driver.ts'
import { Checked, NotAsTold } from './checked.ts'

/** What is turned into a picture of a profile may be larger than one. */
const LIMIT_BYTES = 20 * 1024 * 1024
const GONE = fault('fileGone', 'the picture is not there any more')
const CHANGED = fault('fileGone', 'the picture is not what it was')

/**
 * The bytes of a picture that somebody gave for a profile or a group: whole before any of it leaves, for what is not what was told is shown to
 * nobody.
 * @param masked an error as a log may have it
 */
export async function givenPicture(
  host: Pick<SessionHost, 'file' | 'log'>,
  file: KeptFile,
  masked: (error: unknown) => string,
): Promise<Buffer | Fault> {
  if (file.size > LIMIT_BYTES) return fault('tooLarge', 'the picture is larger than 20 MB')
  try {
    const source = await host.file(file)
    const checked = new Checked(file)
    source.on('error', (error) => checked.destroy(error))
    return await buffer(source.pipe(checked))
  } catch (error) {
    host.log.warn({ error: masked(error) }, 'a picture could not be read')
    return error instanceof NotAsTold ? CHANGED : GONE
  }
}
