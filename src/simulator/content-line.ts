import { byKind, type ByKind, type Content, type ContentOf } from './contents.ts'

const LINES: ByKind<[], string> = {
  text: ({ text }) => text,
  statusText: ({ text }) => text,
  file: ({ type, name, caption }) => line(`[${type}]`, name, caption),
  location: ({ name, latitude, longitude }) => line('[location]', name, `${String(latitude)}, ${String(longitude)}`),
  contacts: ({ contacts }) => line('[contact]', contacts.map(({ displayName }) => displayName).join(', ')),
  poll: ({ question, options }) => line('[poll]', question, options.join(' / ')),
  buttons: ({ body }) => body,
  list: ({ body }) => body,
  choice: ({ text }) => text,
  groupInvite: ({ groupName }) => line('[invitation]', groupName),
  product: ({ title }) => line('[product]', title),
  order: ({ title }) => line('[order]', title),
  vote: (vote) => line('[vote]', chosenOf(vote).join(', ')),
  reaction: ({ emoji }) => line('[reaction]', emoji),
  edit: ({ text }) => text,
  deletion: () => '[deleted]',
  unreadable: () => '[unreadable]',
}

/** What a message says, in one readable line; of a text its whole text. */
export function contentLine(content: Content): string {
  return byKind(LINES, content)
}

/** The options that a vote names a voter for. */
export function chosenOf(vote: ContentOf<'vote'>): readonly string[] {
  return vote.options.filter(({ voters }) => voters.length > 0).map(({ name }) => name)
}

function line(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ')
}
