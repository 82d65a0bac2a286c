import { inflateSync } from 'node:zlib'

import { loadEngine } from '../../../src/drivers/whatsapp/engine/load.ts'
import type { KeyPair, Node } from './network.ts'

/** One type of the protocol's messages, as protobufjs gives it. */
export interface ProtoType {
  encode(message: object): { finish(): Uint8Array }
  decode(bytes: Uint8Array): Record<string, unknown>
  fromObject(message: object): object
}

/** The engine's protocol buffers by name; of the nested ones those that the server itself needs. */
export interface Proto {
  readonly [name: string]: ProtoType
  readonly HandshakeMessage: ProtoType
  readonly ClientPayload: ProtoType
  readonly CertChain: ProtoType & { readonly NoiseCertificate: ProtoType & { readonly Details: ProtoType } }
  readonly ADVDeviceIdentity: ProtoType
  readonly ADVSignedDeviceIdentity: ProtoType
  readonly ADVSignedDeviceIdentityHMAC: ProtoType
  readonly Message: ProtoType
}

/** Keys without the 0x05 prefix. */
export interface Curve {
  generateKeyPair(): KeyPair
  sharedKey(privateKey: Uint8Array, publicKey: Uint8Array): Buffer
  sign(privateKey: Uint8Array, bytes: Uint8Array): Uint8Array
  verify(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean
}

/** What the engine's module offers to a server: its own way of writing and reading what goes over the wire. */
export interface Codec {
  readonly proto: Proto
  readonly curve: Curve
  /** Whom the engine trusts; `PUBLIC_KEY` is looked at anew at each connection. */
  readonly trusted: { PUBLIC_KEY: Uint8Array; readonly SERIAL: number }
  /** What sockets are made with when nothing else is said. */
  readonly defaults: { waWebSocketUrl: string | URL; readonly version: readonly [number, number, number] }
  /** The bytes of a frame, before encryption. */
  encode(node: Node): Uint8Array
  decode(frame: Uint8Array): Node
}

interface EngineModule {
  readonly proto: Proto
  readonly Curve: Curve
  readonly WA_CERT_DETAILS: Codec['trusted']
  readonly DEFAULT_CONNECTION_CONFIG: Codec['defaults']
  encodeBinaryNode(node: Node): Uint8Array
  decodeDecompressedBinaryNode(frame: Buffer, constants: unknown): Node
}

let loaded: Promise<Codec> | undefined

/** Loads the engine's codec, once for the process. Rejects when the engine is not installed. */
export function loadCodec(): Promise<Codec> {
  return (loaded ??= load())
}

async function load(): Promise<Codec> {
  // The module itself is asked for below, once the hooks of the driver are in place.
  await loadEngine()
  const engine = (await import(named('baileys'))) as EngineModule
  const constants: unknown = await import(named('baileys/lib/WABinary/constants.js'))
  return {
    proto: engine.proto,
    curve: engine.Curve,
    trusted: engine.WA_CERT_DETAILS,
    defaults: engine.DEFAULT_CONNECTION_CONFIG,
    encode: (node) => engine.encodeBinaryNode(node),
    decode: (frame) => engine.decodeDecompressedBinaryNode(inflated(frame), constants),
  }
}

/** The first byte tells whether the rest is compressed. */
function inflated(frame: Uint8Array): Buffer {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength)
  const rest = bytes.subarray(1)
  return ((bytes[0] ?? 0) & 2) === 0 ? rest : inflateSync(rest)
}

/** The compiler must not look for a package that may be absent. */
function named(specifier: string): string {
  return specifier
}
