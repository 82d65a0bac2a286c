import type { Answers, AskParts } from './asking.ts'
import { chatAnswers } from './asks-chats.ts'
import { contactAnswers } from './asks-contacts.ts'
import { groupAnswers } from './asks-groups.ts'
import { profileAnswers } from './asks-profile.ts'
import { isAsk, type AnswerOf, type AskName } from './asks.ts'
import type { OpenDevice } from './device-channels.ts'
import { Trouble } from './trouble.ts'

const ANSWERS: Answers<AskName> = { ...contactAnswers, ...chatAnswers, ...groupAnswers, ...profileAnswers }

/** Answers a question of a linked device; `invalid` when it is none that its name promises. */
export function answerTo<Name extends AskName>(
  name: Name,
  value: unknown,
  open: OpenDevice,
  parts: AskParts,
): AnswerOf<Name> | Trouble {
  if (!isAsk(name, value)) return new Trouble('invalid', `this is no question of ${name}`)
  return ANSWERS[name](value, open, parts)
}
