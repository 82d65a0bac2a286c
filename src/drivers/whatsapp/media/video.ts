import { readFile } from 'node:fs/promises'
import type { FileMessage } from '../engine/proto.ts'
import { runFfmpeg } from './ffmpeg.ts'
import type { FileSign } from './file-signs.ts'

const DURATION = /Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)/
const MEASURES = /Stream #.*Video:.* (\d{2,5})x(\d{2,5})/

/** A moving picture's length, measures and first frame in small. Nothing where there is no ffmpeg, or it can't read this. */
export async function aboutVideo(
  input: string,
  sign: FileSign,
  frame: string,
  signal: AbortSignal,
): Promise<Pick<FileMessage, 'seconds' | 'width' | 'height' | 'jpegThumbnail'>> {
  const options = ['-an', '-frames:v', '1', '-vf', 'scale=72:72:force_original_aspect_ratio=decrease', '-f', 'image2']
  const said = await runFfmpeg({ input, sign, signal, output: frame, options: [...options, '-c:v', 'mjpeg'] })
  if (said === null) return {}
  const jpegThumbnail = await readFile(frame).catch(() => null)
  return { ...told(said), ...(jpegThumbnail !== null && { jpegThumbnail }) }
}

/** Makes a film of a GIF; false where it can't be made here. */
export async function makeFilm(input: string, output: string, signal: AbortSignal): Promise<boolean> {
  const options = ['-an', '-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-movflags', '+faststart', '-t', '120']
  const even = ['-vf', 'scale=trunc(iw/2)*2:trunc(ih/2)*2', '-f', 'mp4']
  return (await runFfmpeg({ input, sign: 'gif', output, signal, options: [...options, ...even] })) !== null
}

function told(said: string): Pick<FileMessage, 'seconds' | 'width' | 'height'> {
  const duration = DURATION.exec(said)
  const measures = MEASURES.exec(said)
  const [, hours, minutes, seconds] = duration ?? []
  return {
    ...(duration !== null && {
      seconds: Math.max(1, Math.round(Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds))),
    }),
    ...(measures !== null && { width: Number(measures[1]), height: Number(measures[2]) }),
  }
}
