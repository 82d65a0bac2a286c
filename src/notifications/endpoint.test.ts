// Truth: the contract's rule for `Authorization`, and what an HTTP client makes of a URL.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readEndpoint } from './endpoint.ts'

function authorization(url: string, token: string): string | undefined {
  const headers = readEndpoint(url, token)?.headers ?? []
  const at = headers.indexOf('Authorization')
  return at < 0 ? undefined : headers[at + 1]
}

describe('readEndpoint', () => {
  test('takes origin, path and query apart, and leaves the fragment', () => {
    const endpoint = readEndpoint('https://hooks.example.org:8443/a%20b/?k=v&x=%2F#top', '')
    assert.equal(endpoint?.origin, 'https://hooks.example.org:8443')
    assert.equal(endpoint.path, '/a%20b/?k=v&x=%2F')
    assert.deepEqual(endpoint.headers, ['Content-Type', 'application/json', 'User-Agent', 'Jadegate'])
  })

  test('a host alone means its root', () => assert.equal(readEndpoint('http://203.0.113.5', '')?.path, '/'))

  for (const url of ['', 'hooks.example.org', 'http://', 'http://h:99999/', 'ftp://h/', 'file:///etc/passwd', 'a b']) {
    test(`"${url}" is nowhere to deliver to`, () => assert.equal(readEndpoint(url, 't'), null))
  }

  for (const [token, header] of [
    ['', undefined],
    ['  ', undefined],
    ['abc', 'Bearer abc'],
    ['Bearer abc', 'Bearer abc'],
    ['bearer abc', 'bearer abc'],
    ['BASIC dXNlcjpwYXNz', 'BASIC dXNlcjpwYXNz'],
    ['Basically', 'Bearer Basically'],
    ['abc\n', 'Bearer abc'],
    ['Token abc', 'Bearer Token abc'],
  ] as const) {
    test(`the token ${JSON.stringify(token)} is sent as ${String(header)}`, () => {
      assert.equal(authorization('http://h/', token), header)
    })
  }

  test('a token beyond ASCII goes as UTF-8', () => {
    const header = authorization('http://h/', 'ключ') ?? ''
    assert.equal(Buffer.from(header, 'latin1').toString('utf8'), 'Bearer ключ')
  })

  test('credentials in the URL are sent where there is no token, and are nowhere else', () => {
    assert.equal(authorization('http://me:p%40ss@h/x', ''), `Basic ${Buffer.from('me:p@ss').toString('base64')}`)
    assert.equal(authorization('http://me:pass@h/x', 'abc'), 'Bearer abc')
    const { origin, path } = readEndpoint('http://me:pass@h/x', 'abc') ?? {}
    assert.deepEqual([origin, path], ['http://h', '/x'])
  })
})
