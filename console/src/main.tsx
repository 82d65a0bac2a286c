import { createRoot } from 'react-dom/client'
import './style/mantine.css'
import './style/page.css'
import { App } from './app.tsx'
import { nonce } from './style/nonce.ts'

declare global {
  /** Where the library that locks scrolling behind a dialog looks for the nonce of its style tag. */
  var __webpack_nonce__: string | undefined
}

globalThis.__webpack_nonce__ = nonce()

const root = document.getElementById('root')
if (root === null) throw new Error('The page has no place for the console.')
createRoot(root).render(<App />)
