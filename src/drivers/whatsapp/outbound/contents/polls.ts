import type { PollContent } from '../../../../model/content.ts'
import type { PollCreation, WaMessage } from '../../engine/proto.ts'
import { inContext, type Making } from './making.ts'

/** One answer or any number of them. */
export function pollMessage({ question, options, multipleAnswers }: PollContent, { context }: Making): WaMessage {
  const poll: PollCreation = {
    name: question,
    options: options.map((optionName) => ({ optionName })),
    selectableOptionsCount: multipleAnswers ? 0 : 1,
    ...inContext(context),
  }
  return multipleAnswers ? { pollCreationMessage: poll } : { pollCreationMessageV3: poll }
}
