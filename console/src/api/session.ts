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
 * sign-in.
 */
export function leaveForSignIn(): void {
  if (leaving || location.pathname === SIGN_IN) return
  leaving = true
  const here = location.pathname + location.search
  location.assign(`${SIGN_IN}?${new URLSearchParams({ back: here }).toString()}`)
}

/** Where to go after the sign-in. Only a page of the console: the address bar is something that others can write. */
export function wayBack(search: string): string {
  const back = new URLSearchParams(search).get('back')
  if (back === null) return `${CONSOLE}/`
  try {
    const url = new URL(back, location.origin)
    const isOurs = url.origin === location.origin && url.pathname.startsWith(`${CONSOLE}/`) && url.pathname !== SIGN_IN
    return isOurs ? url.pathname + url.search : `${CONSOLE}/`
  } catch {
    return `${CONSOLE}/`
  }
}
