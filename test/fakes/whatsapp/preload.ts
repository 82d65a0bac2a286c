import { isMainThread } from 'node:worker_threads'
import { loadCodec } from './codec.ts'
import { certificateAt, trustFakeWhatsApp } from './trust.ts'

/**
 * For `node --import`: makes a process take the fake for WhatsApp. FAKE_WHATSAPP_TLS is the fake's TLS port, whose certificate is believed
 * as it is; with FAKE_WHATSAPP_URL web sockets go there without TLS, which costs less. Threads of the process, which load it too, talk to
 * nobody and are spared the engine.
 */
const { FAKE_WHATSAPP_TLS: port, FAKE_WHATSAPP_URL: url } = process.env

if (port !== undefined && isMainThread) {
  await trustFakeWhatsApp({ tls: Number(port), certificate: await certificateAt(Number(port)) })
  if (url !== undefined) (await loadCodec()).defaults.waWebSocketUrl = url
}
