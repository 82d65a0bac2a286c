// Truth: what makes two files the same to whoever gets them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FileContent, KeptFile } from '../../../model/content.ts'
import { uploadName } from './uploads.ts'

const FILE: KeptFile = { at: 'here', sha256: 'a'.repeat(64), size: 5 }
const CONTENT: FileContent = {
  ...{ kind: 'file', type: 'image', file: FILE, caption: 'one', name: 'a.jpg', mimeType: 'image/jpeg' },
  jpegThumbnail: 'x'.repeat(200_000),
}

test('a file is known by a short name: the same for what goes out alike, another for all else', () => {
  const name = uploadName(CONTENT, FILE)
  assert.ok(name.length < 100)
  assert.equal(uploadName({ ...CONTENT, caption: 'two' }, FILE), name)
  assert.notEqual(uploadName({ ...CONTENT, jpegThumbnail: `y${'x'.repeat(199_999)}` }, FILE), name)
  assert.notEqual(uploadName(CONTENT, { ...FILE, size: 6 }), name)
})
