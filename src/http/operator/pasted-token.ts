import Type from 'typebox'
import { Compile } from 'typebox/compile'

/** As the web client of MAX keeps it, beside whose it is. */
const Kept = Compile(Type.Object({ token: Type.String({ minLength: 1 }) }))

/** The token of a device: as it is, or inside of what was copied from where its client keeps it. */
export function readPastedToken(pasted: string): string {
  const text = pasted.trim()
  if (!text.startsWith('{')) return text
  try {
    const kept: unknown = JSON.parse(text)
    return Kept.Check(kept) ? kept.token : text
  } catch {
    return text
  }
}
