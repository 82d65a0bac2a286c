import type { Static, TObject } from 'typebox'
import type { Instance } from '../../instances/instance.ts'
import type { Button, ButtonsContent } from '../../model/content.ts'
import { fault, isFault } from '../../model/fault.ts'
import { validationText } from '../errors.ts'
import { group, integer, list, oneOfOrAbsent, optional, text } from '../fields.ts'
import { defineMethod, type Call, type Outcome, type Prepared, type Row } from '../method.ts'
import { ID_MESSAGE } from './answers.ts'
import { sendContent, sendingFields } from './send.ts'

const BODY_LENGTH = 20_000
const HEADER_LENGTH = 1000
const BUTTON_LENGTH = 25
const VALUE_LENGTH = 2000

const buttonText = text({ empty: 'error', max: BUTTON_LENGTH })
const buttonId = text({ empty: 'error', max: 256 })
const value = optional(text({ empty: 'absent', max: VALUE_LENGTH }))
const line = optional(text({ empty: 'absent', max: HEADER_LENGTH }))

const frameFields = {
  ...sendingFields,
  header: line,
  body: text({ empty: 'error', max: BODY_LENGTH }),
  footer: line,
}

const interactiveFields = {
  ...frameFields,
  buttons: list(
    group(
      {
        type: optional(oneOfOrAbsent(['copy', 'call', 'url', 'reply'])),
        buttonId,
        buttonText,
        copyCode: value,
        phoneNumber: value,
        url: value,
      },
      { empty: 'error' },
    ),
    { empty: 'error', min: 1, max: 3 },
  ),
}
type InteractiveFields = Static<TObject<typeof interactiveFields>>
type InteractiveButton = InteractiveFields['buttons'][number]

const sendInteractiveButtons = defineMethod({
  name: 'sendInteractiveButtons',
  summary: 'Sends a message with buttons that copy, call or open a page.',
  verbs: ['POST'],
  group: 'sending',
  perSecond: 50,
  messengers: ['whatsapp'],
  idempotent: true,
  fields: interactiveFields,
  answer: ID_MESSAGE,
  handle(instance: Instance, fields, call) {
    const faults = fields.buttons.flatMap((button, index) => {
      const needed = VALUE_OF[button.type ?? 'none']
      if (needed === undefined) return [`'buttons[${String(index)}].type' must be one of [copy, call, url, reply]`]
      return needed === '' || button[needed] !== undefined ? [] : [`'buttons[${String(index)}].${needed}' is required`]
    })
    if (faults.length > 0) return fault('invalid', validationText(faults))
    const content = interactive(fields, fields.buttons.map(buttonOf))
    return sendContent(instance, fields, content, call, { method: 'sendInteractiveButtons', body: fields })
  },
})

/** Which field a button of a type needs. */
const VALUE_OF: Readonly<Record<string, 'copyCode' | 'phoneNumber' | 'url' | '' | undefined>> = {
  copy: 'copyCode',
  call: 'phoneNumber',
  url: 'url',
  reply: '',
}

function buttonOf(button: InteractiveButton): Button {
  const action = button.type ?? 'reply'
  const needed = VALUE_OF[action]
  const held = needed === undefined || needed === '' ? '' : (button[needed] ?? '')
  return { id: button.buttonId, text: button.buttonText, action, value: held }
}

function interactive(
  { header = '', body, footer = '' }: Pick<InteractiveFields, 'header' | 'body' | 'footer'>,
  buttons: readonly Button[],
): ButtonsContent {
  return { kind: 'buttons', style: 'interactive', header, body, footer, buttons }
}

const sendInteractiveButtonsReply = defineMethod({
  name: 'sendInteractiveButtonsReply',
  summary: 'Sends a message with buttons that are tapped as an answer.',
  verbs: ['POST'],
  group: 'sending',
  perSecond: 50,
  messengers: ['whatsapp'],
  idempotent: true,
  fields: {
    ...frameFields,
    buttons: list(group({ buttonId, buttonText }, { empty: 'error' }), { empty: 'error', min: 1, max: 3 }),
  },
  answer: ID_MESSAGE,
  handle(instance: Instance, fields, call) {
    const buttons = fields.buttons.map((button) => replyButton(button.buttonId, button.buttonText))
    const asked = { method: 'sendInteractiveButtonsReply', body: fields }
    return sendContent(instance, fields, interactive(fields, buttons), call, asked)
  },
})

function replyButton(id: string, shown: string): Button {
  return { id, text: shown, action: 'reply', value: '' }
}

const sendButtons = defineMethod({
  name: 'sendButtons',
  summary: 'Retired by the vendor: sends a text with up to three buttons.',
  verbs: ['POST'],
  group: 'sending',
  perSecond: 50,
  messengers: ['whatsapp'],
  idempotent: true,
  fields: {
    ...sendingFields,
    message: text({ empty: 'error', max: BODY_LENGTH }),
    footer: line,
    buttons: list(group({ buttonId, buttonText }, { empty: 'error' }), { empty: 'error', min: 1, max: 3 }),
  },
  answer: ID_MESSAGE,
  handle(instance: Instance, fields, call) {
    const buttons = fields.buttons.map((button) => replyButton(button.buttonId, button.buttonText))
    const { message: body, footer = '' } = fields
    const content = { kind: 'buttons', style: 'plain', header: '', body, footer, buttons } as const
    return sendContent(instance, fields, content, call, { method: 'sendButtons', body: fields })
  },
})

const displayText = text({ empty: 'error', max: BUTTON_LENGTH })

const templateButton = group(
  {
    index: optional(integer({ empty: 'absent', minimum: 0, maximum: 10 })),
    urlButton: optional(group({ displayText, url: text({ empty: 'error', max: VALUE_LENGTH }) }, { empty: 'absent' })),
    callButton: optional(group({ displayText, phoneNumber: text({ empty: 'error', max: 64 }) }, { empty: 'absent' })),
    quickReplyButton: optional(group({ displayText, id: buttonId }, { empty: 'absent' })),
  },
  { empty: 'error' },
)
type TemplateButton = Static<typeof templateButton>

const sendTemplateButtons = defineMethod({
  name: 'sendTemplateButtons',
  summary: 'Retired by the vendor: sends a text with buttons that call, open a page or answer.',
  verbs: ['POST'],
  group: 'sending',
  perSecond: 50,
  messengers: ['whatsapp'],
  idempotent: true,
  fields: {
    ...sendingFields,
    message: text({ empty: 'error', max: BODY_LENGTH }),
    footer: line,
    templateButtons: list(templateButton, { empty: 'error', min: 1, max: 3 }),
  },
  answer: ID_MESSAGE,
  handle(instance: Instance, fields, call) {
    const buttons = fields.templateButtons.map(templateButtonOf)
    const empty = buttons.findIndex((button) => button === undefined)
    if (empty !== -1) {
      const what = `'templateButtons[${String(empty)}]' must contain one of [urlButton, callButton, quickReplyButton]`
      return fault('invalid', validationText([what]))
    }
    const { message: body, footer = '' } = fields
    const known = buttons.filter((button) => button !== undefined)
    const content = { kind: 'buttons', style: 'template', header: '', body, footer, buttons: known } as const
    return sendContent(instance, fields, content, call, { method: 'sendTemplateButtons', body: fields })
  },
})

function templateButtonOf(button: TemplateButton, index: number): Button | undefined {
  const id = String(button.index ?? index + 1)
  const { urlButton, callButton, quickReplyButton } = button
  if (urlButton !== undefined) return { id, text: urlButton.displayText, action: 'url', value: urlButton.url }
  if (callButton !== undefined) {
    return { id, text: callButton.displayText, action: 'call', value: callButton.phoneNumber }
  }
  return quickReplyButton && replyButton(quickReplyButton.id, quickReplyButton.displayText)
}

const rowTitle = text({ empty: 'error', max: 24 })

const sendListMessage = defineMethod({
  name: 'sendListMessage',
  summary: 'Retired by the vendor: sends a list to choose from.',
  verbs: ['POST'],
  group: 'sending',
  perSecond: 50,
  messengers: ['whatsapp'],
  idempotent: true,
  fields: {
    ...sendingFields,
    message: text({ empty: 'error', max: BODY_LENGTH }),
    title: line,
    footer: line,
    buttonText: optional(text({ empty: 'absent', max: BUTTON_LENGTH })),
    sections: list(
      group(
        {
          title: optional(text({ empty: 'absent', max: HEADER_LENGTH })),
          rows: list(
            group(
              {
                title: rowTitle,
                rowId: optional(text({ empty: 'absent', max: 256 })),
                description: optional(text({ empty: 'absent', max: HEADER_LENGTH })),
              },
              { empty: 'error' },
            ),
            { empty: 'error', min: 1, max: 10 },
          ),
        },
        { empty: 'error' },
      ),
      { empty: 'error', min: 1, max: 10 },
    ),
  },
  answer: ID_MESSAGE,
  handle(instance: Instance, fields, call) {
    const { message: body, title = '', footer = '', buttonText: shown = '', sections } = fields
    const content = {
      kind: 'list',
      title,
      body,
      footer,
      buttonText: shown,
      sections: sections.map((section) => ({
        title: section.title ?? '',
        rows: section.rows.map((row, index) => ({
          id: row.rowId ?? String(index + 1),
          title: row.title,
          description: row.description ?? '',
        })),
      })),
    } as const
    return sendContent(instance, fields, content, call, { method: 'sendListMessage', body: fields })
  },
})

type Handled = (instance: Instance, call: Call) => Outcome | Promise<Outcome>

/** For a body with `buttons` under another method's name: what handles it; undefined when it has none. */
export function sendButtonsBody(body: unknown): Handled | undefined {
  return hasKey(body, 'buttons') ? handledBy(sendButtons, body) : undefined
}

export function sendTemplateButtonsBody(body: unknown): Handled | undefined {
  return hasKey(body, 'templateButtons') ? handledBy(sendTemplateButtons, body) : undefined
}

function handledBy(row: Row<Instance>, body: unknown): Handled {
  return (instance, call) => {
    if (!row.messengers.includes(instance.messenger)) return fault('unsupported', 'Buttons are not supported here')
    const prepared: Prepared<Instance> | ReturnType<typeof fault> = row.prepare(body)
    return isFault(prepared) ? prepared : prepared.handle(instance, call)
  }
}

function hasKey(body: unknown, key: string): boolean {
  return typeof body === 'object' && body !== null && Object.hasOwn(body, key)
}

/** Messages with buttons and lists, those that the vendor has retired too. */
export const buttonMethods: readonly Row<Instance>[] = [
  sendInteractiveButtons,
  sendInteractiveButtonsReply,
  sendButtons,
  sendTemplateButtons,
  sendListMessage,
]
