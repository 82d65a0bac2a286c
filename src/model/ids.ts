type Brand<T, Name extends string> = T & { readonly __brand: Name }

/** The wire's `idInstance`: ten digits, a JSON number, never reused. */
export type InstanceId = Brand<number, 'InstanceId'>
/** Opaque outside the driver that made it: compare, store, pass on; never split. */
export type ChatId = Brand<string, 'ChatId'>
/** Made by us before enqueueing (or by the network for what it brings), the same on every attempt; the wire's `idMessage`. */
export type MessageId = Brand<string, 'MessageId'>
/** Rises each time an instance changes its owner; every write of a session is guarded by it. */
export type Epoch = Brand<number, 'Epoch'>
/** The account that owns instances. */
export type AccountId = Brand<string, 'AccountId'>
/** Milliseconds since 1970 UTC. */
export type EpochMs = number
