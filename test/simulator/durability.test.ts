// Truth: what a phone or a device was told is still so after the network was restarted or killed with SIGKILL.
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { ask, NetworkBench, RawProcess } from '../support/simulated-network.ts'

const OWN = '79006660001'
const PEER = '79006660002'

interface Journal {
  readonly sends: readonly { id: string; order: number; offered: number; verdict: string }[]
  readonly events: readonly { order: number; kind: string; idMessage: string; acknowledged: boolean }[]
}

async function journalOf(url: string, phone: string): Promise<Journal> {
  return (await ask(url, 'GET', `journal?phone=${phone}`)).body as unknown as Journal
}

test('a restart keeps phones, devices, messages, faults and what was not acknowledged, in order', async (t) => {
  const bench = new NetworkBench()
  t.after(() => bench.tearDown())
  await bench.setUp()
  const server = await bench.connect()
  const { keys, channel } = await server.link(bench.url, OWN)
  await ask(bench.url, 'POST', 'phones', { phoneNumber: PEER, name: 'Kept', autoRead: true })
  await ask(bench.url, 'POST', 'faults', { kind: 'delayVerdicts', delayMs: 1, phoneNumber: '79006669999' })
  const ids: unknown[] = []
  for (const text of ['one', 'two', 'three'])
    ids.push((await ask(bench.url, 'POST', 'messages', { from: PEER, to: OWN, text })).body['idMessage'])
  const first = await server.next(channel, 'push')
  server.tell({ t: 'ack', channel, ids: [first.id] })
  server.send(channel, 'K1', PEER, 'sent')
  await server.next(channel, 'accepted')
  await bench.stop()
  await bench.start()

  const again = await bench.connect()
  const reopened = await again.open(keys)
  await again.next(reopened, 'push', 3)
  const pushed = again.on(reopened, 'push').map(({ event }) => (event.kind === 'restricted' ? '' : event.id))
  assert.deepEqual(pushed, [ids[1], ids[2], 'K1', 'K1'])
  again.send(reopened, 'K1', PEER, 'sent')
  await again.next(reopened, 'accepted')
  const [phone] = (await ask(bench.url, 'GET', `phones?phone=${PEER}`)).list
  assert.deepEqual([phone?.['name'], phone?.['autoRead']], ['Kept', true])
  assert.equal((await ask(bench.url, 'GET', 'faults')).list.length, 1)
  const journal = await journalOf(bench.url, OWN)
  assert.deepEqual(
    journal.sends.map(({ id, offered }) => [id, offered]),
    [['K1', 2]],
  )
  assert.equal((await ask(bench.url, 'GET', `messages?phone=${PEER}&chat=${OWN}`)).list.length, 4)
})

test('a receipt that a restart cut off comes after it', async (t) => {
  const bench = new NetworkBench()
  t.after(() => bench.tearDown())
  await bench.setUp()
  await ask(bench.url, 'POST', 'faults', { kind: 'delayReceipts', delayMs: 3_600_000 })
  await ask(bench.url, 'POST', 'messages', { from: OWN, to: PEER, text: 'hm' })
  await bench.stop()
  await bench.start()
  bench.clock.skip(3_600_001)
  const [message] = (await ask(bench.url, 'GET', `messages?phone=${OWN}`)).list
  assert.equal(message?.['status'], 'delivered')
})

/** The tables of messages as the first version made them, with what it kept in them. */
const FIRST_VERSION = `
CREATE TABLE messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, messenger TEXT NOT NULL, id TEXT NOT NULL, sender TEXT NOT NULL,
  recipient TEXT NOT NULL, content TEXT NOT NULL, verdict TEXT NOT NULL, description TEXT NOT NULL, offered INTEGER NOT NULL,
  device INTEGER, at INTEGER NOT NULL, status INTEGER NOT NULL, seen INTEGER NOT NULL
);
CREATE UNIQUE INDEX messages_id ON messages (sender, id, messenger);
CREATE INDEX messages_recipient ON messages (recipient, messenger, sender);
CREATE INDEX messages_waiting ON messages (recipient, messenger) WHERE status = 1 AND verdict = 'sent';
CREATE TABLE events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, device INTEGER NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL,
  message INTEGER, at INTEGER NOT NULL, acked INTEGER NOT NULL DEFAULT 0
);
INSERT INTO messages (messenger, id, sender, recipient, content, verdict, description, offered, device, at, status, seen) VALUES
  ('whatsapp', 'OLD1', '${OWN}', '${PEER}', '{"kind":"text","text":"first"}', 'sent', '', 1, NULL, 1, 3, 1),
  ('whatsapp', 'OLD2', '${PEER}', '${OWN}', '{"kind":"text","text":"answer","quote":{"id":"OLD1","participant":"${OWN}","text":"first"}}',
    'sent', '', 1, NULL, 2, 2, 0),
  ('whatsapp', 'OLD3', '${OWN}', '79006660000', '{"kind":"text","text":"?"}', 'noAccount', 'none', 1, 7, 3, 0, 0);
`

test('a file of the first version opens with its chats, receipts and quotes', async (t) => {
  const bench = new NetworkBench()
  t.after(() => bench.tearDown())
  await bench.setUp()
  await bench.stop()
  for (const end of ['', '-wal', '-shm']) await rm(`${bench.file}${end}`, { force: true })
  const old = new Sqlite(bench.file)
  old.exec(FIRST_VERSION)
  old.close()
  for (let start = 0; start < 2; start += 1) {
    await bench.start()
    const views = (await ask(bench.url, 'GET', `messages?phone=${OWN}&chat=${PEER}`)).list
    assert.deepEqual(
      views.map((one) => [one['id'], one['text'], one['direction'], one['status']]),
      [
        ['OLD1', 'first', 'out', 'read'],
        ['OLD2', 'answer', 'in', 'delivered'],
      ],
    )
    assert.deepEqual(views[1]?.['quote'], { id: 'OLD1', from: OWN, text: 'first' })
    const [chat] = (await ask(bench.url, 'GET', `chats?phone=${OWN}`)).list
    assert.equal(chat?.['unread'], 1)
    const journal = await journalOf(bench.url, OWN)
    assert.deepEqual(
      journal.sends.map(({ id, verdict }) => [id, verdict]),
      [['OLD3', 'noAccount']],
    )
    await bench.stop()
  }
  await bench.start()
  assert.equal((await ask(bench.url, 'POST', 'read', { phone: OWN, chat: PEER })).body['read'], 1)
})

const PROGRAM = `
const [network, clock, random, log] = await Promise.all(process.argv.slice(1, 5).map((path) => import(path)))
const shared = { clock: clock.systemClock, random: random.systemRandom, log: log.silentLog }
const started = await network.startNetwork({ file: process.argv[5], host: '127.0.0.1', port: 0, ...shared })
process.stdout.write(started.url + '\\n')
`

async function spawnNetwork(file: string): Promise<{ child: ChildProcess; url: string }> {
  const modules = ['simulator/network', 'lib/clock', 'lib/random', 'lib/log']
  const paths = modules.map((name) => new URL(`../../src/${name}.js`, import.meta.url).href)
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, ...paths, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  assert.ok(child.stdout)
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, url: line.toString('utf8').trim() }
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

test('killed at random moments under load, it forgets nothing that it has answered for', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'jadegate-killed-'))
  const file = join(folder, 'network.db')
  let { child, url } = await spawnNetwork(file)
  t.after(async () => {
    await kill(child)
    await rm(folder, { recursive: true })
  })
  const first = await RawProcess.connect(url)
  const { keys } = await first.link(url, OWN)
  first.hangUp()
  const accepted: string[] = []
  const told: unknown[] = []
  const pushed: number[] = []
  const acknowledged: number[] = []
  for (let round = 0; round < 6; round += 1) {
    const server = await RawProcess.connect(url)
    const channel = await server.open(keys)
    const saying = sayUntilItFails(url, told)
    let count = 0
    const sending = setInterval(() => {
      for (let index = 0; index < 20; index += 1)
        server.send(channel, `R${String(round)}N${String((count += 1))}`, PEER, 'x')
      server.tell({
        t: 'ack',
        channel,
        ids: server
          .on(channel, 'push')
          .slice(-100)
          .map(({ id }) => id),
      })
    }, 2)
    await sleep(60 + Math.random() * 120)
    await kill(child)
    clearInterval(sending)
    await saying
    accepted.push(...server.on(channel, 'accepted').map(({ id }) => id))
    pushed.push(...server.on(channel, 'push').map(({ id }) => id))
    ;({ child, url } = await spawnNetwork(file))
    const journal = await journalOf(url, OWN)
    const sent = new Map(journal.sends.map((send) => [send.id, send]))
    for (const id of accepted) assert.ok(sent.has(id), `${id} was answered and is gone`)
    const delivered = (await ask(url, 'GET', `messages?phone=${PEER}&chat=${OWN}`)).list.map((one) => String(one['id']))
    assert.equal(new Set(delivered).size, delivered.length, 'a message was delivered twice')
    for (const id of told) assert.ok(delivered.includes(String(id)), `${String(id)} was answered and is gone`)
    const kept = new Set(journal.events.map(({ order }) => order))
    for (const id of pushed) assert.ok(kept.has(id), `push ${String(id)} is gone`)
    const acks = journal.events.filter((event) => event.acknowledged).map(({ order }) => order)
    for (const id of acknowledged) assert.ok(acks.includes(id), `the acknowledgement of ${String(id)} is gone`)
    acknowledged.splice(0, Infinity, ...acks)
  }
  assert.ok(accepted.length > 200 && told.length > 5 && acknowledged.length > 5, 'there was load')
})

/** A person writes as fast as the network answers, until it is gone. */
async function sayUntilItFails(url: string, told: unknown[]): Promise<void> {
  for (;;) {
    try {
      told.push((await ask(url, 'POST', 'messages', { from: PEER, to: OWN, text: 'hello' })).body['idMessage'])
    } catch {
      return
    }
  }
}
