// Truth: the contract's rule for `Authorization`, and what an HTTP client makes of a URL.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readEndpoint, type Endpoint } from './endpoint.ts'

function read(url: string, token: string): Endpoint {
  const endpoint = readEndpoint(url, token)
  if (typeof endpoint === 'string') throw new Error(endpoint)
  return endpoint
}

const targetOf = (url: string): string | undefined => /^POST (.+) HTTP\/1.1\r\n/.exec(read(url, '').head.text)?.[1]

function authorization(url: string, token: string): string | undefined {
  return /\r\nAuthorization: (.*)\r\n/.exec(read(url, token).head.text)?.[1]
}

describe('readEndpoint', () => {
  test('takes origin, path and query apart, and leaves the fragment', () => {
    const { origin, head } = read('https://hooks.example.org:8443/a%20b/?k=v&x=%2F#top', '')
    assert.equal(origin, 'https://hooks.example.org:8443')
    assert.deepEqual(head.text.split('\r\n'), [
      'POST /a%20b/?k=v&x=%2F HTTP/1.1',
      'Host: hooks.example.org:8443',
      'Connection: keep-alive',
      'Content-Type: application/json',
      'User-Agent: Jadegate',
      '',
    ])
  })

  test('a host alone means its root', () => assert.equal(targetOf('http://203.0.113.5'), '/'))

  test('nothing in a URL begins a line of its own', () => {
    assert.equal(targetOf('http://h/a\r\nX: 1\tb c?q=\n'), '/aX:%201b%20c?q=')
  })

  for (const url of ['', 'hooks.example.org', 'http://', 'http://h:99999/', 'ftp://h/', 'file:///etc/passwd', 'a b']) {
    test(`"${url}" is nowhere to deliver to`, () => assert.equal(readEndpoint(url, 't'), 'INVALID_URL'))
  }

  for (const token of ['a\r\nX-Other: 1', 'a\nb', 'nul\0nul', 'a\x7fb']) {
    test(`the token ${JSON.stringify(token)} is never sent`, () => {
      assert.equal(readEndpoint('http://h/', token), 'INVALID_TOKEN')
    })
  }

  test('nor are such credentials in the URL, but within base64', () => {
    const sent = authorization('http://me:a%0D%0AX:1@h/', '')
    assert.equal(sent, `Basic ${Buffer.from('me:a\r\nX:1').toString('base64')}`)
  })

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

  test('a token beyond ASCII is told from one within, as the request is written in UTF-8 then', () => {
    assert.equal(authorization('http://h/', 'ключ'), 'Bearer ключ')
    assert.deepEqual([read('http://h/', 'ключ').head.isAscii, read('http://h/', 'key').head.isAscii], [false, true])
  })

  test('credentials in the URL are sent where there is no token, and are nowhere else', () => {
    assert.equal(authorization('http://me:p%40ss@h/x', ''), `Basic ${Buffer.from('me:p@ss').toString('base64')}`)
    assert.equal(authorization('http://me:pass@h/x', 'abc'), 'Bearer abc')
    assert.equal(read('http://me:pass@h/x', 'abc').origin, 'http://h')
    assert.equal(targetOf('http://me:pass@h/x'), '/x')
    assert.doesNotMatch(read('http://me:pass@h/x', 'abc').head.text, /me|pass/)
  })
})
