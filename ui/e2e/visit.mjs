// Leads Chromium through one visit: reads steps as JSON from standard input, writes what it found as JSON to standard
// output. Called by tests/src/desktop/browser.rs: `node e2e/visit.mjs <folder for pictures> <empty profile folder>`.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { chromium } from 'playwright-core'

const [shots, profile] = process.argv.slice(2)
const visit = JSON.parse(await text(process.stdin))
const found = { values: {}, shots: [] }
const patience = 30_000

const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  viewport: { width: visit.size[0], height: visit.size[1] },
  locale: 'zh-CN',
  timezoneId: 'Asia/Shanghai',
  // Chromium refuses its sandbox to root; the pages it opens here are our own.
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
})

const css = (step) => step.css ?? `[data-testid="${step.testid}"]`

const doing = {
  goto: (page, step) => page.goto(step.url, { waitUntil: 'load' }),
  fill: (page, step) => page.locator(css(step)).first().fill(step.text),
  click: (page, step) => page.locator(css(step)).first().click(),
  wait: (page, step) =>
    page
      .locator(css(step))
      .first()
      .waitFor({ state: step.state ?? 'visible' }),
  settle: (page) =>
    page.waitForFunction(
      () => document.querySelector('[data-screen]') && !document.querySelector('[data-busy="true"]'),
    ),
  // Nothing is being fetched and every picture in view is there.
  painted: async (page) => {
    await page.waitForLoadState('networkidle')
    await page.waitForFunction(() =>
      [...document.querySelectorAll('img')].every((image) => image.complete || image.loading === 'lazy'),
    )
  },
  size: (page, step) => page.setViewportSize({ width: step.width, height: step.height }),
  scheme: (page, step) => page.emulateMedia({ colorScheme: step.scheme }),
  // The value of an expression in the page; promises are awaited.
  ask: async (page, step) => {
    found.values[step.name] = await page.evaluate(step.script)
  },
  shot: async (page, step) => {
    const path = join(shots, `${step.name}.png`)
    await page.screenshot({ path, fullPage: step.full === true, animations: 'disabled' })
    found.shots.push(path)
  },
  // Serious and critical violations of WCAG 2 A and AA, each with the elements it was found at.
  axe: async (page, step) => {
    const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
    await page.evaluate(source)
    found.values[step.name] = await page.evaluate(async () => {
      const result = await window.axe.run(document, { resultTypes: ['violations'] })
      return result.violations
        .filter((violation) => ['serious', 'critical'].includes(violation.impact))
        .map(({ id, help, nodes }) => ({ id, help, at: nodes.map((node) => node.html.slice(0, 200)) }))
    })
  },
}

try {
  const page = context.pages()[0] ?? (await context.newPage())
  page.setDefaultTimeout(patience)
  const refused = []
  page.on('pageerror', (error) => refused.push(String(error)))
  await page.goto(visit.url, { waitUntil: 'load' })
  for (const [number, step] of visit.steps.entries()) {
    try {
      await doing[step.do](page, step)
    } catch (error) {
      await page.screenshot({ path: join(shots, 'failed.png') }).catch(() => undefined)
      const words = await page.evaluate(() => document.body.innerText.slice(0, 800)).catch(() => '')
      throw new Error(`step ${number} ${JSON.stringify(step)} at ${page.url()}: ${error.message}\n${words}`, {
        cause: error,
      })
    }
  }
  found.values.errors = refused
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
} finally {
  await context.close()
}
process.stdout.write(JSON.stringify(found))
