import { fileURLToPath } from 'node:url'

/** Static files only: the hub serves `out/` on its own port, so there is no server code here. */
const config = {
  output: 'export',
  trailingSlash: true,
  reactStrictMode: true,
  poweredByHeader: false,
  images: { unoptimized: true },
  turbopack: { root: fileURLToPath(new URL('..', import.meta.url)) },
}

export default config
