import react from '@vitejs/plugin-react'
import { defineConfig, loadEnv } from 'vite'

/** The server puts a fresh one in place of it into every index.html it sends. */
const NONCE = '__NONCE__'
/** The server that the pages under development talk to. */
const DEFAULT_SERVER = 'http://localhost:8080'

export default defineConfig(({ mode }) => {
  const server = loadEnv(mode, '..', 'JADEGATE_')['JADEGATE_SERVER'] ?? DEFAULT_SERVER
  return {
    base: '/console/',
    plugins: [react()],
    html: { cspNonce: NONCE },
    build: {
      target: 'es2022',
      // data: is not among the sources that the page's policy allows for fonts and scripts.
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      // scripts/console-weight.mjs reads there what a page loads.
      manifest: true,
      rolldownOptions: {
        output: {
          codeSplitting: {
            groups: [
              // What every page needs, in one file that stays the same from release to release.
              { name: 'ground', test: /node_modules[\\/](react|react-dom|scheduler|react-router|@tanstack)[\\/]/ },
              // What the sign-in needs of ours, in one file instead of a dozen.
              {
                name: 'base',
                test: /console[\\/]src[\\/](api[\\/](change|client|fault|key|me|read|session)|words[\\/][\w-]+|shell[\\/]brand|parts[\\/](page-head|states|password-field|fault-text))[.]tsx?$/,
              },
            ],
          },
        },
      },
    },
    server: { port: 5173, proxy: { '/api': server } },
  }
})
