import assert from 'node:assert/strict'
import type { Messenger } from '../../src/model/messenger.ts'
import { at, eventually, listIn, newPhone, objectIn, type Json } from '../support/road.ts'
import type { Answer, Made, TestServer } from '../support/server.ts'

/** What golden files name in braces. */
export type Names = Readonly<Record<string, unknown>>

/** A messenger with a linked instance, persons around it and something of everything that methods can tell of. */
export interface Scene {
  readonly made: Made
  readonly names: Names
}

const PICTURE =
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AN//Z'
const ALL_ON = {
  incomingWebhook: 'yes',
  incomingCallWebhook: 'yes',
  outgoingCallWebhook: 'yes',
  delaySendMessagesMilliseconds: 500,
}

export async function openScene(server: TestServer, messenger: Messenger): Promise<Scene> {
  const made = await server.make({ typeInstance: messenger, name: 'golden', ...ALL_ON })
  const phones = { self: newPhone(), friend: newPhone(), other: newPhone(), known: newPhone(), leaving: newPhone() }
  const more = { stranger: newPhone(), pictured: newPhone() }
  await server.link(made, phones.self)
  const names: Record<string, unknown> = {
    messenger,
    idInstance: made.idInstance,
    selfPhone: phones.self,
    friendPhone: phones.friend,
    friendNumber: Number(phones.friend),
    freshNumber: Number(newPhone()),
  }
  for (const [name, phone] of Object.entries({ ...phones, ...more })) {
    names[name] = await chatOf(server, messenger, phone)
  }
  for (const phone of [phones.known, phones.leaving, phones.friend, phones.other]) {
    await simulate(server, 'contacts', { owner: phones.self, phoneNumber: phone, firstName: 'Someone', messenger })
  }
  await simulate(server, 'pictures', { phoneNumber: more.pictured, picture: PICTURE, messenger })
  await receive(server, made, messenger, phones, names)
  await simulate(server, 'messages', { from: phones.other, to: phones.self, text: 'Hello too', messenger })
  await act(server, made, names)
  if (messenger === 'whatsapp') await callAndShow(server, made, phones, names)
  return { made, names }
}

/** The scene's names, with a newly linked instance to which the friend has written and that has told nobody yet. */
export async function openListener(server: TestServer, { names }: Scene): Promise<Scene> {
  const messenger = names['messenger'] as Messenger
  const made = await server.make({ typeInstance: messenger, name: 'listener', ...ALL_ON })
  const phones = { self: newPhone(), friend: String(names['friendPhone']) }
  await server.link(made, phones.self)
  const own: Record<string, unknown> = { ...names, idInstance: made.idInstance, selfPhone: phones.self }
  await receive(server, made, messenger, phones, own)
  return { made, names: own }
}

/** By which instances of this messenger name the phone. */
async function chatOf(server: TestServer, messenger: Messenger, phone: string): Promise<string> {
  await simulate(server, 'phones', { phoneNumber: phone, messenger })
  const [found] = listIn(await server.call('GET', `/simulator/phones?phone=${phone}&messenger=${messenger}`))
  const address = found?.['address']
  assert.ok(typeof address === 'string', JSON.stringify(found))
  return messenger === 'whatsapp' ? `${address}@c.us` : address
}

export async function simulate(server: TestServer, path: string, body: object): Promise<Json> {
  return objectIn(await server.simulator(path, body))
}

interface Phones {
  readonly self: string
  readonly friend: string
}

async function receive(
  server: TestServer,
  made: Made,
  messenger: Messenger,
  { self, friend }: Phones,
  names: Record<string, unknown>,
): Promise<void> {
  await simulate(server, 'messages', { from: friend, to: self, text: 'Hello', messenger })
  const stored = objectIn(await server.call('POST', '/simulator/files', new Uint8Array([0xff, 0xd8, 0xff, 0xd9])))
  const content = {
    kind: 'file',
    file: stored['sha256'],
    type: 'image',
    name: 'picture.jpg',
    mimeType: 'image/jpeg',
    caption: 'Look',
  }
  await simulate(server, 'messages', { from: friend, to: self, content, messenger })
  const items = await eventually(async () => {
    const all = listIn(await server.on(made, 'GET', 'lastIncomingMessages'))
    return all.length >= 2 && all
  }, 'two messages came')
  names['incoming'] = items.find((item) => item['typeMessage'] === 'textMessage')?.['idMessage']
  names['file'] = items.find((item) => item['typeMessage'] === 'imageMessage')?.['idMessage']
}

/** What the instance itself does. */
async function act(server: TestServer, made: Made, names: Record<string, unknown>): Promise<void> {
  const { friend } = names
  const group = objectIn(await server.on(made, 'POST', 'createGroup', { groupName: 'Scene', chatIds: [friend] }))
  assert.equal(group['created'], true)
  names['group'] = group['chatId']
  const sent = objectIn(await server.on(made, 'POST', 'sendMessage', { chatId: friend, message: 'Greetings' }))
  names['outgoing'] = sent['idMessage']
}

async function callAndShow(
  server: TestServer,
  made: Made,
  { self, friend }: Phones,
  names: Record<string, unknown>,
): Promise<void> {
  await simulate(server, 'calls', { from: friend, to: self, status: 'pickUp', durationS: 7 })
  await simulate(server, 'calls', { from: self, to: friend, isVideo: true, status: 'pickUp', durationS: 8 })
  const content = { kind: 'statusText', text: 'Sunny', backgroundColor: '#00FF00', font: 'SERIF' }
  await simulate(server, 'statuses', { from: friend, content, audience: [self] })
  const shown = objectIn(await server.on(made, 'POST', 'sendTextStatus', { message: 'Rainy' }))
  names['status'] = shown['idMessage']
  const id = String(shown['idMessage'])
  await eventually(async () => {
    const all = listIn(await server.call('GET', `/simulator/statuses?phone=${friend}`))
    return all.some((status) => status['id'] === id)
  }, 'the friend has the status')
  await simulate(server, 'statuses/view', { phone: friend, id })
  await eventually(
    async () => listIn(await server.on(made, 'GET', `getStatusStatistic?idMessage=${id}`)).length > 0,
    'the friend was seen seeing it',
  )
}

/** Puts what the names stand for into a text, list or object. A name that is the whole text keeps its type. */
export function fill(value: unknown, names: Names): unknown {
  if (typeof value === 'string') return fillText(value, names)
  if (Array.isArray(value)) return value.map((item) => fill(item, names))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, names)]))
}

function fillText(text: string, names: Names): unknown {
  const whole = /^\{\{(\w+)\}\}$/.exec(text)?.[1]
  if (whole !== undefined) return nameOf(whole, names)
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => String(nameOf(name, names)))
}

function nameOf(name: string, names: Names): unknown {
  assert.ok(names[name] !== undefined, `nothing is called ${name}`)
  return names[name]
}

/** Keeps what an answer holds under other names. */
export function keep(answer: Answer, wanted: Readonly<Record<string, string>>, names: Names): Names {
  const kept = Object.entries(wanted).map(([name, path]) => {
    const value = at(answer.json, path)
    assert.ok(value !== undefined, `${path} of ${answer.text}`)
    return [name, value] as const
  })
  return { ...names, ...Object.fromEntries(kept) }
}
