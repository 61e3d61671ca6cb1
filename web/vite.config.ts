import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** For `vite dev`: the server whose pages these are. The built pages are served by it themselves. */
const server = process.env['MILLWRIGHT_URL'] ?? 'http://127.0.0.1:5000';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    manifest: true,
    // The content security policy is `default-src 'self'`: nothing may become a data: URL.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/ajax-api', '/get-artifact', '/model-versions', '/health', '/version', '^/endpoints/[^/]+/.+'].map((path) => [
        path,
        { target: server },
      ]),
    ),
  },
});
