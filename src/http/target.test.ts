// Truth: the contract's URL template (`{apiUrl}/waInstance{id}/{method}/{token}`, optional `/v3`, `/partner/{method}/{token}`) and known clients' variations of it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { maskPath } from './mask.ts'
import { parseTarget, queryValue, type Target } from './target.ts'

const base: Target = { family: 'instance', v3: false, id: 1101000000, method: 'm', token: 't', tail: '', query: '' }

const paths: readonly (readonly [string, Partial<Target> | null])[] = [
  ['/waInstance1101000000/m/t', {}],
  ['/waInstance1101000000/m/t/', {}],
  ['/v3/waInstance1101000000/m/t', { v3: true }],
  ['//waInstance1101000000//m///t', {}],
  ['http://gate.example:81/waInstance1101000000/m/t', {}],
  ['/waInstance1101000000/%6d/t', {}],
  ['/waInstance1101000000/m/t?receiveTimeout=5', { query: 'receiveTimeout=5' }],
  ['/waInstance1101000000/m/t/77', { tail: '77' }],
  ['/waInstance1101000000/m/t/77/', { tail: '77' }],
  ['/waInstance1101000000/m/t/7/8', { tail: '7/8' }],
  ['/waInstance1101000000/t', { method: '' }],
  ['/waInstance1101000000/t/', { method: '' }],
  ['/waInstance1101000000', { method: '', token: '' }],
  ['/waInstance/m/t', { id: Number.NaN }],
  ['/waInstance-1/m/t', { id: Number.NaN }],
  ['/waInstance1e9/m/t', { id: Number.NaN }],
  ['/waInstance9999999999999999/m/t', { id: Number.NaN }],
  ['/waInstance1101000000/a%2Fb/t', { method: 'a\u2215b' }],
  ['/waInstance1101000000/%zz/t', { method: '%zz' }],
  ['/partner/m/t', { family: 'partner', id: Number.NaN }],
  ['/v3/partner/m/t', { family: 'partner', id: Number.NaN, v3: true }],
  ['/partner/m', { family: 'partner', id: Number.NaN, token: '' }],
  ['/partners/m/t', null],
  ['/health', null],
  ['*', null],
  ['', null],
]

describe('parseTarget', () => {
  for (const [path, expected] of paths) {
    test(`reads ${JSON.stringify(path)}`, () => {
      assert.deepEqual(parseTarget(path), expected === null ? null : { ...base, ...expected })
    })
  }

  test('no text makes it throw', () => {
    const piece = fc.oneof(
      fc.constantFrom('/', '//', '%', '%2f', 'waInstance', 'partner', 'v3', '?', '1101', '\0'),
      fc.string(),
    )
    fc.assert(fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => void parseTarget(pieces.join(''))))
  })
})

test('queryValue takes the first, decoded; empty counts as absent', () => {
  assert.equal(queryValue('a=1&count=%32&count=3', 'count'), '2')
  assert.equal(queryValue('count=', 'count'), undefined)
  assert.equal(queryValue('', 'count'), undefined)
  assert.equal(queryValue('%zz&count=%', 'count'), '%')
})

describe('maskPath', () => {
  const masked: readonly (readonly [string, string])[] = [
    ['/waInstance1101000000/sendMessage/secret', '/waInstance1101000000/sendMessage/***'],
    ['/v3/waInstance1101000000/sendMessage/secret?x=secret', '/v3/waInstance1101000000/sendMessage/***'],
    ['//waInstance1101000000//sendMessage//secret/', '/waInstance1101000000/sendMessage/***/'],
    ['/waInstance1101000000/deleteNotification/secret/42', '/waInstance1101000000/deleteNotification/***/42'],
    ['/waInstance1101000000/secret', '/waInstance1101000000/***'],
    ['/partner/getInstances/gac.secret', '/partner/getInstances/***'],
    ['/partner/gac.secret/getInstances', '/partner/***/***'],
    ['/elsewhere/gac.secret', '/elsewhere/***'],
    ['/%77aInstance1101000000/sendMessage/sec%72et', '/waInstance1101000000/sendMessage/***'],
  ]
  for (const [url, expected] of masked) test(`of ${url}`, () => assert.equal(maskPath(url), expected))

  test('a token where the contract has it never comes through', () => {
    const token = fc.stringMatching(/^[A-Za-z0-9._~-]{8,60}$/).map((text) => `Q7${text}`)
    const around = fc.constantFrom('/waInstance1101000000/sendMessage/', '/v3/partner/createInstance/', '/waInstance1/')
    fc.assert(fc.property(around, token, (path, secret) => assert.ok(!maskPath(path + secret).includes(secret))))
  })
})
