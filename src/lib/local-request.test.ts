// Truth: who is on this machine and asks directly, by what the socket and the headers say.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLocalRequest, isLoopbackAddress } from './local-request.ts'

const local = { remoteAddress: '127.0.0.1', headers: { host: 'localhost:8080' } }

test('loopback addresses in every spelling, and nothing that looks like one', () => {
  for (const address of ['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1']) assert.ok(isLoopbackAddress(address))
  for (const address of ['', '128.0.0.1', '10.0.0.1', '::', '::2', '127.0.0.1.example.org', '127.1', '::ffff:10.0.0.1'])
    assert.ok(!isLoopbackAddress(address), address)
})

test('a direct request by a local name is local', () => {
  for (const host of ['localhost', 'LOCALHOST:1', '127.0.0.1', '[::1]:8080'])
    assert.ok(isLocalRequest({ ...local, headers: { host } }), host)
  assert.ok(isLocalRequest({ ...local, headers: { host: 'localhost:8080', origin: 'http://localhost:8080' } }))
  assert.ok(isLocalRequest({ ...local, headers: { host: 'localhost', 'sec-fetch-site': 'same-origin' } }))
})

test('another peer, another name, a proxy or another origin makes it foreign', () => {
  assert.ok(!isLocalRequest({ ...local, remoteAddress: '192.168.1.2' }))
  assert.ok(!isLocalRequest({ ...local, remoteAddress: undefined }))
  const foreign: Record<string, string | string[]>[] = [
    {},
    { host: '' },
    { host: 'localhost.' },
    { host: 'localhost@example.org' },
    { host: 'localhost:port' },
    { host: 'example.org' },
    { host: ['localhost'] },
    { host: 'localhost', 'x-forwarded-for': '127.0.0.1' },
    { host: 'localhost', 'x-forwarded-anything': '' },
    { host: 'localhost', 'x-real-ip': '127.0.0.1' },
    { host: 'localhost', forwarded: '' },
    { host: 'localhost', via: '' },
    { host: 'localhost', origin: 'null' },
    { host: 'localhost', origin: 'http://localhost:1' },
    { host: 'localhost', origin: ['http://localhost'] },
    { host: 'localhost', 'sec-fetch-site': 'cross-site' },
  ]
  for (const headers of foreign) assert.ok(!isLocalRequest({ ...local, headers }), JSON.stringify(headers))
})
