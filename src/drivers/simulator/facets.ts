import type { Contact, Picture } from '../../model/chats.ts'
import type { KeptFile } from '../../model/content.ts'
import { isFault, type Fault } from '../../model/fault.ts'
import type { ChatId } from '../../model/ids.ts'
import type { AnswerOf, AskName, AskOf } from '../../simulator/asks.ts'
import type { Chats, ContactName, Contacts, Facets, Groups, Profile } from '../facets.ts'
import type { ChatIds } from './ids.ts'
import { keptFile } from './incoming.ts'
import { storedFile } from './outgoing.ts'
import type { Transfers } from './transfers.ts'

/** What the facets need of the session that they belong to. */
export interface Asking {
  ask<Name extends AskName>(name: Name, value: AskOf<Name>): Promise<AnswerOf<Name> | Fault>
  readonly upload: Transfers['upload']
  readonly download: Transfers['download']
  setPresence(isOnline: boolean): void
}

/** Everything that this network answers; the messengers differ in what it refuses. */
export function facetsOf(asking: Asking, ids: ChatIds): Facets {
  return {
    files: { download: (file, signal) => asking.download(file, signal) },
    contacts: contacts(asking, ids),
    chats: chats(asking, ids),
    groups: groups(asking, ids),
    profile: profile(asking),
  }
}

function contacts(asking: Asking, ids: ChatIds): Contacts {
  const named = (chat: ChatId, { firstName, lastName, saveInAddressbook }: ContactName) => ({
    ...{ chat: ids.addressOf(chat), firstName, lastName, saveInAddressbook },
  })
  return {
    find: async (who) => {
      const asked = 'chat' in who ? { chat: ids.addressOf(who.chat) } : who
      return map(await asking.ask('contacts.find', asked), (found) => {
        if (found === null) return { account: null, isRemembered: false }
        const { address, phoneAddress, phone, username } = found
        const phoneChat = phoneAddress === null ? null : ids.chatOf(phoneAddress)
        return { account: { chat: ids.chatOf(address), phoneChat, phone, username }, isRemembered: false }
      })
    },
    list: async () =>
      map(await asking.ask('contacts.list', {}), (list) => list.map((contact) => contactOf(ids, contact))),
    info: async (chat) =>
      map(await asking.ask('contacts.info', { chat: ids.addressOf(chat) }), ({ address, picture, ...rest }) => ({
        ...rest,
        id: ids.chatOf(address),
        picture: picture === null ? null : keptFile(picture),
      })),
    picture: async (chat) => map(await asking.ask('contacts.picture', { chat: ids.addressOf(chat) }), pictureOf),
    add: async (chat, name) => doneBy(await asking.ask('contacts.add', named(chat, name))),
    edit: async (chat, name) => doneBy(await asking.ask('contacts.edit', named(chat, name))),
    remove: async (chat) => doneBy(await asking.ask('contacts.remove', { chat: ids.addressOf(chat) })),
  }
}

function chats(asking: Asking, ids: ChatIds): Chats {
  return {
    list: async () =>
      map(await asking.ask('chats.list', {}), (list) =>
        list.map(({ address, ...rest }) => ({ ...rest, id: ids.chatOf(address) })),
      ),
    read: async (chat, upTo) =>
      asking.ask('chats.read', { chat: ids.addressOf(chat), ...(upTo !== undefined && { upTo }) }),
    archive: async (chat, isArchived) =>
      doneBy(await asking.ask('chats.archive', { chat: ids.addressOf(chat), isArchived })),
    setEphemeral: async (chat, seconds) =>
      doneBy(await asking.ask('chats.ephemeral', { chat: ids.addressOf(chat), seconds })),
  }
}

function groups(asking: Asking, ids: ChatIds): Groups {
  const pair = (group: ChatId, member: ChatId) => ({ group: ids.addressOf(group), member: ids.addressOf(member) })
  return {
    create: async (name, members, { isSupergroup = false, autoDeleteDays = 0 }) => {
      const addresses = members.map((member) => ids.addressOf(member))
      const made = await asking.ask('groups.create', { name, members: addresses, isSupergroup, autoDeleteDays })
      return map(made, ({ address, inviteLink }) => ({ id: ids.chatOf(address), inviteLink }))
    },
    data: async (group) =>
      map(await asking.ask('groups.data', { group: ids.addressOf(group) }), ({ address, members, ...rest }) => ({
        ...rest,
        id: ids.chatOf(address),
        owner: ids.chatOf(rest.owner),
        subjectOwner: ids.chatOf(rest.subjectOwner),
        members: members.map(({ address: member, ...about }) => ({ ...about, id: ids.chatOf(member) })),
      })),
    rename: async (group, name) => doneBy(await asking.ask('groups.rename', { group: ids.addressOf(group), name })),
    add: async (group, member) => doneBy(await asking.ask('groups.add', pair(group, member))),
    remove: async (group, member) => doneBy(await asking.ask('groups.remove', pair(group, member))),
    setAdmin: async (group, member, isAdmin) =>
      doneBy(await asking.ask('groups.admin', { ...pair(group, member), isAdmin })),
    setRights: async (group, rights) =>
      doneBy(await asking.ask('groups.rights', { group: ids.addressOf(group), rights })),
    setPicture: async (group, picture) =>
      withFile(asking, picture, (file) => asking.ask('groups.picture', { group: ids.addressOf(group), file })),
    leave: async (group) => doneBy(await asking.ask('groups.leave', { group: ids.addressOf(group) })),
  }
}

function profile(asking: Asking): Profile {
  return {
    picture: async () => map(await asking.ask('profile.picture', {}), pictureOf),
    setPicture: (picture) => withFile(asking, picture, (file) => asking.ask('profile.setPicture', { file })),
    setPresence: (isOnline) => asking.setPresence(isOnline),
  }
}

function contactOf(ids: ChatIds, { address, ...rest }: AnswerOf<'contacts.list'>[number]): Contact {
  return { ...rest, id: ids.chatOf(address) }
}

function pictureOf(picture: AnswerOf<'contacts.picture'>): Picture {
  return picture.kind === 'shown' ? { kind: 'shown', file: keptFile(picture.file) } : { kind: picture.kind }
}

/** The network has the picture before it is asked to use it. */
async function withFile(
  asking: Asking,
  picture: KeptFile,
  use: (file: AskOf<'profile.setPicture'>['file']) => Promise<null | Fault>,
): Promise<Fault | undefined> {
  return (await asking.upload(picture)) ?? doneBy(await use(storedFile(picture)))
}

function map<From, To>(answer: From | Fault, to: (value: From) => To): To | Fault {
  return isFault(answer) ? answer : to(answer)
}

function doneBy(answer: null | Fault): Fault | undefined {
  return answer ?? undefined
}
