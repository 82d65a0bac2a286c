// Truth: nothing of another account is seen, changed or told apart: every method of the contract, taken from the tables and their golden files.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { instanceMethods } from '../../src/http/green/methods.ts'
import { QrImages } from '../../src/http/qr/qr-images.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { casesOf, type Case } from '../golden/method-case.ts'
import { fill, type Names } from '../golden/method-scene.ts'
import { objectIn } from '../support/road.ts'
import { pathOf, type Answer, type Made } from '../support/server.ts'
import { assertTellsNothing, shapeOf } from './tenants/compare.ts'
import type { Party } from './tenants/party.ts'
import { nobodys, openRooms, OWN_NAMES, ROOM_KINDS, type Room, type RoomKind } from './tenants/rooms.ts'
import { withInEachLeaf } from './tenants/routes.ts'
import { openTenants, secretsOf, type Tenants } from './tenants/scene.ts'
import { assertSame, snapshotOf } from './tenants/snapshot.ts'

const ROWS = instanceMethods({ clock: systemClock, images: new QrImages(), delayMinMs: 500 }).rows
const NOBODYS_INSTANCE = 1_999_999_999
/** What ends the session of whoever calls, or waits. */
const NOT_CALLED = new Set(['logout', 'reboot', 'updateApiToken', 'receiveNotification'])

let tenants: Tenants
let a: Party
let b: Party
let roomsOfA: Readonly<Record<RoomKind, Room>>
let roomsOfB: Readonly<Record<RoomKind, Room>>
let secrets: readonly string[]

before(async () => {
  tenants = await openTenants()
  ;({ a, b } = tenants)
  roomsOfA = await openRooms(tenants.server, a)
  roomsOfB = await openRooms(tenants.server, b)
  const ofRooms = ROOM_KINDS.flatMap((kind) => {
    const { made, names } = roomsOfB[kind]
    const own = ['incoming', 'outgoing', 'file', 'later', 'group', 'selfPhone'].map((name) => String(names[name]))
    return [String(made.idInstance), made.apiTokenInstance, ...own]
  })
  secrets = [...secretsOf(tenants), ...ofRooms]
})
after(() => tenants.close())

const snapshot = (): Promise<string> => snapshotOf(tenants, [roomsOfB.whatsapp.made, roomsOfB.telegram.made])

/** The text of an answer that may repeat the path of its request, with the token masked as it is everywhere. */
const bare = (answer: Answer, ...given: unknown[]): string => shapeOf(answer, given, false)

test('every method of an instance of B refuses whatever tokens others have alike, and does nothing', async () => {
  const { server, operator, person } = tenants
  const before = await snapshot()
  const wrong = [a.linked.apiTokenInstance, a.full.token, b.full.token, b.linked.apiTokenInstance, b.former]
  wrong.push(person.instance.apiTokenInstance, tenants.gone, 'op.test-operator-token', `${b.idle.apiTokenInstance}0`)
  for (const { name, verbs } of ROWS) {
    for (const verb of verbs) {
      const body = verb === 'POST' ? {} : undefined
      const call = (made: Made, token: string) =>
        server.call(verb, pathOf({ ...made, apiTokenInstance: token }, name), body)
      const nobodys = bare(await call(b.idle, '7b'.repeat(25)))
      assert.match(nobodys, /^401 |\n\{"code":401,"description":"Unauthorized"\}$/, name)
      for (const token of wrong) {
        const answer = await call(b.idle, token)
        assert.equal(bare(answer), nobodys, `${verb} ${name} with ${token}`)
        assertTellsNothing(answer, secrets, name, '')
      }
      assert.equal(bare(await call(b.deleted, a.linked.apiTokenInstance)), nobodys, `${name} of a deleted one`)
      const unknown = await call({ ...b.idle, idInstance: NOBODYS_INSTANCE }, a.linked.apiTokenInstance)
      assert.deepEqual([unknown.status, unknown.text], [403, ''], name)
    }
  }
  assertSame(await snapshot(), before)
  assert.equal((await operator.items(`/accounts/${b.account}/instances`)).length > 0, true)
})

test('the page and the socket for linking refuse them as well', async () => {
  const { server } = tenants
  const page = (token: string) => server.call('GET', `/waInstance${String(b.idle.idInstance)}/${token}`)
  const socket = (token: string) =>
    server.raw(
      `GET ${pathOf({ ...b.idle, apiTokenInstance: token }, 'scanqrcode')} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    )
  const nobodys = '7b'.repeat(25)
  for (const token of [a.linked.apiTokenInstance, a.full.token, b.full.token, b.linked.apiTokenInstance, b.former]) {
    assert.equal(bare(await page(token)), bare(await page(nobodys)))
    assert.equal(await socket(token), await socket(nobodys))
  }
  assert.match(bare(await page(nobodys)), /^401 /)
  assert.match(await socket(nobodys), /^HTTP\/1.1 401 /)
})

test('a link to a file of A leads to none of B: not with its id, nor with its file', async () => {
  const { server } = tenants
  const linkOf = async ({ made, names }: Room): Promise<string> => {
    const asked = { chatId: names['friend'], idMessage: names['file'] }
    const { downloadUrl } = objectIn(await server.on(made, 'POST', 'downloadFile', asked))
    return new URL(String(downloadUrl)).pathname
  }
  const [own, foreign] = [await linkOf(roomsOfA.whatsapp), await linkOf(roomsOfB.telegram)]
  assert.equal((await server.call('GET', own)).status, 200)
  const mixed = (from: number, to: number) =>
    [...own.split('/').slice(0, from), ...foreign.split('/').slice(from, to), ...own.split('/').slice(to)].join('/')
  for (const path of [mixed(2, 3), mixed(3, 4), mixed(2, 5).replace(/\.\w+$/, '.txt')]) {
    const [, , id = ''] = path.split('/')
    const unknown = await server.call('GET', path.replace(id, String(NOBODYS_INSTANCE)))
    assert.equal(bare(await server.call('GET', path), id), bare(unknown, NOBODYS_INSTANCE), path)
    assert.equal((await server.call('GET', path)).status, 404, path)
  }
})

interface Call {
  readonly room: Room
  readonly name: string
  readonly one: Case
  readonly names: Names
}

async function send({ room, name, one, names }: Call, body = fill(one.body, names)): Promise<Answer> {
  const path = pathOf(room.made, name + String(fill(one.path ?? '', names)))
  if (one.form === undefined) return tenants.server.call(one.verb, path, one.bytes ?? body)
  const form = new FormData()
  for (const [part, value] of Object.entries(one.form)) {
    if (part === 'file') form.append(part, new Blob(['a picture'], { type: 'image/jpeg' }), value)
    else form.append(part, String(fill(value, names)))
  }
  const encoded = new Response(form)
  const type = encoded.headers.get('content-type') ?? ''
  return tenants.server.call(one.verb, path, new Uint8Array(await encoded.arrayBuffer()), { 'Content-Type': type })
}

type CallOfA = Call & { readonly kind: RoomKind }

/** The golden cases of the methods of an instance, those that send or the others, as A's instance calls them. */
function* callsOfA(areSending: boolean): Iterable<CallOfA> {
  for (const { name, group } of ROWS) {
    if (NOT_CALLED.has(name) || (group === 'sending') !== areSending) continue
    for (const one of casesOf(name)) {
      for (const kind of ROOM_KINDS) {
        if (one.messengers.includes(kind)) yield { room: roomsOfA[kind], name, one, names: roomsOfA[kind].names, kind }
      }
    }
  }
}

/** What A has asked for of B: its own queue and journals tell it back. */
let given = ''

test('what A sees and does of its own holds nothing of B, also where it is about persons whom B knows', async () => {
  const before = await snapshot()
  for (const call of [...callsOfA(false), ...callsOfA(true)]) {
    const { friend, friendPhone, receipt } = roomsOfB[call.kind].names
    for (const names of [call.names, { ...call.names, friend, friendPhone, receipt }]) {
      const answer = await send({ ...call, names })
      assert.ok(answer.status < 500, `${call.name} ${answer.text}`)
      assertTellsNothing(answer, secrets, `${call.kind} ${call.name} (${call.one.about})`, '')
    }
  }
  assertSame(await snapshot(), before)
})

for (const areSending of [false, true]) {
  const which = areSending ? 'that send' : 'that do not send'
  test(`methods ${which}: ids of messages, groups and files of B are to A what never was`, async () => {
    const before = await snapshot()
    let compared = 0
    for (const call of callsOfA(areSending)) {
      const { names } = roomsOfB[call.kind]
      const { friend, friendPhone } = names
      for (const around of [{}, { friend, friendPhone }]) {
        const theirs = { ...call.names, ...around, ...ownIn(names) }
        if (await isCompared(call, theirs, { ...theirs, ...ownIn(nobodys(names)) })) compared += 1
      }
    }
    assert.ok(compared > 10, String(compared))
    assertSame(await snapshot(), before)
  })

  test(`methods ${which}: an id of B in any place of a body is one that never was`, async () => {
    const before = await snapshot()
    let compared = 0
    for (const call of callsOfA(areSending)) {
      for (const name of ['incoming', 'group', 'later'] as const) compared += await compareLeaves(call, name)
    }
    assert.ok(compared > 100, String(compared))
    assertSame(await snapshot(), before)
  })
}

const MOST_QUESTIONS = 20

/** Whether the call names anything of these at all. */
async function isCompared(call: CallOfA, theirs: Names, nowhere: Names): Promise<boolean> {
  const [said, other] = [theirs, nowhere].map((names) => JSON.stringify(fill(call.one, names)))
  const about = `${call.kind} ${call.name} (${call.one.about}) ${String(said)}`
  if (said === other) return false
  given += about
  // What A has sent before leaves its queue meanwhile: who only asks may ask again.
  for (let left = call.one.verb === 'GET' ? MOST_QUESTIONS : 1; left > 0; left -= 1) {
    const answer = await send({ ...call, names: theirs })
    assertTellsNothing(answer, secrets, about, given)
    const expected = await send({ ...call, names: nowhere })
    const [shape, wanted] = [shapeOf(answer, valuesIn(theirs), true), shapeOf(expected, valuesIn(nowhere), true)]
    if (shape === wanted) break
    if (left === 1) assert.equal(shape, wanted, about)
  }
  return true
}

function valuesIn(names: Names): readonly unknown[] {
  return OWN_NAMES.map((name) => names[name] ?? '')
}

function ownIn(names: Names): Names {
  return Object.fromEntries(OWN_NAMES.flatMap((name) => (names[name] === undefined ? [] : [[name, names[name]]])))
}

/** How many places there are. */
async function compareLeaves(call: CallOfA, name: (typeof OWN_NAMES)[number]): Promise<number> {
  const foreign = roomsOfB[call.kind].names
  const nowhere = nobodys(foreign)
  const body = fill(call.one.body ?? null, call.names)
  if (body === null) return 0
  const others: readonly unknown[] = withInEachLeaf(body, nowhere[name])
  const bodies: readonly unknown[] = withInEachLeaf(body, foreign[name])
  for (const [index, theirs] of bodies.entries()) {
    const about = `${call.kind} ${call.name} ${JSON.stringify(theirs)}`
    given += about
    const answer = await send(call, theirs)
    const expected = await send(call, others[index])
    assert.equal(shapeOf(answer, [foreign[name]], true), shapeOf(expected, [nowhere[name]], true), about)
    assertTellsNothing(answer, secrets, about, given)
  }
  return bodies.length
}
