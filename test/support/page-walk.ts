import assert from 'node:assert/strict'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import { complaintsOf, openBrowser } from './browser.ts'
import { eventually, newPhone, objectIn } from './road.ts'
import { startServer, type Made, type TestServer } from './server.ts'

const PATIENCE_MS = 15_000

export interface Habits {
  readonly locale?: string
  readonly size?: { readonly width: number; readonly height: number }
  /** A refusal that the test provokes, of which the browser itself speaks on the console. */
  readonly provoked?: RegExp
}

export type PageWalk = Awaited<ReturnType<typeof startPageWalk>>

/** One server, at the real rates unless told otherwise, and one browser, through which a suite's persons walk. */
export async function startPageWalk(rateLimitScale = 1) {
  const clock = new SkippingClock()
  const server = await startServer(
    { JADEGATE_RATE_LIMIT_SCALE: String(rateLimitScale), JADEGATE_DELAY_MIN_MS: '0' },
    { clock },
  )
  const browser = await openBrowser()

  async function openPage(context: BrowserContext, path: string): Promise<Page> {
    const page = await context.newPage()
    await page.goto(server.url + path)
    return page
  }

  return {
    clock,
    server,
    openPage,

    /** Somebody with a browser of their own; `leave` fails if anything has gone wrong in it. */
    arrive: (habits: Habits = {}) => arrive(browser, server, habits),

    /** As `arrive`, for one walk. */
    async person(walk: (context: BrowserContext) => Promise<void>, habits: Habits = {}): Promise<void> {
      const { context, leave } = await arrive(browser, server, habits)
      try {
        await walk(context)
      } catch (error) {
        await context.close()
        throw error
      }
      await leave()
    },

    /** Takes a phone on the page of the virtual phones. */
    async takePhone(context: BrowserContext, number: string, messenger = 'WhatsApp'): Promise<Page> {
      const page = await openPage(context, '/simulator/phone')
      await page.getByLabel('Phone number').fill(number)
      await page.getByText(messenger, { exact: true }).click()
      await page.getByRole('button', { name: 'Take this phone' }).click()
      await page.getByText('live', { exact: true }).waitFor()
      return page
    },

    async isState(made: Made, state: string): Promise<boolean> {
      const answer = await server.on(made, 'GET', 'getStateInstance')
      return answer.text === JSON.stringify({ stateInstance: state })
    },

    async close(): Promise<void> {
      await browser.close()
      await server.close()
    },
  }
}

async function arrive(browser: Browser, server: TestServer, habits: Habits) {
  const { locale = 'en-US', size = { width: 1200, height: 900 }, provoked } = habits
  const context = await browser.newContext({ locale, viewport: size })
  context.setDefaultTimeout(PATIENCE_MS)
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url })
  const complaints = complaintsOf(context, server.url)
  return {
    context,
    leave: async (): Promise<void> => {
      await context.close()
      assert.deepEqual(
        complaints.filter((line) => provoked?.test(line) !== true),
        [],
      )
    },
  }
}

export const heading = (page: Page, name: string): Promise<void> =>
  page.getByRole('heading', { name, exact: true }).waitFor()

export const picture = (page: Page, name = 'QR code to scan with the phone') => page.getByRole('img', { name })

/** The picture of the QR that the page shows, as a data URL. */
export function shownQr(page: Page, name?: string): Promise<string> {
  return eventually(async () => {
    await picture(page, name).waitFor()
    return picture(page, name).getAttribute('src')
  }, 'a QR')
}

/** A phone scans what the page shows. */
export async function scan(server: TestServer, page: Page, phoneNumber = newPhone(), name?: string): Promise<object> {
  return objectIn(await server.simulator('link', { qr: await shownQr(page, name), phoneNumber }))
}

export async function openDevices(page: Page) {
  await page.getByRole('button', { name: 'Linked devices' }).click()
  return page.getByRole('dialog', { name: 'Linked devices' })
}
