import type { Instance } from '../../instances/instance.ts'
import { fault } from '../../model/fault.ts'
import { validationText } from '../errors.ts'
import { bool, group, list, optional, text } from '../fields.ts'
import { defineMethod, type Row } from '../method.ts'
import { ID_MESSAGE } from './answers.ts'
import { sendContent, sendingFields } from './send.ts'

const QUESTION_LENGTH = 255
const OPTION_LENGTH = 100

const sendPoll = defineMethod({
  name: 'sendPoll',
  summary: 'Sends a poll of 2 to 12 options.',
  verbs: ['POST'],
  group: 'sending',
  perSecond: 50,
  messengers: ['whatsapp', 'telegram'],
  idempotent: true,
  fields: {
    ...sendingFields,
    message: text({ empty: 'error', max: QUESTION_LENGTH }),
    options: list(group({ optionName: text({ empty: 'error', max: OPTION_LENGTH }) }, { empty: 'error' }), {
      empty: 'error',
      min: 2,
      max: 12,
    }),
    multipleAnswers: optional(bool({ empty: 'absent' })),
    isAnonymous: optional(bool({ empty: 'absent' })),
  },
  answer: ID_MESSAGE,
  handle(instance: Instance, fields, call) {
    const options = fields.options.map(({ optionName }) => optionName)
    if (new Set(options).size < options.length) {
      return fault('invalid', validationText(["'options' contains a duplicate value"]))
    }
    const { message, multipleAnswers = false, isAnonymous } = fields
    const content = {
      kind: 'poll',
      question: message,
      options,
      multipleAnswers,
      ...(isAnonymous !== undefined && { isAnonymous }),
    } as const
    return sendContent(instance, fields, content, call, { method: 'sendPoll', body: fields })
  },
})

/** Polls. */
export const pollMethods: readonly Row<Instance>[] = [sendPoll]
