import Type from 'typebox'
import { passwordHashOf, usernameOf, type Account, type AccountChange } from './accounts.ts'

const Name = Type.String({ maxLength: 256 })
const Time = Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 })

const Product = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 256 }),
  name: Name,
  description: Type.String({ maxLength: 4096 }),
  /** As its seller writes it; null when there is none. */
  price: Type.Union([Name, Type.Null()]),
  imageUrl: Type.String({ maxLength: 4096 }),
  isAvailable: Type.Boolean(),
  isHidden: Type.Boolean(),
})

/** What `POST /simulator/phones` may say of an account. */
export const accountFields = {
  /** Empty: linking asks for none. */
  password: Type.Optional(Name),
  wantsPasskey: Type.Optional(Type.Boolean()),
  hidesNumber: Type.Optional(Type.Boolean()),
  hidesPicture: Type.Optional(Type.Boolean()),
  hidesLastSeen: Type.Optional(Type.Boolean()),
  isBusiness: Type.Optional(Type.Boolean()),
  /** With or without `@`; empty: none. */
  username: Type.Optional(Type.String({ pattern: '^(@?[A-Za-z0-9_]{1,64})?$' })),
  email: Type.Optional(Name),
  category: Type.Optional(Name),
  description: Type.Optional(Type.String({ maxLength: 4096 })),
  products: Type.Optional(Type.Array(Product, { maxItems: 100 })),
  lastSeen: Type.Optional(Type.Union([Time, Type.Null()])),
}
type AccountInput = Type.Static<ReturnType<typeof Type.Object<typeof accountFields>>>

/** Only what was said changes. */
export function accountChangeOf(input: AccountInput): AccountChange {
  const { password, username, ...rest } = input
  return {
    ...pick(rest, ['wantsPasskey', 'hidesNumber', 'hidesPicture', 'hidesLastSeen', 'isBusiness']),
    ...pick(rest, ['email', 'category', 'description', 'products', 'lastSeen']),
    ...(password !== undefined && { passwordHash: password === '' ? null : passwordHashOf(password) }),
    ...(username !== undefined && { username: usernameOf(username) }),
  }
}

/** As the API and the page show it to the account's owner. */
export function accountViewOf(account: Account): object {
  const { wantsPasskey, hidesNumber, hidesPicture, hidesLastSeen, isBusiness, username } = account
  const { email, category, description, products, picture, lastSeen } = account
  return {
    ...{ hasPassword: account.passwordHash !== null, wantsPasskey, hidesNumber, hidesPicture, hidesLastSeen },
    ...{ isBusiness, username, email, category, description, products, picture, lastSeen },
  }
}

function pick<Fields extends object, Name extends keyof Fields>(fields: Fields, names: readonly Name[]) {
  return Object.fromEntries(names.filter((name) => fields[name] !== undefined).map((name) => [name, fields[name]]))
}
