import { once } from 'node:events'
import { syncBuiltinESMExports } from 'node:module'
import tls from 'node:tls'
import type { ConnectionOptions, TLSSocket } from 'node:tls'

import { isWhatsAppHost } from './certificate.ts'
import { loadCodec } from './codec.ts'
import { rootKey } from './root-key.ts'

/** Where a fake's TLS port is and what it shows. */
export interface Trusted {
  readonly tls: number
  /** PEM */
  readonly certificate: string
}

type Connect = (options: ConnectionOptions, onConnected?: () => void) => TLSSocket

let undo: (() => void) | undefined

/**
 * Makes this process take a fake for WhatsApp: the engine trusts the fake's root, and TLS connections to the hosts of WhatsApp go to the
 * fake, whose certificate is trusted for them alone. Those over a proxy stay with the proxy, which must know the way. Gives what takes it
 * back; a second call replaces the first.
 */
export async function trustFakeWhatsApp(fake: Trusted): Promise<() => void> {
  const { trusted } = await loadCodec()
  undo?.()
  const realRoot = trusted.PUBLIC_KEY
  const real = tls.connect
  trusted.PUBLIC_KEY = Buffer.from(rootKey.public)
  replaceConnect((...given: unknown[]) => {
    const { options, onConnected } = connectionOf(given)
    const host = options.servername ?? options.host ?? ''
    if (!isWhatsAppHost(host)) return Reflect.apply(real, tls, given) as TLSSocket
    return (real as Connect)(redirected(options, host, fake), onConnected)
  })
  undo = () => {
    trusted.PUBLIC_KEY = realRoot
    replaceConnect(real)
    undo = undefined
  }
  return undo
}

function replaceConnect(connect: typeof tls.connect): void {
  ;(tls as { connect: typeof tls.connect }).connect = connect
  // For those who imported it by name.
  syncBuiltinESMExports()
}

function redirected(options: ConnectionOptions, servername: string, fake: Trusted): ConnectionOptions {
  const trusting = { ...options, servername, ca: fake.certificate }
  return (options.socket ?? null) === null ? { ...trusting, host: '127.0.0.1', port: fake.tls } : trusting
}

/** What a TLS port of this machine shows, PEM. */
export async function certificateAt(port: number): Promise<string> {
  const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false })
  try {
    await once(socket, 'secureConnect')
    const base64 = socket.getPeerCertificate().raw.toString('base64')
    return `-----BEGIN CERTIFICATE-----\n${base64.replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`
  } finally {
    socket.destroy()
  }
}

/** It is called as (options), (port, host, options), (port, options), each with a listener or without. */
function connectionOf(given: readonly unknown[]): { options: ConnectionOptions; onConnected?: () => void } {
  const options: ConnectionOptions = {}
  for (const one of given) {
    if (typeof one === 'number') options.port = one
    else if (typeof one === 'string') options.host = one
    else if (typeof one === 'object' && one !== null) Object.assign(options, one)
  }
  const last = given.at(-1)
  return typeof last === 'function' ? { options, onConnected: last as () => void } : { options }
}
