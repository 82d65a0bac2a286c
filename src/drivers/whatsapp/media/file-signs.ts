import { open } from 'node:fs/promises'

/** What a file is by its first bytes, whatever its name says. Named as ffmpeg names the reader for it; null for what is none of these. */
export type FileSign =
  'jpeg' | 'png' | 'webp' | 'gif' | 'mov' | 'matroska' | 'avi' | 'ogg' | 'mp3' | 'wav' | 'flac' | 'aac' | 'amr'

const HEAD_BYTES = 64

export interface Head {
  readonly sign: FileSign | null
  readonly bytes: Buffer
}

export async function headOf(path: string): Promise<Head> {
  const bytes = await readAt(path, 0, HEAD_BYTES)
  return { sign: signOf(bytes), bytes }
}

/** Fewer bytes where the file ends before. */
export async function readAt(path: string, position: number, count: number): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, position)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

export function signOf(head: Buffer): FileSign | null {
  const text = (from: number, to: number) => head.subarray(from, to).toString('latin1')
  const first = text(0, 4)
  if (first === 'RIFF') return RIFF[text(8, 12)] ?? null
  if (text(4, 8) === 'ftyp') return 'mov'
  return FIRSTS[text(0, 3)] ?? FIRSTS[first] ?? frameSign(head)
}

/** Sound without a head begins with a frame, that with eleven or twelve set bits; its layer tells the sorts apart. */
function frameSign([first, second = 0]: Buffer): FileSign | null {
  if (first !== 0xff) return null
  if ((second & 0xf6) === 0xf0) return 'aac'
  return (second & 0xe0) === 0xe0 && (second & 0x06) !== 0 ? 'mp3' : null
}

const RIFF: Readonly<Record<string, FileSign>> = { WEBP: 'webp', WAVE: 'wav', 'AVI ': 'avi' }

const FIRSTS: Readonly<Record<string, FileSign>> = {
  GIF8: 'gif',
  ID3: 'mp3',
  '#!A': 'amr',
  '\xff\xd8\xff': 'jpeg',
  OggS: 'ogg',
  fLaC: 'flac',
  '\x89PNG': 'png',
  '\x1a\x45\xdf\xa3': 'matroska',
}
