// Truth: a proxy is a URL of a kind that can be gone by, at an address that may be reached; what is refused is told without its password.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { AddressRules } from '../../lib/address-rules.ts'
import { isFault } from '../../model/fault.ts'
import { findProxy } from './proxy.ts'

suite('a proxy', () => {
  for (const text of ['nonsense', 'operator:secret@192.0.2.1:1080', 'ftp://operator:secret@192.0.2.1', 'socks5://']) {
    test(`is no ${text}, and that is said without its password`, async () => {
      const found = await findProxy(text, new AddressRules([]))
      assert(isFault(found))
      assert.match(found.message, /http:\/\/, https:\/\/ or socks5:\/\//)
      assert.doesNotMatch(found.message, /secret/)
    })
  }

  test('inside the own network is out of reach unless it is named', async () => {
    const text = 'socks5://operator:secret@10.1.2.3:1080'
    const refused = await findProxy(text, new AddressRules([]))
    assert(isFault(refused))
    assert.match(refused.message, /10\.1\.2\.3 is at no public address/)
    const found = await findProxy(text, new AddressRules(['10.1.2.0/24']))
    assert(!isFault(found))
    assert.equal(found.url.hostname, '10.1.2.3')
  })
})
