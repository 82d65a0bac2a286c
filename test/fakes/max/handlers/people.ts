import type { Person } from '../model.ts'
import type { Fields } from '../msgpack.ts'
import { presenceOf } from '../login.ts'
import type { MaxNetwork } from '../network.ts'
import { ASK, TELL } from '../opcodes.ts'
import type { Reader } from '../reader.ts'
import { Refusal, wrong } from '../refusal.ts'
import type { Handler, Service, Station } from '../service.ts'
import { contactFields, wrapped } from '../shown.ts'

/** What clients ask about people, the own account and its sessions among them. */
export function peopleHandlers(service: Service): ReadonlyMap<number, Handler> {
  const { network } = service
  const lookUps = new Map<Person, number[]>()
  const people = (asked: Reader) => asked.ids('contactIds').flatMap((id) => network.persons.get(id) ?? [])
  return new Map<number, Handler>([
    [ASK.contacts, (asked, { actor }) => ({ contacts: people(asked).map((one) => contactFields(one, actor.person)) })],
    [ASK.presence, (asked) => ({ presence: presenceOf(people(asked)) })],
    [
      ASK.findByPhone,
      (asked, { actor }) => {
        limit(network, lookUps, actor.person)
        const phone = /^\+?(\d{10,15})$/.exec(asked.text('phone'))?.[1]
        if (phone === undefined) throw wrong('this is no phone number')
        const found = network.byPhone(phone)
        if (found === undefined) throw new Refusal('not.found', 'nobody has this number')
        return { contact: contactFields(found, actor.person) }
      },
    ],
    [ASK.editContact, (asked, station) => editContact(network, asked, station)],
    [ASK.editProfile, (asked, station) => editProfile(service, asked, station)],
    [ASK.sessions, (_asked, station) => ({ sessions: sessionsOf(station) })],
    [
      ASK.closeSessions,
      (_asked, { actor }) => {
        for (const device of new Set(actor.person.devices.values())) if (device !== actor.device) network.unlink(device)
        return {}
      },
    ],
  ])
}

function limit({ clock, settings }: MaxNetwork, lookUps: Map<Person, number[]>, person: Person): void {
  const now = clock.now()
  const recent = (lookUps.get(person) ?? []).filter((at) => at > now - settings.lookUpLimit.withinMs)
  lookUps.set(person, [...recent, now])
  if (recent.length >= settings.lookUpLimit.count) throw new Refusal('too.many.requests')
}

function editContact(network: MaxNetwork, asked: Reader, { actor }: Station): Fields {
  const contact = network.persons.get(asked.id('contactId'))
  if (contact === undefined) throw new Refusal('not.found', 'there is no such person')
  const { book, blocked } = actor.person
  switch (asked.text('action')) {
    case 'ADD':
    case 'UPDATE': {
      const given = { firstName: asked.textOr('firstName', contact.firstName), lastName: asked.textOr('lastName', '') }
      book.set(contact.id, given)
      break
    }
    case 'REMOVE':
      if (!book.delete(contact.id)) throw new Refusal('not.found', 'this is no contact')
      break
    case 'BLOCK':
      blocked.add(contact.id)
      break
    case 'UNBLOCK':
      blocked.delete(contact.id)
      break
    default:
      throw wrong('there is no such action')
  }
  return { contact: contactFields(contact, actor.person) }
}

function editProfile({ network, uploads }: Service, asked: Reader, { actor }: Station): Fields {
  const { person, device } = actor
  const picture = asked.has('photoToken') ? uploads.byToken('photo', asked.text('photoToken')) : undefined
  if (picture?.isReady === false) throw new Refusal('attachment.not.ready')
  if (picture !== undefined && asked.text('avatarType') !== 'USER_AVATAR') throw wrong('there is no such avatar')
  person.firstName = asked.text('firstName', 60)
  person.lastName = asked.textOr('lastName', person.lastName)
  person.description = asked.textOr('description', person.description)
  if (picture !== undefined) person.pictureUrl = uploads.url(picture)
  const profile = { contact: contactFields(person, person) }
  network.tell(person, TELL.profile, { profile }, device)
  network.emit('changed')
  return { profile }
}

function sessionsOf({ actor }: Station): Fields[] {
  return [...new Set(actor.person.devices.values())].map((device) => ({
    client: 'MAX WEB',
    location: 'Loopback',
    info: device.name,
    time: wrapped(BigInt(device.linkedAt)),
    current: device === actor.device,
  }))
}
