import { execFile, spawn } from 'node:child_process'
import { access, constants, stat } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { Slots } from '../../../lib/slots.ts'
import type { FileSign } from './file-signs.ts'

/** A picture, a length or another form of a file: what only a program beside this one can make. It need not be there. */

const TIME_MS = 60_000
const LOOK_MS = 5_000
const SAID_BYTES = 64 * 1024
/** More at a time would take what messages need. */
const AT_ONCE = 2
const slots = new Slots(AT_ONCE)

export interface FfmpegRun {
  /** The file that is read, and what it is: nothing else in it may be followed to another file or address. */
  readonly input: string
  readonly sign: FileSign
  readonly options: readonly string[]
  /** A path, or `pipe:1` for `onOutput`. */
  readonly output: string
  readonly onOutput?: (bytes: Buffer) => void
  readonly signal: AbortSignal
}

/** Where programs are on machines that can't tell where this one is. */
const USUAL = ['/usr/local/bin', '/usr/bin', '/bin', '/opt/homebrew/bin'].join(delimiter)

let found: Promise<string | null> | undefined

/** Its path, looked for once; null when this machine has none. */
export function ffmpeg(): Promise<string | null> {
  found ??= look()
  return found
}

/** The system knows the folders of this process's `PATH`, which is not ours to read. */
async function look(): Promise<string | null> {
  const said = await new Promise<string>((resolve) => {
    const finder = process.platform === 'win32' ? 'where' : 'which'
    execFile(finder, ['ffmpeg'], { timeout: LOOK_MS, shell: false }, (_error, out) => resolve(out))
  })
  const [path = ''] = said.split(/\r?\n/)
  return isAbsolute(path) && (await isProgram(path)) ? path : findProgram('ffmpeg', USUAL)
}

/** For tests: from now on this one is used, until it is looked for again. */
export function setFfmpeg(path: string | null | undefined): void {
  found = path === undefined ? undefined : Promise.resolve(path)
}

export async function findProgram(name: string, searched: string): Promise<string | null> {
  for (const folder of searched.split(delimiter)) {
    // A relative folder would be another one tomorrow.
    if (!isAbsolute(folder)) continue
    const path = join(folder, process.platform === 'win32' ? `${name}.exe` : name)
    if (await isProgram(path)) return path
  }
  return null
}

/** What it said of the file, on success; null when it is not there, failed, or took too long. Never rejects. */
export async function runFfmpeg(run: FfmpegRun): Promise<string | null> {
  const program = await ffmpeg()
  if (program === null || run.signal.aborted) return null
  return slots.run(() => running(program, run))
}

function running(
  program: string,
  { input, sign, options, output, onOutput, signal }: FfmpegRun,
): Promise<string | null> {
  const args = [
    ...['-nostdin', '-hide_banner', '-y', '-threads', '1', '-protocol_whitelist', 'file,pipe'],
    ...['-f', sign, '-i', input, ...options, output],
  ]
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      ...{ stdio: ['ignore', 'pipe', 'pipe'], shell: false, windowsHide: true, env: {} },
      ...{ timeout: TIME_MS, killSignal: 'SIGKILL', signal },
    })
    let said = ''
    child.stdout.on('data', (bytes: Buffer) => onOutput?.(bytes))
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (said.length < SAID_BYTES) said += text
    })
    child.on('error', () => resolve(null))
    child.on('close', (code) => resolve(code === 0 ? said : null))
  })
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
