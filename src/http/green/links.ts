import type { Instance } from '../../instances/instance.ts'
import { text } from '../fields.ts'
import { defineMethod, type Row } from '../method.ts'
import { ID_MESSAGE } from './answers.ts'
import { sendContent, sendingFields } from './send.ts'
import { NO_PREVIEW } from './texts.ts'

const sendLink = defineMethod({
  name: 'sendLink',
  summary: 'Retired by the vendor: sends a link with its preview.',
  verbs: ['POST'],
  group: 'sending',
  perSecond: 50,
  idempotent: true,
  fields: { ...sendingFields, urlLink: text({ empty: 'error', max: 4096 }) },
  answer: ID_MESSAGE,
  handle(instance: Instance, fields, call) {
    const preview = { ...NO_PREVIEW, link: fields.urlLink, size: 'small' } as const
    const content = { kind: 'text', text: fields.urlLink, preview } as const
    return sendContent(instance, fields, content, call, { method: 'sendLink', body: fields })
  },
})

/** Links by themselves. */
export const linkMethods: readonly Row<Instance>[] = [sendLink]
