// What the pages know of the session: the token that unsafe calls carry, and the way to the sign-in and back.

export const CONSOLE = '/console'
const SIGN_IN = `${CONSOLE}/sign-in`

let csrf: string | null = null
let leaving = false

export function csrfToken(): string | null {
  return csrf
}

export function rememberCsrf(token: string | null): void {
  csrf = token
}

/**
 * The session has ended: a hard navigation, so that nothing of the old person stays in memory. Comes back to this page after the
 * sign-in. True where the page is being left: nothing more need be shown.
 */
export function leaveForSignIn(): boolean {
  if (location.pathname === SIGN_IN) return false
  if (leaving) return true
  leaving = true
  const here = location.pathname + location.search
  location.assign(`${SIGN_IN}?${new URLSearchParams({ back: here }).toString()}`)
  return true
}

/** Where to go after the sign-in, below the console. Only a page of ours: the address bar is something that others can write. */
export function wayBack(search: string): string {
  const back = new URLSearchParams(search).get('back')
  if (back === null) return '/'
  try {
    const url = new URL(back, location.origin)
    const isOurs = url.origin === location.origin && url.pathname.startsWith(`${CONSOLE}/`) && url.pathname !== SIGN_IN
    return isOurs ? url.pathname.slice(CONSOLE.length) + url.search : '/'
  } catch {
    return '/'
  }
}
