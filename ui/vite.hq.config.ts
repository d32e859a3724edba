import { defineConfig, mergeConfig } from 'vite'
import { apiPath, fakeHq } from './hq/dev/plugin.ts'
import { entry } from './vite.shared.ts'

// `npm run dev:hq` answers from the fake in hq/dev; XUNCHA_HQ=http://127.0.0.1:PORT asks a running HQ instead.
const hq = process.env['XUNCHA_HQ']

export default defineConfig(
  mergeConfig(entry('hq', 5174), hq ? { server: { proxy: { [apiPath]: hq } } } : { plugins: [fakeHq()] }),
)
