/** A name as the network tells it: whole, or in its parts. */
interface ToldName {
  readonly name?: string | undefined
  readonly firstName?: string | undefined
  readonly lastName?: string | undefined
}

/** The address book's name of a person, as against those that they chose themselves. */
export const OF_BOOK = 'CUSTOM'

/** Empty where nothing is told. */
export function wholeName({ name, firstName = '', lastName = '' }: ToldName = {}): string {
  return name ?? [firstName, lastName].filter((part) => part !== '').join(' ')
}
