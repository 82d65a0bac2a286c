// Truth: a link that an operator takes from one server and gives to another works there, and nowhere else; the API and the commands alike.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { runCommand } from './support/command.ts'
import { Operator } from './support/operator-calls.ts'
import { partnerAccount } from './support/operator.ts'
import { until } from './support/domain.ts'
import { OPERATOR_TOKEN, startServer, type Made, type TestServer } from './support/server.ts'

let server: TestServer
let operator: Operator
let account: string
before(async () => {
  server = await startServer()
  operator = new Operator(server)
  account = await partnerAccount(server)
})
after(() => server.close())

const HOLD = { holdSeconds: 60 }
const pathOf = ({ idInstance }: Made) => `/accounts/${account}/instances/${String(idInstance)}/link`
const stateOf = async (made: Made) => (await server.on(made, 'GET', 'getStateInstance')).json
const put = (made: Made, link: unknown) => server.operator('PUT', pathOf(made), link)

interface Copy {
  readonly link: Readonly<Record<string, unknown>>
  readonly fingerprint: string
}

async function copyOf(made: Made, body: object = HOLD): Promise<Copy> {
  return (await operator.done('POST', `${pathOf(made)}/copy`, body)) as unknown as Copy
}

const release = (made: Made, fingerprint: string) =>
  operator.call('DELETE', `${pathOf(made)}?fingerprint=${fingerprint}`)

const send = (made: Made, message: string) =>
  server.on(made, 'POST', 'sendMessage', { chatId: '79007000002@c.us', message })

async function arrived(message: string): Promise<boolean> {
  const { text } = await server.call('GET', '/simulator/messages?phone=79007000002')
  return text.includes(message)
}

async function linked(phone: string): Promise<Made> {
  const made = await server.make()
  await server.link(made, phone)
  return made
}

describe('a link', () => {
  test('moves from one instance to another with its phone, which hears nothing of it', async () => {
    const from = await linked('79007000001')
    const { link, fingerprint } = await copyOf(from)
    assert.equal((await release(from, fingerprint)).status, 204)
    assert.deepEqual(await stateOf(from), { stateInstance: 'notAuthorized' })
    const to = await server.make()
    assert.equal((await put(to, link)).status, 204)
    await until(async () => JSON.stringify(await stateOf(to)).includes('"authorized"'))
    assert.match((await send(to, 'from here')).text, /idMessage/)
    await until(() => arrived('from here'))
  })

  test('that was copied to be released stays as it is so long: nothing is sent; released with another fingerprint it goes on', async () => {
    const made = await linked('79007000007')
    const { fingerprint } = await copyOf(made)
    assert.match((await send(made, 'after a rest')).text, /idMessage/)
    assert.equal((await copyOf(made)).fingerprint, fingerprint)
    await new Promise((resolve) => setTimeout(resolve, 300))
    assert.equal(await arrived('after a rest'), false)
    const refused = await operator.refused('DELETE', `${pathOf(made)}?fingerprint=${'0'.repeat(64)}`)
    assert.deepEqual(refused, [409, 'conflict', 'The link has changed since it was copied: copy it again'])
    await until(() => arrived('after a rest'))
    assert.deepEqual(await stateOf(made), { stateInstance: 'authorized' })
    assert.equal((await release(made, 'no fingerprint')).status, 400)
  })

  test('is used again by itself when the time of its copy is over', async () => {
    const made = await linked('79007000008')
    await copyOf(made, { holdSeconds: 1 })
    assert.match((await send(made, 'after a second')).text, /idMessage/)
    await until(() => arrived('after a second'))
  })

  test('takes its notes along, with the end of their time', async () => {
    const from = await linked('79007000009')
    const { link, fingerprint } = await copyOf(from)
    assert.equal((await release(from, fingerprint)).status, 204)
    const until = Date.now() + 1_000_000
    const notes = { 'sent|1': { value: 'AQID', until }, 'sent|2': { value: 'BA==', until: 1 } }
    const to = await server.make()
    assert.equal((await put(to, { ...link, notes })).status, 204)
    const again = await copyOf(to)
    assert.deepEqual(again.link, { ...link, notes: { 'sent|1': notes['sent|1'] } }, 'but for those whose time is over')
    assert.notEqual(again.fingerprint, fingerprint)
  })

  test('is copied without harm to the one who has it', async () => {
    const made = await linked('79007000003')
    const { link: copy } = await copyOf(made, {})
    assert.equal(copy['typeInstance'], 'whatsapp')
    await until(async () => JSON.stringify(await stateOf(made)).includes('"authorized"'))
    assert.equal((await put(made, copy)).status, 409, 'who is linked takes no other link')
  })

  test('is refused where it does not fit, and nothing changes', async () => {
    const made = await linked('79007000004')
    const { link } = await copyOf(made)
    const other = await server.make()
    const refused: readonly [unknown, number][] = [
      [{ ...link, format: 'jadegate-link-2' }, 400],
      [{ ...link, secrets: {} }, 400],
      [{ ...link, secrets: { device: 7 } }, 400],
      [{ ...link, secrets: { creds: 'e30=' } }, 400],
      [{ ...link, notes: { one: 'e30=' } }, 400],
      [{ ...link, typeInstance: 'v3' }, 400],
      [{ ...link, account: { wid: '' } }, 400],
      [{}, 400],
    ]
    for (const [body, status] of refused) assert.equal((await put(other, body)).status, status, JSON.stringify(body))
    assert.deepEqual(await stateOf(other), { stateInstance: 'notAuthorized' })
    assert.equal((await operator.call('POST', `${pathOf(other)}/copy`)).status, 400, 'there is none to show')
  })

  test('is shown to the operator alone, and each look is in the audit log', async () => {
    const made = await linked('79007000005')
    assert.equal((await server.call('POST', `/api/operator/v1${pathOf(made)}/copy`)).status, 401)
    const { text } = await operator.call('POST', `${pathOf(made)}/copy`)
    assert.match(text, /"secrets"/)
    const audit = await operator.items(`/audit?accountId=${account}`)
    const looks = audit.filter((entry) => entry['target'] === String(made.idInstance))
    assert.ok(looks.some((entry) => entry['action'] === 'instance.linkCopied'))
    assert.ok(!JSON.stringify(audit).includes('"device"'))
  })
})

describe('a token of a device', () => {
  test('is refused where the messenger has none, or the instance is linked; it is told nowhere', async () => {
    const secret = 'An_lO9-secret-token'
    const other = await server.make({ typeInstance: 'v3' })
    const refused = await operator.refused('PUT', `${pathOf(other)}/token`, { token: secret })
    assert.deepEqual(refused, [400, 'unsupported', 'this messenger is not linked in this way: scan the QR code'])
    const made = await linked('79007000012')
    assert.equal((await operator.refused('PUT', `${pathOf(made)}/token`, { token: secret }))[1], 'alreadyLinked')
    for (const body of [{}, { token: '' }, { token: secret, deviceId: 'a b' }, { token: 7 }])
      assert.equal((await operator.refused('PUT', `${pathOf(other)}/token`, body))[0], 400, JSON.stringify(body))
    assert.equal((await server.call('PUT', `/api/operator/v1${pathOf(other)}/token`, { token: secret })).status, 401)
    const audit = JSON.stringify(await operator.items(`/audit?accountId=${account}`))
    assert.match(audit, /instance\.tokenImported/)
    assert.ok(!audit.includes(secret) && !server.logged.join().includes(secret))
  })
})

describe('the commands', () => {
  async function run(args: readonly string[], input = '', url = server.url) {
    const env = { JADEGATE_OPERATOR_TOKEN: OPERATOR_TOKEN }
    const { code, out, err } = await runCommand(['instance', ...args, '--url', url], { env, input })
    return { code, out, complaints: err }
  }

  test('take a link away, when they are told to, and bring it back', async () => {
    const made = await linked('79007000006')
    const of = [account, String(made.idInstance)]
    const asked = await run(['release-link', ...of])
    assert.equal(asked.code, 2)
    assert.match(asked.complaints, /Nothing is done without --yes/)
    const copied = await run(['copy-link', ...of])
    const taken = await run(['release-link', ...of, '--yes'])
    assert.deepEqual([copied.code, taken.code], [0, 0])
    assert.deepEqual(Object.keys(JSON.parse(copied.out) as object), Object.keys(JSON.parse(taken.out) as object))
    assert.equal((await run(['adopt-link', ...of], 'no link')).code, 1)
    assert.deepEqual(await stateOf(made), { stateInstance: 'notAuthorized' })
    assert.deepEqual(await run(['adopt-link', ...of], taken.out), {
      code: 0,
      out: `Instance ${String(made.idInstance)} has the link now.`,
      complaints: '',
    })
    await until(async () => JSON.stringify(await stateOf(made)).includes('"authorized"'))
  })

  test('a token is read from standard input alone', async () => {
    const made = await server.make({ typeInstance: 'v3' })
    const of = [account, String(made.idInstance)]
    const none = await run(['import-token', ...of], ' \n')
    assert.deepEqual([none.code, none.complaints], [1, 'Standard input holds no token: docs/max.md says where one is.'])
    const refused = await run(['import-token', ...of], 'a-token\n')
    assert.equal(refused.code, 1)
    assert.match(refused.complaints, /not linked in this way/)
  })

  test('lose no link with an answer: it is printed whether the server is heard or not', async () => {
    const made = await linked('79007000010')
    const of = [account, String(made.idInstance)]
    const first = await openRoad((call) => (call === 1 ? 'lost' : 'heard'))
    const taken = await run(['release-link', ...of, '--yes'], '', first.url)
    assert.deepEqual([taken.code, taken.complaints, first.deletions()], [0, '', 2])
    assert.deepEqual(await stateOf(made), { stateInstance: 'notAuthorized' })
    assert.equal((await run(['adopt-link', ...of], taken.out)).code, 0)

    const never = await openRoad(() => 'lost')
    const unheard = await run(['release-link', ...of, '--yes'], '', never.url)
    assert.equal(unheard.code, 1)
    assert.match(unheard.complaints, /answer was lost.* must be notAuthorized/)
    assert.equal((await run(['adopt-link', ...of], unheard.out)).code, 0)
  })

  test('copy a link again that has changed before it was released', async () => {
    const made = await linked('79007000011')
    const of = [account, String(made.idInstance)]
    const road = await openRoad((call) => (call === 1 ? 'too late' : 'heard'))
    const taken = await run(['release-link', ...of, '--yes'], '', road.url)
    assert.deepEqual([taken.code, taken.complaints, road.deletions()], [0, '', 2])
    assert.deepEqual(await stateOf(made), { stateInstance: 'notAuthorized' })
    const late = await openRoad(() => 'too late')
    assert.equal((await run(['adopt-link', ...of], taken.out)).code, 0)
    const refused = await run(['release-link', ...of, '--yes'], '', late.url)
    assert.deepEqual([refused.code, refused.out, late.deletions()], [1, '', 3])
    assert.match(refused.complaints, /changes all the time/)
  })
})

type Fate = 'heard' | 'lost' | 'too late'

const roads: Server[] = []
after(() => {
  for (const road of roads) road.close()
})

/** A road to the server on which something befalls a `DELETE`: its answer is lost, or the link has changed before it comes. */
async function openRoad(fate: (call: number) => Fate) {
  let deletions = 0
  const road = createServer((request, response) => {
    void pass(request, response)
  })
  roads.push(road)
  await once(road.listen(0, '127.0.0.1'), 'listening')
  const { port } = road.address() as AddressInfo
  return { url: `http://127.0.0.1:${String(port)}`, deletions: () => deletions }

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const verb = request.method ?? ''
    const befalls = verb === 'DELETE' ? fate(++deletions) : 'heard'
    let path = String(request.url)
    if (befalls === 'too late') path = path.replace(/=.*/, `=${'0'.repeat(64)}`)
    const text = await textOf(request)
    const headers = { authorization: String(request.headers.authorization) }
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
    const answer = await server.call(verb, path, body, { ...headers, ...type })
    if (befalls === 'lost') response.destroy()
    else response.writeHead(answer.status).end(answer.text)
  }
}
