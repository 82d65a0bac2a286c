import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { finished } from 'node:stream/promises'
import { test } from 'node:test'
import { until } from '../../lib/until.ts'
import { FAULTS, retryOf } from '../../model/fault.ts'
import { isWithoutHash } from '../../model/hashless-files.ts'
import type { FileContent, KeptFile } from '../../model/content.ts'
import { facet, faultIn, value, type Bench, type Opened } from './bench.ts'

/** Files out and in: streamed, once, whole or not at all. */
export function files(bench: Bench): void {
  const signal = () => new AbortController().signal
  const nowhere: KeptFile = { at: 'here', sha256: '0'.repeat(64), size: 3 }

  const receivedFile = async ({ host }: Opened) => {
    const message = await until(() => host.messages()[0], 'the message')
    assert.ok(message.content.kind === 'file')
    return message.content.file
  }

  test('a file that is sent can be downloaded by whoever received it, byte by byte', async () => {
    const { peer } = bench.rig.phones
    const { session, host } = await bench.linked()
    const other = await bench.linked(peer)
    const bytes = randomBytes(bench.rig.fileLimitBytes - 1)
    const file = host.keep(bytes)
    await bench.sent(session, peer, documentOf(file))
    const received = await receivedFile(other)
    assert.ok(received.at === 'here')
    if (isWithoutHash(received.sha256)) assert.ok(received.size === 0 || received.size === bytes.length)
    else assert.deepEqual([received.sha256, received.size], [file.sha256, bytes.length])
    const stream = value(await facet(other.session, 'files').download(received, signal()))
    assert.ok((await buffer(stream)).equals(bytes))
  })

  test('an empty file is a file', async () => {
    const { session, host } = await bench.linked()
    const other = await bench.linked(bench.rig.phones.peer)
    await bench.sent(session, bench.rig.phones.peer, documentOf(host.keep(Buffer.alloc(0))))
    const received = await receivedFile(other)
    assert.ok(received.at === 'here')
    const stream = value(await facet(other.session, 'files').download(received, signal()))
    assert.equal((await buffer(stream)).length, 0)
  })

  test('a file above the limit is told without its bytes', async () => {
    const { session, host } = await bench.linked()
    const other = await bench.linked(bench.rig.phones.peer)
    await bench.sent(session, bench.rig.phones.peer, documentOf(host.keep(randomBytes(bench.rig.fileLimitBytes + 1))))
    assert.deepEqual(await receivedFile(other), { at: 'nowhere', why: 'tooLarge' })
  })

  test('the same file is read and sent but once', async () => {
    const { session, host } = await bench.linked()
    const file = host.keep(Buffer.from('the price list'))
    for (const phone of [bench.rig.phones.peer, bench.rig.phones.other, bench.rig.phones.peer])
      await bench.sent(session, phone, documentOf(file))
    assert.equal(host.filesRead.length, 1)
  })

  test('a file that is gone is a verdict that nobody repeats, and nothing is sent', async () => {
    const { session } = await bench.linked()
    for (const content of [
      documentOf(nowhere),
      { ...documentOf(nowhere), file: { at: 'nowhere', why: 'lost' } } as const,
    ]) {
      const verdict = await bench.send(session, bench.rig.phones.peer, content)
      assert.equal(!verdict.ok && verdict.fault.fault, 'fileGone')
    }
    assert.equal(FAULTS.fileGone, 'never')
    assert.deepEqual(await bench.rig.person.received(bench.rig.phones.peer), [])
  })

  test('a file whose bytes are not what they were is not sent', async () => {
    const { session, host } = await bench.linked()
    const { sha256, size } = host.keep(Buffer.from('one thing'))
    for (const bytes of ['different', 'less', 'much more than it was']) {
      const other = host.keepAs(sha256, size, () => Readable.from([Buffer.from(bytes)]))
      const verdict = await bench.send(session, bench.rig.phones.peer, documentOf(other))
      assert.equal(!verdict.ok && verdict.fault.fault, 'fileGone', bytes)
    }
    assert.deepEqual(await bench.rig.person.received(bench.rig.phones.peer), [])
  })

  test('a file that breaks off while it is read may be sent later', async () => {
    const { session, host } = await bench.linked()
    const bytes = Buffer.from('the whole of it')
    const { sha256, size } = host.keep(bytes)
    const broken = host.keepAs(sha256, size, () => Readable.from(breaksOff(bytes)))
    const verdict = await bench.send(session, bench.rig.phones.peer, documentOf(broken))
    assert.equal(!verdict.ok && retryOf(verdict.fault), 'later')
    await bench.sent(session, bench.rig.phones.peer, documentOf(host.keep(bytes)))
    assert.equal((await bench.rig.person.received(bench.rig.phones.peer)).length, 1)
  })

  test('whoever stops while a file is on its way has sent nothing', async () => {
    const { session, host } = await bench.linked()
    const abort = new AbortController()
    const verdict = bench.send(session, bench.rig.phones.peer, documentOf(endless(host)), { signal: abort.signal })
    await until(() => host.filesRead.length === 1, 'the file to be read')
    abort.abort()
    const ended = await verdict
    assert.equal(!ended.ok && retryOf(ended.fault), 'later')
    assert.ok((await bench.send(session, bench.rig.phones.peer, 'next')).ok)
    assert.equal((await bench.rig.person.received(bench.rig.phones.peer)).length, 1)
  })

  test('a session that is closed while a file is on its way is quiet soon, and has sent nothing', async () => {
    const { session, host } = await bench.linked()
    const verdict = bench.send(session, bench.rig.phones.peer, documentOf(endless(host)))
    await until(() => host.filesRead.length === 1, 'the file to be read')
    await session.disconnect()
    const ended = await verdict
    assert.equal(!ended.ok && retryOf(ended.fault), 'later')
    assert.deepEqual(await bench.rig.person.received(bench.rig.phones.peer), [])
  })

  test('what the network has no more is not found; a closed session downloads nothing', async () => {
    const { session } = await bench.linked()
    assert.equal(
      faultIn(await facet(session, 'files').download({ ...nowhere, remote: nowhere.sha256 }, signal())),
      'notFound',
    )
    await session.disconnect()
    assert.equal(faultIn(await facet(session, 'files').download(nowhere, signal())), 'notConnected')
  })

  test('a download that is given up ends with an error', async () => {
    const { session, host } = await bench.linked()
    const other = await bench.linked(bench.rig.phones.peer)
    await bench.sent(session, bench.rig.phones.peer, documentOf(host.keep(randomBytes(bench.rig.fileLimitBytes))))
    const received = await receivedFile(other)
    assert.ok(received.at === 'here')
    const abort = new AbortController()
    const stream = value(await facet(other.session, 'files').download(received, abort.signal))
    const ended = assert.rejects(finished(stream))
    abort.abort()
    await ended
  })
}

function documentOf(file: FileContent['file']): FileContent {
  const about = { name: 'list.pdf', mimeType: 'application/pdf', caption: '', jpegThumbnail: '' }
  return { kind: 'file', type: 'document', file, ...about }
}

/** Without a pattern that a compression or a wrong order would leave intact. */
function randomBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  let block = createHash('sha256').update('seed').digest()
  for (let at = 0; at < length; at += block.length) {
    block.copy(bytes, at)
    block = createHash('sha256').update(block).digest()
  }
  return bytes
}

function* breaksOff(bytes: Buffer): Generator<Buffer> {
  yield bytes.subarray(0, 4)
  throw new Error('the disk failed')
}

/** Its first bytes come, the others never do. */
function endless(host: Opened['host']): KeptFile {
  const read = () => {
    const stream = new Readable({ read: () => undefined })
    stream.push(Buffer.from('the beginning'))
    return stream
  }
  return host.keepAs('e'.repeat(64), 1_000, read)
}
