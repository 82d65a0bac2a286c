import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../lib/until.ts'
import { facet, faultIn, value, type Bench } from './bench.ts'

/** What the account shows of itself. */
export function profile(bench: Bench): void {
  test('the own picture is set, shown, and changed again only after a while', async () => {
    const { session, host } = await bench.linked()
    const own = facet(session, 'profile')
    assert.deepEqual(value(await own.picture()), { kind: 'none' })
    const first = host.keep(Buffer.from('a face'))
    const second = host.keep(Buffer.from('another face'))
    assert.equal(await own.setPicture(first), undefined)
    assert.equal(faultIn(await own.setPicture(second)), 'rateLimited')
    const shown = value(await own.picture())
    assert.equal(shown.kind === 'shown' && shown.file.sha256, first.sha256)
    bench.rig.skip(bench.rig.picturePeriodMs + 1)
    assert.equal(await own.setPicture(second), undefined)
    const changed = value(await own.picture())
    assert.equal(changed.kind === 'shown' && changed.file.sha256, second.sha256)
  })

  test('a picture whose bytes are gone changes nothing', async () => {
    const { session } = await bench.linked()
    const own = facet(session, 'profile')
    assert.equal(faultIn(await own.setPicture({ at: 'here', sha256: 'a'.repeat(64), size: 9 })), 'fileGone')
    assert.deepEqual(value(await own.picture()), { kind: 'none' })
  })

  test('others see the account online from when it is said, also over a break of the connection', async () => {
    const { session, host } = await bench.linked()
    const other = await bench.linked(bench.rig.phones.peer)
    const chat = await bench.nameOf(other, bench.rig.phones.own)
    const seenAt = async () => value(await facet(other.session, 'contacts').info(chat)).lastSeen
    const isSeenNow = async () => Math.abs(((await seenAt()) ?? 0) - bench.rig.clock.now()) < 1_000
    facet(session, 'profile').setPresence(true)
    if (bench.rig.cannot?.has('seen') === true) {
      await bench.sent(session, bench.rig.phones.peer, 'nobody is harmed by it')
      return
    }
    await until(isSeenNow, 'the account to be seen')
    await bench.rig.trouble.dropConnection(bench.rig.phones.own)
    await until(() => host.losses.length === 1, 'the loss')
    await session.connect()
    await until(() => {
      bench.rig.skip(1_000)
      return host.openings === 2
    }, 'the session to open again')
    await until(isSeenNow, 'the account to be seen again')
    facet(session, 'profile').setPresence(false)
    await until(async () => {
      bench.rig.skip(1_000)
      return !(await isSeenNow())
    }, 'the account to be seen no more')
  })

  test('a session that is not open answers nothing, and saying who sees it harms nothing', async () => {
    const { session, host } = bench.open()
    facet(session, 'profile').setPresence(true)
    assert.equal(faultIn(await facet(session, 'profile').picture()), 'notConnected')
    assert.equal(faultIn(await facet(session, 'profile').setPicture(host.keep(Buffer.from('x')))), 'notConnected')
    assert.deepEqual(host.losses, [])
  })
}
