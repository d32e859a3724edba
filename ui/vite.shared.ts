// One build per entry: the phone's page is embedded in the app, HQ's in its server, and neither carries the other.
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import type { UserConfig } from 'vite'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export const aliases = {
  '@shared': here('./shared'),
  '@bindings': here('./bindings'),
}

export function entry(name: 'field' | 'hq', port: number): UserConfig {
  return {
    root: here(`./${name}`),
    base: name === 'field' ? './' : '/',
    plugins: [vue()],
    resolve: { alias: aliases },
    define: {
      __VUE_OPTIONS_API__: 'true',
      __VUE_PROD_DEVTOOLS__: 'false',
      __INTLIFY_PROD_DEVTOOLS__: 'false',
    },
    server: { port, strictPort: true },
    build: {
      outDir: here(`./dist/${name}`),
      emptyOutDir: true,
      // Android WebView of 2021 (Chrome 96) is the oldest page we promise.
      target: ['chrome96', 'safari15'],
    },
  }
}
