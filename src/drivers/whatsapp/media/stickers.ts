import type { FileMessage } from '../engine/proto.ts'
import type { Head } from './file-signs.ts'
import { withPicture } from './sharp.ts'

const SIDE = 512
const ANIMATED = 0x02

/** What a sticker file says of itself: measures and whether it moves. `webp` files alone have it. */
export function aboutWebp({ bytes }: Head): Pick<FileMessage, 'width' | 'height' | 'isAnimated'> {
  if (bytes.subarray(12, 16).toString('latin1') !== 'VP8X' || bytes.length < 30) return {}
  const flags = bytes.readUInt8(20)
  return {
    ...{ width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 },
    isAnimated: (flags & ANIMATED) !== 0,
  }
}

/** Makes a sticker of a picture; false when it can't be made here. */
export async function makeSticker(input: string, isMoving: boolean, output: string): Promise<boolean> {
  const made = await withPicture(input, async (opened) => {
    const transparent = { r: 0, g: 0, b: 0, alpha: 0 }
    await opened(isMoving)
      .resize({ width: SIDE, height: SIDE, fit: 'contain', background: transparent })
      .webp({ quality: 80, ...(isMoving && { loop: 0 }) })
      .toFile(output)
    return true
  })
  return made ?? false
}
