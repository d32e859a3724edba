import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { aliases } from './vite.shared.ts'

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: aliases },
  // problems.test.ts reads the codes out of HQ's source, beside this folder.
  server: { fs: { allow: ['..'] } },
  test: {
    environment: 'happy-dom',
    // Two cores shared with a compiler: a page of fifty rows may take seconds, and none of that is a fault.
    testTimeout: 30_000,
    // Without this a stylesheet imported `?raw` reads as empty.
    css: { include: [/tokens\.css/] },
    include: ['{field,hq,shared}/**/*.test.ts'],
    // Dates are shown in the station's own zone; tests say which one that is.
    env: { TZ: 'Asia/Shanghai' },
    server: { deps: { inline: ['element-plus', 'vant'] } },
  },
})
