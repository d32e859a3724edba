import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { aliases } from './vite.shared.ts'

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: aliases },
  test: {
    environment: 'happy-dom',
    // Without this a stylesheet imported `?raw` reads as empty.
    css: { include: [/tokens\.css/] },
    include: ['{field,hq,shared}/**/*.test.ts'],
    // Dates are shown in the station's own zone; tests say which one that is.
    env: { TZ: 'Asia/Shanghai' },
    server: { deps: { inline: ['element-plus', 'vant'] } },
  },
})
