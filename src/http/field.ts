import type { TSchema } from 'typebox'

/**
 * What `""`, `null` and `[]` mean for a field, and `0` for a number whose range begins above it. absent: as if it wasn't sent, as many
 * clients fill unset fields so. value: `""` is a value like any other (null is absent). error: it is checked like any value.
 */
export type EmptyMeans = 'absent' | 'value' | 'error'

/** What the reader must know of one field; read from the schema's keywords once. */
export interface Field {
  readonly name: string
  readonly label: string
  readonly schema: TSchema
  readonly required: boolean
  readonly empty: EmptyMeans
  readonly zeroIsEmpty: boolean
  readonly digits: boolean
  readonly lenient: boolean
  readonly allowsNul: boolean
  readonly minUnits: number
  readonly maxUnits: number
  /** Of an object. */
  readonly nested: readonly Field[] | undefined
  /** Of a list: what each of its items is. */
  readonly item: Field | undefined
}
