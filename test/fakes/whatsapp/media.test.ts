// Truth: the statuses that the media servers are known to answer with, over HTTP, and the hashes of what was put there.
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { openFile, sealFile } from './media-crypto.ts'
import { MediaStore } from './media.ts'
import { children } from './nodes.ts'

describe('the media servers of the fake WhatsApp', () => {
  const media = new MediaStore()
  const plain = Buffer.from('the bytes of a file'.repeat(1000))
  const sealed = sealFile(plain, 'image')
  let server: Server
  let url: string

  before(async () => {
    server = createServer((request, response) => media.handle(request, response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  after(() => server.close())

  const auth = () => media.mediaConn().attrs['auth'] ?? ''
  const post = (body: Buffer, { token = sealed.fileEncSha256.toString('base64url'), key = auth() } = {}) =>
    fetch(`${url}/mms/image/${token}?auth=${encodeURIComponent(key)}&token=${token}`, { method: 'POST', body })
  const get = (path: string, headers = {}) => fetch(url + path, { headers })

  test('what is put with the right hash and key is given back, whole or in part', async () => {
    const answer = (await (await post(sealed.body)).json()) as { url: string; direct_path: string }
    assert.equal(new URL(answer.url).hostname, children(media.mediaConn(), 'host')[0]?.attrs['hostname'])
    const body = Buffer.from(await (await get(answer.direct_path)).arrayBuffer())
    const hashes = { plain: sealed.fileSha256, sealed: sealed.fileEncSha256 }
    assert.deepEqual(openFile(body, sealed.mediaKey, 'image', hashes), plain)
    const part = await get(answer.direct_path, { range: 'bytes=16-31' })
    assert.equal(part.status, 206)
    assert.deepEqual(Buffer.from(await part.arrayBuffer()), sealed.body.subarray(16, 32))
  })

  test('a wrong key, a wrong hash and a wrong path are refused', async () => {
    assert.equal((await post(sealed.body, { key: 'made-up' })).status, 401)
    assert.equal((await post(Buffer.from('other bytes'))).status, 400)
    assert.equal((await post(sealed.body, { token: 'short' })).status, 404)
    const { directPath } = media.put(sealed.body)
    assert.equal((await get(directPath.replace(/oh=[^&]+/, 'oh=made-up'))).status, 403)
    assert.equal((await get('/v/t62.7118-24/nothing.enc?oh=1')).status, 404)
  })

  test('what is gone is 410, and at a new path once it was brought again', async () => {
    const { directPath } = media.put(sealed.body)
    media.forget(directPath)
    assert.equal((await get(directPath)).status, 410)
    assert.equal(media.get(directPath), undefined)
    const again = media.putAgain(directPath)
    assert.notEqual(again?.directPath, directPath)
    assert.equal((await get(again?.directPath ?? '')).status, 200)
  })

  test('troubles come as often as they were asked for', async () => {
    const { directPath } = media.put(sealed.body)
    media.faults.download = { status: 404, times: 1 }
    media.faults.upload = { status: 503, times: 1 }
    assert.deepEqual([(await get(directPath)).status, (await post(sealed.body)).status], [404, 503])
    media.faults.cutDownloads = 1
    await assert.rejects(async () => (await get(directPath)).arrayBuffer())
    media.faults.spoilDownloads = 1
    const spoilt = Buffer.from(await (await get(directPath)).arrayBuffer())
    assert.throws(() => openFile(spoilt, sealed.mediaKey, 'image', { sealed: sealed.fileEncSha256 }))
    assert.deepEqual(Buffer.from(await (await get(directPath)).arrayBuffer()), sealed.body)
    assert.equal((await post(sealed.body)).status, 200)
  })
})
