import type { Button, ButtonsContent, Content, ListContent } from '../../../../model/content.ts'
import { few, line, text } from '../../../network/bounded.ts'
import type { WaMessage } from '../../engine/proto.ts'
import { isFields, jsonFields } from '../bounded.ts'

type Of<Name extends keyof WaMessage> = NonNullable<WaMessage[Name]>
type Interactive = Of<'interactiveMessage'>
type Template = NonNullable<Of<'templateMessage'>['hydratedTemplate']>

const MOST_BUTTONS = 32
const MOST_SECTIONS = 32
const MOST_ROWS = 100

export function plainButtons(message: Of<'buttonsMessage'>): Content | undefined {
  const buttons = few(message.buttons, MOST_BUTTONS).map(({ buttonId, buttonText, nativeFlowInfo }): Button => {
    const native = nativeFlowInfo && nativeButton(nativeFlowInfo.name, nativeFlowInfo.paramsJson)
    return native ?? { id: line(buttonId), text: line(buttonText?.displayText), action: 'reply', value: '' }
  })
  const { text: header, contentText, footerText } = message
  return withButtons('plain', header, contentText, footerText, buttons)
}

export function template(message: Of<'templateMessage'>): Content | undefined {
  if (message.interactiveMessageTemplate) return interactive(message.interactiveMessageTemplate)
  const shown = message.hydratedTemplate ?? message.hydratedFourRowTemplate
  if (!shown) return undefined
  const buttons = few(shown.hydratedButtons, MOST_BUTTONS).flatMap(templateButton)
  const { hydratedTitleText, hydratedContentText, hydratedFooterText } = shown
  return withButtons('template', hydratedTitleText, hydratedContentText, hydratedFooterText, buttons)
}

function templateButton(button: NonNullable<Template['hydratedButtons']>[number], index: number): Button[] {
  const { quickReplyButton, urlButton, callButton } = button
  const id = String(button.index ?? index)
  if (quickReplyButton)
    return [{ id: line(quickReplyButton.id), text: line(quickReplyButton.displayText), action: 'reply', value: '' }]
  if (urlButton) return [{ id, text: line(urlButton.displayText), action: 'url', value: line(urlButton.url) }]
  if (callButton)
    return [{ id, text: line(callButton.displayText), action: 'call', value: line(callButton.phoneNumber) }]
  return []
}

/** With buttons, or with one that opens a list. */
export function interactive({ header, body, footer, nativeFlowMessage }: Interactive): Content | undefined {
  const native = few(nativeFlowMessage?.buttons, MOST_BUTTONS)
  const list = native.find(({ name }) => name === 'single_select')
  if (list !== undefined && native.length === 1)
    return listIn(jsonFields(list.buttonParamsJson), header?.title, body?.text, footer?.text)
  const buttons = native.flatMap(({ name, buttonParamsJson }) => nativeButton(name, buttonParamsJson) ?? [])
  return withButtons('interactive', header?.title, body?.text, footer?.text, buttons)
}

function nativeButton(name: unknown, paramsJson: unknown): Button | undefined {
  const fields = jsonFields(paramsJson)
  const shown = { id: line(fields['id']), text: line(fields['display_text']) }
  switch (name) {
    case 'quick_reply':
      return { ...shown, action: 'reply', value: '' }
    case 'cta_copy':
      return { ...shown, action: 'copy', value: line(fields['copy_code']) }
    case 'cta_call':
      return { ...shown, action: 'call', value: line(fields['phone_number']) }
    case 'cta_url':
      return { ...shown, action: 'url', value: line(fields['url']) }
    default:
      return undefined
  }
}

/** Without any button that we know it is what it says. */
function withButtons(
  style: ButtonsContent['style'],
  header: unknown,
  body: unknown,
  footer: unknown,
  buttons: readonly Button[],
): Content | undefined {
  const said = { header: text(header), body: text(body), footer: text(footer) }
  if (buttons.length > 0) return { kind: 'buttons', style, ...said, buttons }
  const words = text([said.header, said.body, said.footer].filter((part) => part !== '').join('\n'))
  return words === '' ? undefined : { kind: 'text', text: words }
}

export function list(message: Of<'listMessage'>): ListContent {
  return {
    ...{ kind: 'list', title: line(message.title), body: text(message.description) },
    ...{ footer: text(message.footerText), buttonText: line(message.buttonText) },
    sections: few(message.sections, MOST_SECTIONS).map(({ title, rows }) => ({
      title: line(title),
      rows: few(rows, MOST_ROWS).map((row) => rowIn(row.rowId, row.title, row.description)),
    })),
  }
}

function listIn(
  fields: Readonly<Record<string, unknown>>,
  title: unknown,
  body: unknown,
  footer: unknown,
): ListContent {
  return {
    ...{ kind: 'list', title: line(title), body: text(body), footer: text(footer), buttonText: line(fields['title']) },
    sections: fieldsIn(fields['sections'], MOST_SECTIONS).map((section) => ({
      title: line(section['title']),
      rows: fieldsIn(section['rows'], MOST_ROWS).map((row) => rowIn(row['id'], row['title'], row['description'])),
    })),
  }
}

function rowIn(id: unknown, title: unknown, description: unknown) {
  return { id: line(id), title: line(title), description: line(description) }
}

function fieldsIn(list: unknown, most: number) {
  return (Array.isArray(list) ? (list as readonly unknown[]) : []).slice(0, most).filter(isFields)
}
