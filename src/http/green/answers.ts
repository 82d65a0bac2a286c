import Type, { type TSchema } from 'typebox'

/** Shapes that many answers have. Every key is always there unless it is optional here. */

export const ID_MESSAGE = Type.Object({ idMessage: Type.String() })
export const COUNT = Type.Object({ count: Type.Integer({ minimum: 0 }) })

/** `{name: true}`, and whatever stands beside it. */
export function said(name: string, more: Readonly<Record<string, TSchema>> = {}) {
  return Type.Object({ [name]: Type.Boolean(), ...more })
}

/** What some methods answer instead while nobody is linked. */
export const NOT_READY = Type.Object({ status: Type.Literal(false), reason: Type.String() })

export const TEXT = Type.String()
export const FLAG = Type.Enum(['yes', 'no'])
