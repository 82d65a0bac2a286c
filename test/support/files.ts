import assert from 'node:assert/strict'
import { objectIn, type Json } from './road.ts'
import type { TestServer } from './server.ts'

/** The least that is a JPEG to whoever looks at its first bytes. */
export const JPEG = Buffer.concat([
  Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
  Buffer.alloc(64, 7),
  Buffer.from([0xff, 0xd9]),
])

export const jpegFile = () => new File([JPEG], 'picture.jpg', { type: 'image/jpeg' })

/** Puts bytes on the simulated network; returns their name there. */
export async function fileOn(
  server: TestServer,
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(JPEG),
): Promise<string> {
  const { sha256 } = objectIn(await server.call('POST', '/simulator/files', bytes))
  assert.ok(typeof sha256 === 'string')
  return sha256
}

/** A phone sends anything; returns the message's id. */
export async function sayContent(
  server: TestServer,
  from: string,
  to: string,
  content: object,
  more: object = {},
): Promise<string> {
  const said = objectIn(await server.simulator('messages', { from, to, content, ...more }))
  assert.ok(typeof said['idMessage'] === 'string')
  return said['idMessage']
}

export interface FormPart {
  readonly name: string
  readonly value: string | Buffer
  readonly fileName?: string
  readonly type?: string
}

/** A form as bytes, so that a test can say everything of it. */
export function formOf(parts: readonly FormPart[], boundary = 'jadegate-test-boundary') {
  const pieces = parts.flatMap(({ name, value, fileName, type }) => {
    const file = fileName === undefined ? '' : `; filename="${fileName}"`
    const typed = type === undefined ? '' : `Content-Type: ${type}\r\n`
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n${typed}\r\n`
    return [Buffer.from(head), Buffer.from(value), Buffer.from('\r\n')]
  })
  const body = Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)])
  return { body: new Uint8Array(body), type: `multipart/form-data; boundary=${boundary}` }
}

/** The messages of a phone of these kinds, as the network shows them. */
export function ofKind(messages: readonly Json[], ...kinds: readonly string[]): readonly Json[] {
  return messages.filter(({ kind }) => kinds.includes(String(kind)))
}
