// Truth: a link is good as it was made until its time is over, and nothing else is a link.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { SkippingClock } from '../lib/skipping-clock.ts'
import type { InstanceId } from '../model/ids.ts'
import { FileLinks } from './links.ts'

const DAY_MS = 86_400_000
const PUBLIC_URL = 'https://files.example'

function linksAt(clock: SkippingClock, key = 'one', publicUrl = PUBLIC_URL): FileLinks {
  const hash = (text: string): string => createHmac('sha256', key).update(text).digest('base64url')
  return new FileLinks({ publicUrl: () => publicUrl, hash, clock, lifeMs: 15 * DAY_MS })
}

const clock = new SkippingClock()
const links = linksAt(clock)

const instanceIds = fc.integer({ min: 1_101_000_000, max: 4_199_999_999 }).map((id) => id as InstanceId)
const hashes = fc.stringMatching(/^[0-9a-f]{64}$/)
const names = fc.oneof(
  fc.string(),
  fc.constantFrom('a.jpg', 'Фото.PNG', 'no-extension', 'x.tar.gz', '.', '..', 'a/b.c?d#e'),
)
const made = fc.record({ instance: instanceIds, sha256: hashes, name: names }).map(({ instance, sha256, name }) => ({
  instance,
  sha256,
  url: links.make(instance, { at: 'here', sha256, size: 1 }, name),
}))

describe('links', () => {
  test('what was made is read, as a path and as a URL of any host', () => {
    fc.assert(
      fc.property(made, ({ instance, sha256, url }) => {
        const path = url.slice(PUBLIC_URL.length)
        const { instance: whose, sha256: what } = links.read(path) ?? {}
        assert.deepEqual([whose, what], [instance, sha256])
        assert.deepEqual(links.readUrl(`http://127.0.0.1:8080${path}`), links.readUrl(url))
        assert.match(path, /^[\w./-]+$/)
      }),
    )
  })

  test('any other sign in any place makes it none', () => {
    fc.assert(
      fc.property(made, fc.nat(), fc.stringMatching(/^[\w./-]$/), ({ url }, at, sign) => {
        const path = url.slice(PUBLIC_URL.length)
        const place = at % path.length
        fc.pre(path[place] !== sign)
        assert.equal(links.read(path.slice(0, place) + sign + path.slice(place + 1)), null)
      }),
      { numRuns: 1000 },
    )
  })

  test('one sign more or less makes it none', () => {
    fc.assert(
      fc.property(made, fc.nat(), fc.stringMatching(/^[\w./?-]$/), ({ url }, at, sign) => {
        const path = url.slice(PUBLIC_URL.length)
        const place = at % (path.length + 1)
        assert.equal(links.read(path.slice(0, place) + sign + path.slice(place)), null)
        assert.equal(links.read(path.slice(0, at % path.length) + path.slice((at % path.length) + 1)), null)
      }),
    )
  })

  test('the signature of one file does not open another', () => {
    fc.assert(
      fc.property(made, made, (one, other) => {
        fc.pre(one.sha256 !== other.sha256)
        assert.equal(links.read(one.url.slice(PUBLIC_URL.length).replace(one.sha256, other.sha256)), null)
      }),
    )
  })

  test('any text at all is read without a throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl()), (text) => {
        assert.equal(links.read(text), null)
        assert.equal(links.readUrl(text), null)
      }),
    )
  })

  test('another key makes no link of ours', () => {
    const foreign = linksAt(clock, 'another').make(1101000001 as InstanceId, file('a'), 'a.jpg')
    assert.equal(links.readUrl(foreign), null)
  })

  test('it is good to its last moment and not after', () => {
    const url = links.make(1101000001 as InstanceId, file('b'), 'a.jpg')
    const expiresAt = links.readUrl(url)?.expiresAt ?? 0
    clock.skip(expiresAt - clock.now() - 1000)
    assert.notEqual(links.readUrl(url), null)
    clock.skip(1001)
    assert.equal(links.readUrl(url), null)
  })

  test('the name gives the extension and nothing more', () => {
    for (const [name, extension] of [
      ['photo.JPG', '.jpg'],
      ['x.tar.gz', '.gz'],
      ['none', ''],
      ['a.b c', ''],
      ['../../x.png', '.png'],
    ] as const) {
      const url = links.make(1101000001 as InstanceId, file('c'), name)
      assert.ok(url.endsWith(file('c').sha256 + extension), url)
    }
  })
})

function file(digit: string) {
  return { at: 'here', sha256: digit.repeat(64), size: 1 } as const
}
