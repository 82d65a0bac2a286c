import type { Content, DeletionContent, EditContent, ReactionContent } from '../../../model/content.ts'
import { fault, isFault, type Fault } from '../../../model/fault.ts'
import type { ChatId } from '../../../model/ids.ts'
import type { Life } from '../life.ts'
import type { Answered } from '../questions.ts'
import type { OutgoingAttach } from '../wire/contents.ts'
import { DELETE, EDIT, REACT, UNREACT } from '../wire/opcodes.ts'
import { readAttach, type Attach } from '../wire/shapes.ts'
import { textTrouble } from './contents.ts'
import { formatted } from './formatting.ts'
import { shownMessage } from './shown-message.ts'

/** What is about an earlier message. Done twice it comes to the same. */
export type ChangeContent = EditContent | DeletionContent | ReactionContent

export function isChange(content: Content): content is ChangeContent {
  return content.kind === 'edit' || content.kind === 'deletion' || content.kind === 'reaction'
}

/** Where a change happens: the chat's id as the API has it, and the network's. */
export interface Place {
  readonly chat: ChatId
  readonly network: string
}

/** Asks the network for a change. It has no other way to leave. */
export type AskForChange = () => Promise<Answered<unknown>>

/** How a change is asked for, or why it can't be. Nothing has been changed yet. */
export async function preparedChange(life: Life, content: ChangeContent, place: Place): Promise<AskForChange | Fault> {
  const { connection } = life
  const { network } = place
  const target = await life.messageIds.networkIdOf(content.target)
  if (target === null) return fault('refused', 'the message that it is about never got to MAX')
  switch (content.kind) {
    case 'deletion':
      return () => connection.ask(DELETE, network, [target], !content.forEveryone)
    case 'reaction': {
      const { emoji } = content
      if (emoji === '') return () => connection.ask(UNREACT, network, target)
      return () => connection.ask(REACT, network, target, emoji)
    }
    case 'edit': {
      const said = formatted(content.text)
      const trouble = textTrouble(said.text)
      if (trouble !== undefined) return trouble
      const attaches = await attachesOf(life, content, place, target)
      return isFault(attaches) ? attaches : () => connection.ask(EDIT, network, target, said, attaches)
    }
    default:
      return content satisfies never
  }
}

/** What the message has attached, to be given again: the network takes away what an edit does not name. */
async function attachesOf(
  life: Life,
  { target, isCaption }: EditContent,
  { chat, network }: Place,
  message: string,
): Promise<readonly OutgoingAttach[] | Fault> {
  const known = isCaption ? null : await life.host.message(chat, target)
  if (known?.content.kind === 'text') return []
  const found = await shownMessage(life, network, message)
  if (found === null) return fault('refused', 'MAX does not find the message to be edited')
  if (isFault(found)) return found
  const again = (found.attaches ?? [])
    .map(readAttach)
    .filter(({ _type }) => _type !== 'SHARE')
    .map(givenAgain)
  if (again.every((attach) => attach !== null)) return again
  return fault('refused', 'an edit would take away what is attached to the message')
}

/** Null: it can't be. */
function givenAgain(attach: Attach): OutgoingAttach | null {
  switch (attach._type) {
    case 'PHOTO':
      return attach.photoToken === undefined ? null : { kind: 'photo', token: attach.photoToken }
    case 'FILE':
      return { kind: 'file', fileId: attach.fileId }
    case 'VIDEO':
      return attach.token === undefined ? null : { kind: 'video', videoId: attach.videoId, token: attach.token }
    case 'AUDIO':
      return voiceAgain(attach)
    case 'CONTACT':
      return attach.contactId === undefined ? null : { kind: 'contact', contactId: attach.contactId }
    case 'LOCATION':
      return { kind: 'location', latitude: attach.latitude, longitude: attach.longitude }
    default:
      return null
  }
}

function voiceAgain({
  audioId,
  token,
  duration = 0,
  wave,
}: Extract<Attach, { _type: 'AUDIO' }>): OutgoingAttach | null {
  if (audioId === undefined || token === undefined || wave === undefined) return null
  return { kind: 'voice', audioId, token, durationMs: duration, wave }
}
