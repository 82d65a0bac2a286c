import { toBuffer } from 'qrcode'

const WIDTH_PX = 276
/** Many more than are on screens at one moment. */
const KEPT = 200

/** QR pictures by their text: each is asked for again and again until it is replaced. */
export class QrImages {
  readonly #made = new Map<string, Promise<string>>()

  /** A PNG in base64, without prefix. */
  base64(text: string): Promise<string> {
    const made = this.#made.get(text)
    if (made !== undefined) return made
    const image = toBuffer(text, { type: 'png', width: WIDTH_PX, margin: 2, errorCorrectionLevel: 'M' }).then((png) =>
      png.toString('base64'),
    )
    this.#made.set(text, image)
    image.catch(() => this.#made.delete(text))
    if (this.#made.size > KEPT) this.#forgetOldest()
    return image
  }

  #forgetOldest(): void {
    for (const text of this.#made.keys()) {
      this.#made.delete(text)
      return
    }
  }
}
