// Truth: only WhatsApp's own hosts are ever asked for a file, whatever a message says.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileSourceOf, knownFile, readRemote } from './remote-file.ts'
import { fetchMedia, mediaUrl } from './media-servers.ts'

const PATH = '/v/t62.7118-24/1_n.enc?oh=1&oe=2'

test('a path lies at the host that the message names, or at the usual one', () => {
  assert.equal(mediaUrl('', PATH), `https://mmg.whatsapp.net${PATH}`)
  assert.equal(mediaUrl('https://media-fra3.cdn.whatsapp.net/x', PATH), `https://media-fra3.cdn.whatsapp.net${PATH}`)
  assert.equal(mediaUrl('https://mmg.whatsapp.net/y', ''), 'https://mmg.whatsapp.net/y')
})

test('what names any other host, or no address, leads nowhere', () => {
  const foreign = [
    ...[
      'http://mmg.whatsapp.net/y',
      'https://whatsapp.net.example/y',
      'https://evilwhatsapp.net/y',
      'file:///etc/hosts',
    ],
    ...['https://127.0.0.1/y', 'https://user@mmg.whatsapp.net/y', 'mmg.whatsapp.net', ''],
  ]
  for (const url of foreign) {
    assert.equal(mediaUrl(url, ''), null, url)
    assert.equal(mediaUrl(url, PATH), `https://mmg.whatsapp.net${PATH}`, url)
  }
  for (const path of ['//evil.example/x', '@evil.example/x', '.evil.example/x'])
    assert.ok([null, 'mmg.whatsapp.net'].includes(hostOf(mediaUrl('', path))), path)
})

test('no other host is asked, not by a redirect either', async () => {
  const transport = {
    agent: undefined,
    dispatcher: undefined as never,
    reach: () => Promise.resolve(null),
    close: () => Promise.resolve(),
  }
  await assert.rejects(fetchMedia(transport, 'https://127.0.0.1/x', new AbortController().signal), /no media server/)
})

test('a file of a message is kept with all that opens it, and told again in a quote', () => {
  const of = { remoteJid: '1@lid', id: 'A1', fromMe: false, participant: null }
  const file = {
    ...{ url: 'https://mmg.whatsapp.net/x', directPath: PATH, mediaKey: new Uint8Array(32).fill(1) },
    ...{ fileSha256: new Uint8Array(32).fill(2), fileEncSha256: new Uint8Array(32).fill(3), fileLength: 9 },
  }
  const kept = fileSourceOf(file, 'sticker', of, 10)
  assert.ok(kept.at === 'here')
  assert.deepEqual([kept.sha256, kept.size], ['02'.repeat(32), 9])
  const remote = readRemote(kept)
  assert.ok(remote !== null && remote.kind === 'sticker')
  assert.deepEqual(remote.of, { remoteJid: '1@lid', id: 'A1', fromMe: false })
  const again = knownFile(kept)
  assert.deepEqual(Buffer.from(again.mediaKey ?? []), Buffer.from(file.mediaKey))
  assert.deepEqual(Buffer.from(again.fileEncSha256 ?? []), Buffer.from(file.fileEncSha256))
  assert.deepEqual(fileSourceOf({ ...file, fileLength: 11 }, 'image', of, 10), { at: 'nowhere', why: 'tooLarge' })
  for (const broken of [{ mediaKey: null }, { mediaKey: new Uint8Array(3) }, { fileSha256: null }, { fileLength: -1 }])
    assert.deepEqual(fileSourceOf({ ...file, ...broken }, 'image', of, 10), { at: 'nowhere', why: 'lost' })
})

test('what is no note of ours about a file is as if it were not there', () => {
  for (const remote of ['', 'abc', '{}', '{"kind":"picture"}', '{"kind":"voice","url":""}'])
    assert.equal(readRemote({ at: 'here', sha256: '', size: 1, remote }), null, remote)
})

function hostOf(url: string | null): string | null {
  return url === null ? null : new URL(url).hostname
}
