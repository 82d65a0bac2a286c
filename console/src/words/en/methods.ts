/** What the panel for trying methods says of them; the server's own words, which are English, where nothing is said here. */
export interface MethodWords {
  /** By the name of the group. */
  readonly groups: Readonly<Record<string, string>>
  /** By the name of the method. */
  readonly methods: Readonly<Record<string, string>>
  /** By `method.field`, or by the name of the field, where it is the same in every other method. */
  readonly fields: Readonly<Record<string, string>>
}

export const words: MethodWords = { groups: {}, methods: {}, fields: {} }
