import type { Button, ButtonsContent, ListContent } from '../../../../model/content.ts'
import type { BinaryNode } from '../../engine/engine.ts'
import type { WaMessage } from '../../engine/proto.ts'
import { inContext, type Making } from './making.ts'

/** Messages with buttons. Phones show the interactive ones; the older styles are only passed on as they came. */

export function buttonsMessage(content: ButtonsContent, making: Making): WaMessage {
  switch (content.style) {
    case 'interactive':
      return { viewOnceMessage: { message: interactive(content, making) } }
    case 'plain':
      return plain(content, making)
    case 'template':
      return template(content, making)
    default:
      return content.style satisfies never
  }
}

/** What the server wants beside a message with native buttons; it drops one without. */
export const NATIVE_FLOW: BinaryNode = {
  tag: 'biz',
  attrs: {},
  content: [
    {
      tag: 'interactive',
      attrs: { type: 'native_flow', v: '1' },
      content: [{ tag: 'native_flow', attrs: { v: '9', name: 'mixed' } }],
    },
  ],
}

/** The same for those who can't be shown buttons: everything in words. */
export function buttonsInWords({ header, body, footer, buttons }: ButtonsContent): string {
  const lines = buttons.map(({ text, action, value }) => (action === 'reply' ? `▫️ ${text}` : `▫️ ${text}: ${value}`))
  return [header && `*${header}*`, body, lines.join('\n'), footer && `_${footer}_`].filter(Boolean).join('\n\n')
}

function interactive({ header, body, footer, buttons }: ButtonsContent, { context }: Making): WaMessage {
  return {
    interactiveMessage: {
      ...(header !== '' && { header: { title: header, hasMediaAttachment: false } }),
      body: { text: body },
      ...(footer !== '' && { footer: { text: footer } }),
      nativeFlowMessage: { buttons: buttons.map(nativeButton), messageParamsJson: '', messageVersion: 1 },
      ...inContext(context),
    },
  }
}

function nativeButton({ id, text, action, value }: Button) {
  const shown = { display_text: text, id }
  switch (action) {
    case 'reply':
      return { name: 'quick_reply', buttonParamsJson: JSON.stringify(shown) }
    case 'copy':
      return { name: 'cta_copy', buttonParamsJson: JSON.stringify({ ...shown, copy_code: value }) }
    case 'call':
      return { name: 'cta_call', buttonParamsJson: JSON.stringify({ ...shown, phone_number: value }) }
    case 'url':
      return { name: 'cta_url', buttonParamsJson: JSON.stringify({ ...shown, url: value, merchant_url: value }) }
    default:
      return action satisfies never
  }
}

const HEADER_IS_EMPTY = 1
const HEADER_IS_TEXT = 2
const REPLY_BUTTON = 1

function plain({ header, body, footer, buttons }: ButtonsContent, { context }: Making): WaMessage {
  return {
    buttonsMessage: {
      ...(header !== '' && { text: header }),
      ...{ contentText: body, footerText: footer, headerType: header === '' ? HEADER_IS_EMPTY : HEADER_IS_TEXT },
      buttons: buttons.map(({ id, text }) => ({ buttonId: id, buttonText: { displayText: text }, type: REPLY_BUTTON })),
      ...inContext(context),
    },
  }
}

function template({ header, body, footer, buttons }: ButtonsContent, { context }: Making): WaMessage {
  return {
    templateMessage: {
      hydratedTemplate: {
        ...(header !== '' && { hydratedTitleText: header }),
        ...{ hydratedContentText: body, hydratedFooterText: footer, hydratedButtons: buttons.map(templateButton) },
      },
      ...inContext(context),
    },
  }
}

function templateButton({ id, text, action, value }: Button, index: number) {
  if (action === 'url') return { index, urlButton: { displayText: text, url: value } }
  if (action === 'call') return { index, callButton: { displayText: text, phoneNumber: value } }
  return { index, quickReplyButton: { displayText: text, id } }
}

const SINGLE_SELECT = 1

/** Only shown in quotes. */
export function listMessage(
  { title, body, footer, buttonText, sections }: ListContent,
  { context }: Making,
): WaMessage {
  return {
    listMessage: {
      ...{ title, description: body, footerText: footer, buttonText, listType: SINGLE_SELECT },
      sections: sections.map((section) => ({
        title: section.title,
        rows: section.rows.map(({ id, title, description }) => ({ rowId: id, title, description })),
      })),
      ...inContext(context),
    },
  }
}
