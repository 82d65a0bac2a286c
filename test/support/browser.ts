import { existsSync } from 'node:fs'
import { chromium, type Browser, type BrowserContext } from 'playwright-core'

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
]
const CHROMIUM = process.env['CHROMIUM'] ?? PLACES.find((path) => existsSync(path))

/** Why tests in a browser can't run here; false where they can. */
export const noBrowser: string | false =
  CHROMIUM === undefined ? `no Chromium at ${PLACES.join(', ')}, nor named by $CHROMIUM` : false

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** Writes down every error on a page's console or in its scripts, and every request that goes elsewhere than to `url`. */
export function complaintsOf(context: BrowserContext, url: string): string[] {
  const complaints: string[] = []
  const own = [url, url.replace('http', 'ws'), 'data:', 'blob:']
  const judge = (asked: string): void => {
    if (!own.some((start) => asked.startsWith(start))) complaints.push(`asked ${asked}`)
  }
  context.on('request', (request) => judge(request.url()))
  context.on('weberror', (error) => complaints.push(String(error.error())))
  context.on('console', (line) => {
    if (['error', 'warning'].includes(line.type())) complaints.push(`${line.text()} (${line.location().url})`)
  })
  context.on('page', (page) => page.on('websocket', (socket) => judge(socket.url())))
  return complaints
}
