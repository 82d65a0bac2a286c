import { setTimeout as sleep } from 'node:timers/promises'

const BOUNDARY = 'durability-7d1f0c53'

/** The type of what `formOf` makes. */
export const FORM_TYPE = `multipart/form-data; boundary=${BOUNDARY}`

/** A form with one file, in pieces that come apart in time, so that a server can end between any two. */
export async function* formOf(
  fields: Readonly<Record<string, string>>,
  file: { readonly name: string; readonly bytes: string },
  pauseMs: number,
): AsyncGenerator<Buffer, void, undefined> {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="${file.name}"\r\n`
  yield Buffer.from(`${parts.join('')}${head}Content-Type: text/plain\r\n\r\n`)
  const half = Math.floor(file.bytes.length / 2)
  for (const piece of [file.bytes.slice(0, half), file.bytes.slice(half)]) {
    yield Buffer.from(piece)
    if (pauseMs > 0) await sleep(pauseMs)
  }
  yield Buffer.from(`\r\n--${BOUNDARY}--\r\n`)
}
