// Truth: the process outlives nothing but its standard input; what its record says happened before it was killed did.
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { ASK, TELL } from './opcodes.ts'
import { RawClient, textAt } from './raw-client.ts'

const MAIN = fileURLToPath(new URL('main.js', import.meta.url))
const Ready = Compile(Type.Object({ url: Type.String(), port: Type.Integer(), control: Type.Integer() }))
const [OWN, PEER] = ['79001000001', '79001000002']

describe('fake MAX as a process', { timeout: 60_000 }, () => {
  let child: ChildProcess
  let folder: string
  let url: string
  let control: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fake-max-'))
    const env = { ...process.env, FAKE_MAX_RECORD: join(folder, 'record') }
    child = spawn(process.execPath, [MAIN], { env, stdio: ['pipe', 'pipe', 'inherit'] })
    assert.ok(child.stdout !== null)
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    const ready = Ready.Parse(JSON.parse(line))
    url = ready.url
    control = `http://127.0.0.1:${String(ready.control)}`
  })
  after(async () => {
    if (child.signalCode === null) child.kill('SIGKILL')
    await rm(folder, { recursive: true })
  })

  const tell = async (path: string, body: object): Promise<unknown> => {
    const response = await fetch(control + path, { method: 'POST', body: JSON.stringify(body) })
    const answer: unknown = await response.json()
    assert.equal(response.status, 200, JSON.stringify(answer))
    return answer
  }
  const look = async (path: string): Promise<unknown> => (await fetch(control + path)).json()

  test('persons act by its control API, and all of it is in the record when it is killed', async () => {
    await tell('/person', { phone: PEER, name: 'Anna' })
    const client = await RawClient.greeted(url)
    const { qrLink, trackId } = await client.answered(ASK.makeTrack, {})
    const scan = tell('/scan', { phone: OWN, qr: qrLink })
    let token = ''
    while (token === '')
      token = await client.answered(ASK.loginByTrack, { trackId }).then(
        (answer) => textAt(answer, 'tokenAttrs', 'LOGIN', 'token'),
        () => '',
      )
    const markers = { chatsSync: 0, contactsSync: 0, presenceSync: 0, draftsSync: 0 }
    await client.answered(ASK.login, { token, interactive: false, chatsCount: 40, ...markers })
    assert.deepEqual(await scan, { end: 'linked' })
    client.acknowledges = false
    const { id } = (await tell('/say', { phone: PEER, to: OWN, text: 'hello' })) as { id: string }
    await client.pushed(TELL.message)
    assert.deepEqual(await look(`/unacknowledged?phone=${OWN}`), [id])
    const [push] = client.told(TELL.message)
    assert.ok(push !== undefined)
    client.acknowledge(push)
    await client.answered(ASK.ping, { interactive: false })
    assert.deepEqual(await look(`/unacknowledged?phone=${OWN}`), [])
    await tell('/faults', { refusals: [{ opcode: ASK.presence, code: 'too.many.requests', times: 1 }] })
    await assert.rejects(client.answered(ASK.presence, { contactIds: [] }))
    assert.deepEqual(await look('/complaints'), [])
    const nobody = await fetch(`${control}/say`, { method: 'POST', body: '{"phone":"Anna"}' })
    assert.equal(nobody.status, 400)
    child.kill('SIGKILL')
    await client.closed()
    const lines = (await readFile(join(folder, 'record'), 'utf8')).trimEnd().split('\n')
    const acknowledgements = lines.filter((line) => line.includes('"what":"in"') && line.includes('"opcode":128'))
    assert.equal(acknowledgements.length, 1)
    assert.ok(acknowledgements[0]?.includes(id))
  })
})
