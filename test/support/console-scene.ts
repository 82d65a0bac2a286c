import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { Surroundings } from '../../src/app.ts'
import type { Role } from '../../src/model/person.ts'
import { complaintsOf, openBrowser } from './browser.ts'
import { ConsoleBrowser } from './console-browser.ts'
import { objectIn } from './road.ts'
import { startServer, type TestServer } from './server.ts'

const PATIENCE_MS = 15_000
const DESKTOP = { width: 1280, height: 900 }
const PHONE = { width: 390, height: 844 }
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** Where pictures of every page that was looked at are left for people to see; nowhere unless it is set. */
const PICTURES = process.env['JADEGATE_TEST_PICTURES']

export const PASSWORD = 'a horse that is correct'

/** Somebody of the console: with a session of his own besides the one in a browser. */
export interface ConsolePerson {
  readonly email: string
  readonly name: string
  readonly password: string
  /** Calls `/api/console` as him. */
  readonly api: ConsoleBrowser
}

/** Into an account with a role, or among the operators. */
export type Place = { readonly account: string; readonly role: Role } | 'operator'

export interface ConsoleHabits {
  /** `en-US` unless told otherwise; the console speaks Russian to `ru-RU`. */
  readonly locale?: string
  readonly theme?: 'light' | 'dark'
  readonly isPhone?: boolean
  /** A refusal that the test provokes, of which the browser itself speaks on the console. */
  readonly provoked?: RegExp
}

export interface ConsoleVisit {
  readonly context: BrowserContext
  readonly page: Page
  /** Goes to a page below /console and waits for its heading. */
  readonly open: (path: string) => Promise<void>
  /** Closes the browser's window; fails if anything has gone wrong in it. */
  readonly leave: () => Promise<void>
}

export type ConsoleScene = Awaited<ReturnType<typeof startConsoleScene>>

/** One server with the console, and one browser for all who visit it. */
export async function startConsoleScene(env: Readonly<Record<string, string>> = {}, surroundings: Surroundings = {}) {
  const server = await startServer({ JADEGATE_PASSWORD_COST: '10', JADEGATE_DELAY_MIN_MS: '0', ...env }, surroundings)
  const browser = await openBrowser()
  return {
    server,
    /** The link of an invitation, as whoever made it is shown it. */
    invite: (email: string, place: Place) => invite(server, email, place),
    /** Somebody who has used his invitation. */
    async join(email: string, place: Place, name = email.replace(/@.*/, '')): Promise<ConsolePerson> {
      const api = new ConsoleBrowser(server)
      const joined = await api.accept(await invite(server, email, place), { password: PASSWORD, name })
      assert.equal(joined.status, 200, joined.text)
      return { email, name, password: PASSWORD, api }
    },
    /** A window of the browser in which this person is signed in; null: nobody is. */
    visit: (person: ConsolePerson | null, habits: ConsoleHabits = {}) => visit(browser, server, person, habits),
    async close(): Promise<void> {
      await browser.close()
      await server.close()
    },
  }
}

async function invite(server: TestServer, email: string, place: Place): Promise<string> {
  const where = place === 'operator' ? {} : { accountId: place.account, role: place.role }
  const made = await server.operator('POST', '/people', { email, ...where })
  return String(objectIn(made, 201)['link'])
}

async function visit(
  browser: Browser,
  server: TestServer,
  person: ConsolePerson | null,
  { locale = 'en-US', theme = 'light', isPhone = false, provoked }: ConsoleHabits,
): Promise<ConsoleVisit> {
  const context = await browser.newContext({
    locale,
    colorScheme: theme,
    viewport: isPhone ? PHONE : DESKTOP,
    reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(PATIENCE_MS)
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url })
  if (person !== null) await context.addCookies([await cookieOf(server, person)])
  const complaints = complaintsOf(context, server.url)
  const page = await context.newPage()
  return {
    context,
    page,
    open: async (path) => {
      await page.goto(`${server.url}/console${path}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
    },
    leave: async () => {
      await context.close()
      assert.deepEqual(
        complaints.filter((line) => provoked?.test(line) !== true),
        [],
      )
    },
  }
}

/** Of a session of its own, so that what is done in the browser leaves the person's other one alone. */
async function cookieOf(server: TestServer, { email, password }: ConsolePerson) {
  const own = new ConsoleBrowser(server)
  const signedIn = await own.signIn(email, password)
  assert.equal(signedIn.status, 200, signedIn.text)
  const [name = '', value = ''] = (own.cookie ?? '').split('=')
  return { name, value, url: server.url }
}

type Look = readonly [size: typeof DESKTOP, colorScheme: 'light' | 'dark']
const AT_A_DESK: Look = [DESKTOP, 'light']
const ON_A_PHONE: Look = [PHONE, 'dark']

/**
 * Looks at a page in both themes and at both widths: nothing is wider than the window, and axe finds nothing serious in it. `name` is that
 * of its pictures, where those are kept.
 */
export async function looksRight(page: Page, name: string): Promise<void> {
  const before = page.viewportSize() ?? DESKTOP
  for (const look of [AT_A_DESK, ON_A_PHONE]) await isAccessible(page, await shownAs(page, name, look))
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await page.setViewportSize(before)
}

/** As `looksRight` in the two other pairs of theme and width, which hold no other words: nothing is wider than the window. */
export async function fitsInTheDark(page: Page, name: string): Promise<void> {
  for (const look of [
    [DESKTOP, 'dark'],
    [PHONE, 'light'],
  ] satisfies readonly Look[])
    await shownAs(page, name, look)
}

async function shownAs(page: Page, name: string, [size, colorScheme]: Look): Promise<string> {
  await page.setViewportSize(size)
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  const what = `${name} ${colorScheme} at ${String(size.width)}`
  await atRest(page)
  await fits(page, what)
  if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `${what.replaceAll(' ', '-')}.png`) })
  return what
}

/** What moves or fades as the window becomes another one has done so; what turns as long as somebody waits never does. */
async function atRest(page: Page): Promise<void> {
  await page.evaluate(`new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
    .then(() => Promise.all(document.getAnimations()
      .filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity)
      .map(({ finished }) => finished.catch(() => undefined))))
    .then(() => undefined)`)
}

async function fits(page: Page, what: string): Promise<void> {
  const wide = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
  assert.equal(wide, 0, `${what} scrolls sideways`)
}

/** Fails for whatever axe calls serious or worse. */
export async function isAccessible(page: Page, what: string): Promise<void> {
  // By the browser's own console: the policy of the page lets no script in.
  await page.evaluate(AXE)
  const found = await page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, help, nodes }) => id + ': ' + help + ': ' + nodes.map(({ html, any }) =>
        html.slice(0, 160) + ' (' + any.map(({ message }) => message).join('; ') + ')').join(' | ')))`)
  assert.deepEqual(found, [], what)
}
