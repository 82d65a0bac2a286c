// Readers of what the server answers: a reader takes an unknown value and gives a typed one, or throws. They are loose on purpose: keys
// that nobody asked for are dropped, so that a page goes on working beside a newer server.

export type Reader<T> = (value: unknown) => T
export type Read<R> = R extends Reader<infer T> ? T : never

export class UnreadableAnswer extends Error {}

export const text: Reader<string> = (value) => {
  if (typeof value === 'string') return value
  throw new UnreadableAnswer(`expected a text, got ${typeof value}`)
}

export const number: Reader<number> = (value) => {
  if (typeof value === 'number') return value
  throw new UnreadableAnswer(`expected a number, got ${typeof value}`)
}

export const flag: Reader<boolean> = (value) => {
  if (typeof value === 'boolean') return value
  throw new UnreadableAnswer(`expected true or false, got ${typeof value}`)
}

export const anything: Reader<unknown> = (value) => value
export const nothing: Reader<undefined> = () => undefined

export function nullable<T>(read: Reader<T>): Reader<T | null> {
  return (value) => (value === null || value === undefined ? null : read(value))
}

export function optional<T>(read: Reader<T>): Reader<T | undefined> {
  return (value) => (value === undefined ? undefined : read(value))
}

/** What is missing, or not as expected, is the other value instead. */
export function or<T>(read: Reader<T>, other: T): Reader<T> {
  return (value) => {
    try {
      return read(value)
    } catch (error) {
      if (error instanceof UnreadableAnswer) return other
      throw error
    }
  }
}

export function oneOf<const T extends readonly string[]>(...known: T): Reader<T[number]> {
  return (value) => {
    const found = known.find((one) => one === value)
    if (found !== undefined) return found
    throw new UnreadableAnswer(`expected one of ${known.join(', ')}`)
  }
}

export function list<T>(read: Reader<T>): Reader<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) throw new UnreadableAnswer('expected a list')
    return value.map((item: unknown, index) => within(String(index), () => read(item)))
  }
}

/** Keys that are not known beforehand, all with values of one kind. */
export function dictionary<T>(read: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return (value) =>
    Object.fromEntries(Object.entries(record(value)).map(([key, item]) => [key, within(key, () => read(item))]))
}

type Shape = Readonly<Record<string, Reader<unknown>>>

export function object<S extends Shape>(shape: S): Reader<{ readonly [K in keyof S]: Read<S[K]> }>
export function object(shape: Shape): Reader<Readonly<Record<string, unknown>>> {
  const fields = Object.entries(shape)
  return (value) => {
    const given = record(value)
    return Object.fromEntries(fields.map(([key, read]) => [key, within(key, () => read(given[key]))]))
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UnreadableAnswer('expected an object')
  return Object.fromEntries(Object.entries(value))
}

function within<T>(key: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof UnreadableAnswer) throw new UnreadableAnswer(`${key}: ${error.message}`)
    throw error
  }
}
