import type { Messenger } from '../model/messenger.ts'
import { STATUS_CHAT } from '../model/content.ts'
import { chosenOf } from './content-line.ts'
import { byKind, type ByKind, type Content, type ContentOf } from './contents.ts'
import type { Files } from './files.ts'
import { contentOf, marksOf } from './marks.ts'
import { chatOf, type MessageRow, type Messages } from './messages.ts'

interface RulingParts {
  readonly messages: Messages
  readonly files: Files
}

/** Somebody wants to say this; persons are digits. */
export interface Saying {
  readonly messenger: Messenger
  readonly sender: string
  readonly chat: string
  readonly content: Content
}

export interface Ruling {
  /** Completed by what the network knows better than the sender. */
  readonly content: Content
  /** The message that it is about. */
  readonly target: MessageRow | null
  /** It changes its target and is not shown by itself. */
  readonly isAct: boolean
}

/** What may be posted as a status. */
const STATUS_KINDS: readonly Content['kind'][] = ['statusText', 'file', 'deletion']

const RULES: ByKind<[RulingParts, Saying], Ruling | string> = {
  text: plain,
  file: (content, parts) => (hasFile(parts, content) ? plain(content) : 'the file is not on the network'),
  location: plain,
  contacts: plain,
  poll: plain,
  vote: ruleVote,
  reaction: ruleReaction,
  edit: ruleEdit,
  deletion: ruleDeletion,
  buttons: plain,
  list: plain,
  choice: ruleChoice,
  groupInvite: plain,
  product: (content, parts) => (hasFile(parts, content.image) ? plain(content) : 'the picture is not on the network'),
  order: plain,
  statusText: (content, _parts, { chat }) => (chat === STATUS_CHAT ? plain(content) : 'such a text is a status'),
  unreadable: plain,
}

/** Whether a content may be said in a chat, as the network then keeps it; or why not, in words. */
export function rule(parts: RulingParts, saying: Saying): Ruling | string {
  const { content, chat } = saying
  if (chat === STATUS_CHAT && !STATUS_KINDS.includes(content.kind)) return 'a status is a text, a file or a deletion'
  return byKind(RULES, content, parts, saying)
}

function plain(content: Content): Ruling {
  return { content, target: null, isAct: false }
}

/** Files that are sent again are kept as long as new ones. */
function hasFile({ files }: RulingParts, content: ContentOf<'product'>['image']): boolean {
  return content?.file === undefined || content.file === null || files.touch(content.file.sha256)
}

/** A message of this chat that the sender has and nobody has deleted. */
function targetOf({ messages }: RulingParts, { messenger, sender, chat }: Saying, id: string): MessageRow | null {
  const row = messages.findAnywhere(messenger, sender, id)
  if (row === null || chatOf(row, sender) !== chat) return null
  return marksOf(messages.about(row)).isDeleted ? null : row
}

function ruleEdit(content: ContentOf<'edit'>, parts: RulingParts, saying: Saying): Ruling | string {
  const target = targetOf(parts, saying, content.target)
  if (target === null) return 'the message to edit is not in this chat'
  if (target.sender !== saying.sender) return 'only one’s own message can be edited'
  const { kind } = contentOf(target)
  if (kind !== 'text' && kind !== 'file') return 'only a text or a caption can be edited'
  return { content: { ...content, isCaption: kind === 'file' }, target, isAct: true }
}

function ruleDeletion(content: ContentOf<'deletion'>, parts: RulingParts, saying: Saying): Ruling | string {
  const target = targetOf(parts, saying, content.target)
  if (target === null) return 'the message to delete is not in this chat'
  if (content.forEveryone && target.sender !== saying.sender)
    return 'only one’s own message can be deleted for everyone'
  return { content, target, isAct: true }
}

function ruleReaction(content: ContentOf<'reaction'>, parts: RulingParts, saying: Saying): Ruling | string {
  const target = targetOf(parts, saying, content.target)
  if (target === null) return 'the message to react to is not in this chat'
  return { content: { ...content, participant: target.sender }, target, isAct: true }
}

function ruleVote(content: ContentOf<'vote'>, parts: RulingParts, saying: Saying): Ruling | string {
  const target = targetOf(parts, saying, content.poll)
  const poll = target === null ? null : contentOf(target)
  if (poll?.kind !== 'poll') return 'the poll is not in this chat'
  const chosen = chosenOf(content)
  const unknown = chosen.find((option) => !poll.options.includes(option))
  if (unknown !== undefined) return `the poll has no option '${unknown}'`
  if (chosen.length > 1 && !poll.multipleAnswers) return 'the poll takes one answer'
  const { question, multipleAnswers } = poll
  const options = poll.options.map((name) => ({ name, voters: chosen.includes(name) ? [saying.sender] : [] }))
  return { content: { kind: 'vote', poll: content.poll, question, multipleAnswers, options }, target, isAct: true }
}

function ruleChoice(content: ContentOf<'choice'>, parts: RulingParts, saying: Saying): Ruling | string {
  const target = targetOf(parts, saying, content.target)
  const offered = target === null ? null : contentOf(target)
  if (offered?.kind !== 'buttons' && offered?.kind !== 'list') return 'the message with the choice is not in this chat'
  const choices =
    offered.kind === 'buttons'
      ? offered.buttons.map(({ id, text }) => ({ id, text }))
      : offered.sections.flatMap(({ rows }) => rows.map(({ id, title }) => ({ id, text: title })))
  const index = choices.findIndex(({ id }) => id === content.id)
  const chosen = choices[index]
  if (chosen === undefined) return `the message offers no '${content.id}'`
  const of = offered.kind === 'list' ? 'list' : offered.style
  return { content: { ...content, ...chosen, index, of }, target, isAct: false }
}
