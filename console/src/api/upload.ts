import { ApiFault } from './fault.ts'

const PERCENT = 100
/** A response with one of these has no body, and the browser refuses to make one with it. */
const BODILESS = new Set([204, 205, 304])

export interface Upload {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly body: XMLHttpRequestBodyInit
  readonly signal: AbortSignal | null
  /** How many percent of the body have left, each time there are more. */
  readonly onProgress: (percent: number) => void
}

/** Sends a body as `fetch` does, and tells how far it is, which `fetch` can't. */
export function uploaded({ method, url, headers, body, signal, onProgress }: Upload): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const stop = (): void => request.abort()
    request.open(method, url)
    headers.forEach((value, name) => request.setRequestHeader(name, value))
    request.upload.addEventListener('progress', ({ lengthComputable, loaded, total }) => {
      if (lengthComputable && total > 0) onProgress(Math.floor((loaded / total) * PERCENT))
    })
    request.addEventListener('load', () => resolve(responseOf(request)))
    request.addEventListener('error', () => reject(new ApiFault('network', 'no answer')))
    request.addEventListener('abort', () => reject(new DOMException('The upload was stopped.', 'AbortError')))
    request.addEventListener('loadend', () => signal?.removeEventListener('abort', stop))
    signal?.addEventListener('abort', stop)
    request.send(body)
  })
}

function responseOf(request: XMLHttpRequest): Response {
  const { status, statusText } = request
  const wait = request.getResponseHeader('Retry-After')
  const headers: Record<string, string> = wait === null ? {} : { 'Retry-After': wait }
  return new Response(BODILESS.has(status) ? null : request.responseText, { status, statusText, headers })
}
