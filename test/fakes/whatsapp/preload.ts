import { loadCodec } from './codec.ts'
import { trustFakeWhatsApp } from './trust.ts'

/**
 * For `node --import`: makes a process take the fake for WhatsApp. FAKE_WHATSAPP_TLS and FAKE_WHATSAPP_CERTIFICATE tell where it is (as
 * `environment()` of the fake gives them); with FAKE_WHATSAPP_URL the web sockets go there without TLS, which costs less.
 */
const { FAKE_WHATSAPP_TLS: port, FAKE_WHATSAPP_CERTIFICATE: certificate, FAKE_WHATSAPP_URL: url } = process.env

if (port !== undefined && certificate !== undefined) {
  await trustFakeWhatsApp({ tls: Number(port), certificate })
  if (url !== undefined) (await loadCodec()).defaults.waWebSocketUrl = url
}
