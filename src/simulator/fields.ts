import Type from 'typebox'
import { STATUS_CHAT } from '../model/content.ts'
import { MESSENGERS } from '../model/messenger.ts'
import { isGroup } from './addresses.ts'
import { parsePhone } from './phone-number.ts'
import { Refusal } from './route.ts'

/** Fields that several routes of the API share. */
export const PhoneField = Type.Union([Type.String({ maxLength: 64 }), Type.Number()])
export const MessengerField = Type.Optional(Type.Enum([...MESSENGERS]))
export const LimitField = Type.Optional(Type.String({ pattern: '^[0-9]{1,6}$' }))
export const AfterField = Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$' }))

/** The digits of a field that must be a phone number. */
export function phoneOf(field: string, value: string | number): string | Refusal {
  return parsePhone(value) ?? new Refusal(400, `'${field}' must be a phone number of 7 to 16 digits`)
}

export function numberOf(value: string | undefined, otherwise: number): number {
  return value === undefined ? otherwise : Number(value)
}

/** The digits of a number, the id of a group, or the chat of statuses. */
export function chatFieldOf(field: string, value: string | number): string | Refusal {
  const text = String(value).trim()
  if (text === STATUS_CHAT || isGroup(text)) return text
  return parsePhone(value) ?? new Refusal(400, `'${field}' must be a phone number of 7 to 16 digits or a group`)
}
