// Builds src/ into dist/: relative addresses, so that the bundle works under any path prefix, and
// hashed names, so that everything but index.html may be cached for ever.
import { defineConfig } from 'vite';
import { mock } from './dev/mock.ts';

// GOSSET=http://127.0.0.1:8080 npx vite sends API calls to a real server instead of the mock.
const server = process.env.GOSSET;

export default defineConfig({
  base: './',
  plugins: server ? [] : [mock()],
  server: {
    port: 5174,
    proxy: server ? { '/api': server, '/ofrep': server, '/metrics': server } : undefined,
  },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      // "use client" means something to servers that render React; there is none here.
      onwarn: (warning, warn) => warning.code !== 'MODULE_LEVEL_DIRECTIVE' && warn(warning),
    },
  },
});
