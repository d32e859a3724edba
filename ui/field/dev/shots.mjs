// Takes pictures of every screen on the paper engine and lets axe look at them: `node field/dev/shots.mjs OUT [name-filter]`.
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { createServer } from 'vite'

const [out = 'shots', only = ''] = process.argv.slice(2)
mkdirSync(out, { recursive: true })
const config = fileURLToPath(new URL('../../vite.field.config.ts', import.meta.url))
const server = await createServer({
  configFile: config,
  server: { port: 5199, strictPort: true },
  logLevel: 'error',
})
await server.listen()
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
})

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const id = '0193-01'
const click = (testid) => (page) => page.getByTestId(testid).first().click()
const screens = [
  ['unlock', 'locked', '/'],
  [
    'enrol',
    'enrol',
    '/',
    async (p) =>
      p.getByTestId('enrol-text').fill('xuncha:enrol?url=https://10.24.8.16:8443&ca=3b7e91&secret=ABCD'),
  ],
  [
    'enrol-2',
    'enrol',
    '/',
    async (p) => {
      await p.getByTestId('enrol-text').fill('xuncha:enrol?url=https://hq')
      await p.getByTestId('enrol-look').click()
    },
  ],
  ['today', 'draft', '/'],
  ['task', 'draft', '/task/task-31'],
  ['new', 'draft', '/new'],
  [
    'new-lists',
    'draft',
    '/new',
    async (p) => {
      await p.getByTestId('subject-optician').locator('..').click()
      await p.getByTestId('list-SAL').click()
      await p.getByTestId('list-why-SAL-1').click()
      await p.getByTestId('lists').scrollIntoViewIfNeeded()
    },
  ],
  ['sweep', 'sweep', '/sweep'],
  ['door', 'fresh', `/i/${id}/door`],
  [
    'door-aloud',
    'fresh',
    `/i/${id}/door`,
    async (p) => {
      await p.getByTestId('door-certificates').click()
      await p.getByTestId('door-aloud').scrollIntoViewIfNeeded()
    },
  ],
  ['door-banner', 'fresh', `/i/${id}`],
  [
    'lists',
    'draft',
    `/i/${id}`,
    async (p) => {
      await p.getByTestId('more').click()
      await p.getByTestId('lists-open').click()
      await p.getByTestId('drop-ACC').click()
    },
  ],
  [
    'newer',
    'newer',
    `/i/${id}`,
    async (p) => {
      await p.getByTestId('newer-banner').click()
      await p.getByTestId('look-COLD').click()
      await p.getByTestId('newer-item-COLD-01').scrollIntoViewIfNeeded()
    },
  ],
  [
    'newer-moved',
    'newer',
    `/i/${id}`,
    async (p) => {
      await p.getByTestId('newer-banner').click()
      await p.getByTestId('look-COLD').click()
      await p.getByTestId('move-go').click()
      await p.keyboard.press('Escape')
    },
  ],
  ['item-notes', 'fresh', `/i/${id}?at=COLD-01`, click('result-COLD-01-non_conforming')],
  ['guide', 'draft', '/guide'],
  ['guide-sheet', 'draft', `/i/${id}/item/COLD-02`, click('guide-open')],
  ['referrals', 'serious', `/i/${id}/conclusion`],
  ['inspection', 'draft', `/i/${id}`],
  ['inspection-off', 'draft', `/i/${id}?at=COLD-02`],
  ['jump', 'draft', `/i/${id}`, click('jump')],
  ['more', 'draft', `/i/${id}`, click('more')],
  [
    'law',
    'draft',
    `/i/${id}`,
    async (p) => {
      if (p.viewportSize().width < 768) await p.getByTestId('law-GSP-44').first().click()
    },
  ],
  ['item', 'draft', `/i/${id}/item/COLD-02`],
  ['picture', 'draft', `/i/${id}/picture/PIC`],
  ['conclusion-open', 'draft', `/i/${id}/conclusion`],
  ['conclusion', 'complete', `/i/${id}/conclusion`],
  ['record', 'complete', `/i/${id}/conclusion`, click('propose')],
  [
    'sign',
    'complete',
    `/i/${id}/conclusion`,
    async (p) => {
      await p.getByTestId('propose').click()
      await p.getByTestId('to-signatures').click()
    },
  ],
  [
    'pad',
    'complete',
    `/i/${id}/conclusion`,
    async (p) => {
      await p.getByTestId('propose').click()
      await p.getByTestId('to-signatures').click()
      await p.getByTestId('sign-firm').click()
    },
  ],
  ['sealed', 'sealed', `/i/${id}/sign`],
  ['day-waiting', 'waiting', '/day'],
  ['day-closed', 'closed', '/day'],
  ['day-troubled', 'troubled', '/day'],
  ['day-empty', 'fresh', '/day'],
  ['sync', 'syncing', '/sync'],
  ['sync-failed', 'failed', '/sync'],
  ['sync-forgotten', 'forgotten', '/sync'],
  ['enrol-again', 'forgotten', '/enrol-again'],
  ['sync-away', 'away', '/sync'],
  ['sync-calm', 'calm', '/sync'],
  ['sync-held', 'held', '/sync'],
  ['sync-agreed', 'agreed', '/sync'],
  ['settings', 'draft', '/settings'],
  ['storage', 'draft', '/settings', async (p) => p.getByTestId('storage-days-7').scrollIntoViewIfNeeded()],
  [
    'storage-went',
    'draft',
    '/settings',
    async (p) => {
      await p.getByTestId('storage-go').click()
      await p.getByTestId('storage-went').scrollIntoViewIfNeeded()
    },
  ],
  ['storage-lost', 'cleared', '/settings', async (p) => p.getByTestId('storage-go').scrollIntoViewIfNeeded()],
  ['item-away', 'cleared', `/i/${id}/item/COLD-02`],
  ['picture-lost', 'cleared', `/i/${id}/picture/PIC`],
  [
    'picture-away',
    'cleared',
    `/i/${id}/picture/PIC`,
    async (p) =>
      p
        .getByRole('button', { name: '下一个' })
        .or(p.getByRole('button', { name: 'Next' }))
        .click(),
  ],
]
const looks = [
  ['phone', 412, 915, 'zh-CN', 'light', 100],
  ['phone-dark-en', 412, 915, 'en', 'dark', 100],
  ['phone-sun', 412, 915, 'zh-CN', 'sun', 100],
  ['phone-200', 412, 915, 'zh-CN', 'light', 200],
  ['tablet', 1024, 768, 'zh-CN', 'light', 100],
  ['tablet-dark-en', 1024, 768, 'en', 'dark', 100],
]

for (const [look, width, height, lang, theme, text] of looks) {
  const context = await browser.newContext({
    viewport: { width, height },
    hasTouch: true,
    timezoneId: 'Asia/Shanghai',
  })
  for (const [name, scene, path, act] of screens) {
    if (only && !`${look}/${name}`.includes(only)) continue
    const page = await context.newPage()
    page.on('pageerror', (e) => console.error(`${look}/${name}: ${e.message}`))
    page.on(
      'console',
      (m) => ['error', 'warning'].includes(m.type()) && console.error(`${look}/${name}: ${m.text()}`),
    )
    try {
      const address = `http://localhost:5199/dev/index.html?scene=${scene}&lang=${lang}&theme=${theme}&text=${text}#${path}`
      if (path.endsWith('PIC')) {
        await page.goto(address.replace('/picture/PIC', '/item/COLD-02'))
        await page.locator('[data-screen="item"] [data-testid^="evidence-"]').first().click()
      } else await page.goto(address)
      await page.locator('[data-screen][data-busy="false"]').last().waitFor()
      if (act) await act(page)
      await page.waitForTimeout(450)
      await page.addScriptTag({ path: axe })
      const heard = await page.evaluate(() => window.axe.run({ resultTypes: ['violations'] }))
      for (const v of heard.violations.filter((x) => ['serious', 'critical'].includes(x.impact))) {
        console.error(
          `${look}/${name}: axe ${v.id}: ${v.nodes
            .map((n) => n.target.join(' '))
            .slice(0, 3)
            .join(' | ')}`,
        )
      }
      await page.screenshot({ path: `${out}/${look}-${name}.png` })
    } catch (error) {
      console.error(`${look}/${name}: ${error.message.split('\n')[0]}`)
    }
    await page.close()
  }
  await context.close()
}
await browser.close()
await server.close()
