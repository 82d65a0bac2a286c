import { stat } from 'node:fs/promises'
import { runFfmpeg } from './ffmpeg.ts'
import { headOf, readAt, type FileSign } from './file-signs.ts'

/** What is known of a sound. */
export interface AboutSound {
  /** At least 1; absent where nothing here can tell. */
  readonly seconds?: number
  /** 64 heights from 0 to 100. */
  readonly waveform?: Uint8Array
}

const RATE = 8_000
/** Samples that one height stands for until all are known. */
const BLOCK = 400
const HEIGHTS = 64
const LONGEST_S = 4 * 3_600
const OPUS_RATE = 48_000
/** A page is at most 65,307 bytes long, so that the last one begins in here. */
const TAIL_BYTES = 66_000

/** Whether it is what phones record: Opus in Ogg. */
export async function isOpus(path: string): Promise<boolean> {
  const { sign, bytes } = await headOf(path)
  return sign === 'ogg' && bytes.includes('OpusHead')
}

/** The length of an Opus file, by where its last page ends. */
export async function opusSeconds(path: string): Promise<number | undefined> {
  const head = await readAt(path, 0, 4_096)
  const start = head.indexOf('OpusHead')
  const { size } = await stat(path)
  const tail = await readAt(path, Math.max(0, size - TAIL_BYTES), TAIL_BYTES)
  const last = tail.lastIndexOf('OggS')
  if (start === -1 || start + 12 > head.length || last === -1 || last + 14 > tail.length) return undefined
  const samples = Number(tail.readBigInt64LE(last + 6)) - head.readUInt16LE(start + 10)
  const seconds = samples / OPUS_RATE
  return seconds > 0 && seconds < LONGEST_S ? Math.max(1, Math.round(seconds)) : undefined
}

/** Listens to all of it. Nothing is known where there is no ffmpeg, or it can't read this. */
export async function listenTo(input: string, sign: FileSign, signal: AbortSignal): Promise<AboutSound> {
  const heard = new Heard()
  const said = await runFfmpeg({
    ...{ input, sign, signal, output: 'pipe:1', onOutput: (bytes) => heard.add(bytes) },
    options: ['-vn', '-ac', '1', '-ar', String(RATE), '-t', String(LONGEST_S), '-f', 's16le'],
  })
  return said === null ? {} : heard.about()
}

/** Makes what phones record of another sound; false where it can't be made here. */
export async function makeVoice(input: string, sign: FileSign, output: string, signal: AbortSignal): Promise<boolean> {
  const options = ['-vn', '-map_metadata', '-1', '-ac', '1', '-ar', '48000', '-c:a', 'libopus', '-b:a', '24k']
  const limited = [...options, '-t', String(LONGEST_S), '-f', 'ogg']
  return (await runFfmpeg({ input, sign, output, signal, options: limited })) !== null
}

/** The loudness of 16-bit samples as they come; halves of a sample may come apart. */
class Heard {
  readonly #blocks: number[] = []
  #sum = 0
  #count = 0
  #samples = 0
  #odd: Buffer = Buffer.alloc(0)

  add(bytes: Buffer): void {
    const all = this.#odd.length === 0 ? bytes : Buffer.concat([this.#odd, bytes])
    const end = all.length - (all.length % 2)
    for (let at = 0; at < end; at += 2) {
      this.#sum += Math.abs(all.readInt16LE(at))
      this.#count += 1
      if (this.#count === BLOCK) this.#close()
    }
    this.#samples += end / 2
    this.#odd = Buffer.from(all.subarray(end))
  }

  about(): AboutSound {
    if (this.#count > 0) this.#close()
    if (this.#samples === 0) return {}
    const heights = Array.from({ length: HEIGHTS }, (_none, index) => this.#height(index))
    const highest = Math.max(...heights, 1)
    return {
      seconds: Math.max(1, Math.round(this.#samples / RATE)),
      waveform: Uint8Array.from(heights, (height) => Math.floor((100 * height) / highest)),
    }
  }

  #close(): void {
    this.#blocks.push(this.#sum / this.#count)
    this.#sum = 0
    this.#count = 0
  }

  #height(index: number): number {
    const from = Math.floor((index * this.#blocks.length) / HEIGHTS)
    const to = Math.max(from + 1, Math.floor(((index + 1) * this.#blocks.length) / HEIGHTS))
    const part = this.#blocks.slice(from, to)
    return part.reduce((sum, one) => sum + one, 0) / Math.max(1, part.length)
  }
}
