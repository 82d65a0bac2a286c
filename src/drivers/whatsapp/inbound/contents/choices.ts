import type { ChoiceContent, Content } from '../../../../model/content.ts'
import type { MessageId } from '../../../../model/ids.ts'
import { line } from '../../../network/bounded.ts'
import type { ContextInfo, WaMessage } from '../../engine/proto.ts'
import { count, jsonFields, messageId } from '../bounded.ts'
import type { Reading } from '../reading.ts'

type Of<Name extends keyof WaMessage> = NonNullable<WaMessage[Name]>
type Chosen = Omit<ChoiceContent, 'kind' | 'target' | 'index'> & { readonly index?: number }

export async function plainChoice(answer: Of<'buttonsResponseMessage'>, reading: Reading): Promise<Content> {
  const { selectedButtonId, selectedDisplayText } = answer
  const chosen: Chosen = { of: 'plain', id: line(selectedButtonId), text: line(selectedDisplayText) }
  return await choice(chosen, answer.contextInfo, reading)
}

export async function templateChoice(answer: Of<'templateButtonReplyMessage'>, reading: Reading): Promise<Content> {
  const { selectedId, selectedDisplayText, selectedIndex } = answer
  const chosen: Chosen = { of: 'template', id: line(selectedId), text: line(selectedDisplayText) }
  const told = typeof selectedIndex === 'number' && { index: count(selectedIndex, 1_000) }
  return await choice({ ...chosen, ...told }, answer.contextInfo, reading)
}

export async function listChoice(answer: Of<'listResponseMessage'>, reading: Reading): Promise<Content> {
  const id = line(answer.singleSelectReply?.selectedRowId)
  return await choice({ of: 'list', id, text: line(answer.title) }, answer.contextInfo, reading)
}

export async function interactiveChoice(answer: Of<'interactiveResponseMessage'>, reading: Reading): Promise<Content> {
  const { body, nativeFlowResponseMessage: flow, contextInfo } = answer
  const fields = jsonFields(flow?.paramsJson)
  const isList = flow?.name === 'single_select'
  const said = line(body?.text) || line(fields['title']) || line(fields['display_text'])
  return await choice({ of: isList ? 'list' : 'interactive', id: line(fields['id']), text: said }, contextInfo, reading)
}

/** Where the answer does not tell a place, the message that was answered does, if this service knows it. */
async function choice(
  chosen: Chosen,
  context: ContextInfo | null | undefined,
  { parts, chat }: Reading,
): Promise<Content> {
  const target = messageId(context?.stanzaId) as MessageId
  const { of, id, text } = chosen
  const known = chosen.index !== undefined || target === '' ? null : await parts.host.message(chat, target)
  const index = chosen.index ?? Math.max(0, known === null ? 0 : idsIn(known.content).indexOf(id))
  return { kind: 'choice', of, target, id, index, text }
}

function idsIn(content: Content): readonly string[] {
  if (content.kind === 'buttons') return content.buttons.map(({ id }) => id)
  return content.kind === 'list' ? content.sections.flatMap(({ rows }) => rows.map(({ id }) => id)) : []
}
