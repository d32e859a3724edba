// Opens every page of both interfaces and judges it: axe (serious and critical), errors in the page, words that only a
// program understands, a page wider than its screen. Reads what to open as JSON from standard input, writes pages and faults
// as JSON to standard output. Called by tests/src/gallery: `node e2e/axe.mjs [folder for pictures]`.
import { mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { chromium } from 'playwright-core'

const [shots] = process.argv.slice(2)
const { field, hq } = JSON.parse(await text(process.stdin))
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const walked = { pages: [], faults: [] }

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  // Chromium refuses its sandbox to root; the pages it opens here are our own.
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
})

/** A tab that notes what goes wrong in it under the page it shows. */
async function tab(options) {
  const context = await browser.newContext({
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    reducedMotion: 'reduce',
    ...options,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  page.fault = (kind, what) => walked.faults.push({ page: page.shown ?? page.url(), kind, what })
  page.on('pageerror', (error) => page.fault('error', error.stack ?? error.message))
  page.on('console', (line) => {
    // A refused request is the page's business: it has words for it, and those are looked at.
    if (line.type() === 'error' && !line.text().startsWith('Failed to load resource'))
      page.fault('error', line.text())
  })
  page.on('response', (answer) => {
    if (answer.status() >= 500) page.fault('error', `${answer.status()} ${answer.url()}`)
  })
  return page
}

/** Nothing is being fetched or asked, pictures in view are there, nothing moves. */
async function settled(page) {
  await page.waitForFunction(() => !document.querySelector('[data-busy="true"], .el-loading-mask'))
  await page.waitForFunction(() =>
    [...document.querySelectorAll('img')].every((image) => image.complete || image.loading === 'lazy'),
  )
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .every((one) => one.playState !== 'running' || one.effect.getTiming().iterations === Infinity),
  )
}

/** Judges what is shown and keeps a picture of it. */
async function look(page, name, { whole = false } = {}) {
  page.shown = name
  await settled(page)
  // Not as a script tag: the pages' own policy refuses any script that is not theirs.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe)
  const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ['violations'] }))
  for (const { id, impact, nodes } of violations.filter((v) => ['serious', 'critical'].includes(v.impact)))
    page.fault('axe', `${impact} ${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`)
  const seen = await page.evaluate(() => ({
    words: document.body.innerText,
    wider: document.documentElement.scrollWidth - window.innerWidth,
    broken: [...document.images]
      .filter((image) => image.complete && image.naturalWidth === 0)
      .map((i) => i.src),
  }))
  // A program's words: values without a name, codes and keys that were to be translated.
  const odd = seen.words.match(/\b(undefined|NaN|null|Invalid Date|\[object \w+\]|[a-z]+(_[a-z]+)+)\b/g)
  if (odd) page.fault('words', [...new Set(odd)].join(', '))
  if (seen.wider > 0) page.fault('width', `${seen.wider} px wider than the screen`)
  for (const src of seen.broken) page.fault('error', `picture does not load: ${src}`)
  walked.pages.push(name)
  if (!shots) return
  const path = join(shots, `${name}.png`)
  await mkdir(dirname(path), { recursive: true })
  await page.screenshot({ path, fullPage: whole, animations: 'disabled' })
}

const testid = (name) => `[data-testid="${name}"]`

async function phone({ width, height, colorScheme, language, theme = 'system', letters = 100 }) {
  const page = await tab({ viewport: { width, height }, hasTouch: true, colorScheme })
  const verb = async (name, args) => {
    const answer = await page.request.post(new URL('/bridge/call', field.url).href, {
      data: { verb: name, args },
    })
    if (!answer.ok()) throw new Error(`${name}: ${await answer.text()}`)
    return answer.json()
  }
  // Letters twice as large, as a person sets them in the system: everything must still be reached.
  if (letters !== 100)
    await page.addInitScript((percent) => {
      document.addEventListener(
        'DOMContentLoaded',
        () => (document.documentElement.style.fontSize = `${percent}%`),
      )
    }, letters)
  const style = [
    `${width}x${height}`,
    colorScheme === 'dark' && 'dark',
    theme === 'sun' && 'sun',
    letters !== 100 && `${letters}`,
    language === 'en' && 'en',
  ]
  const as = (name) => `field/${[name, ...style].filter(Boolean).join('-')}`
  const open = async (hash, screen) => {
    await page.evaluate((to) => (location.hash = to), hash)
    await page.locator(`[data-screen="${screen}"][data-busy="false"]`).last().waitFor()
  }
  const page_ = async (name, hash, screen = name) => {
    page.shown = as(name)
    await open(hash, screen)
    await look(page, as(name))
  }

  await verb('lock', {})
  await page.goto(field.url)
  await page.locator('[data-screen="unlock"][data-busy="false"]').waitFor()
  await look(page, as('unlock'))
  await page.locator(testid('unlock-pin')).fill(field.pin)
  await page.locator(testid('unlock-go')).click()
  await page.locator('[data-screen="today"][data-busy="false"]').waitFor()
  await verb('set_settings', { language, theme, lock_after_min: null, hq_url: null })
  await page.reload()
  await page.locator('[data-screen="today"][data-busy="false"]').waitFor()
  await look(page, as('today'))
  const { tasks } = await verb('today', { here: null })
  await page_('task', `#/task/${tasks[0].id}`)
  await page_('new', '#/new')
  await page.locator(testid('subject-optician')).locator('..').click()
  await page.locator(testid('list-LENS')).waitFor()
  await page.locator(testid('list-SAL')).click()
  await page.locator(testid('lists')).scrollIntoViewIfNeeded()
  await look(page, as('new-lists'))
  await page_('sweep', '#/sweep')
  await page_('door', `#/i/${field.draft}/door`)
  await page.locator(testid('door-aloud')).scrollIntoViewIfNeeded()
  await look(page, as('door-rights'))
  await page_('guide', '#/guide')
  await page_('hospital', `#/i/${field.hospital}`, 'inspection')
  await page_('optician', `#/i/${field.optician}`, 'inspection')
  await page_('inspection', `#/i/${field.draft}`)
  await page.locator(testid('more')).click()
  await page.locator(testid('lists-open')).click()
  await page.locator('[data-testid^="add-"]').first().waitFor()
  await look(page, as('lists'))
  await page.locator(testid('sheet-close')).last().click()
  await page_('item', `#/i/${field.sealed}/item/${field.item}`)
  // On a tablet the law lies open beside the item; a tap would close it.
  const law = page.locator(testid('law')).first()
  if (!(await law.isVisible()))
    await page.locator('[data-screen="item"] [data-testid^="law-"]').first().click()
  await law.scrollIntoViewIfNeeded()
  await look(page, as('law'))
  await page_('laws', '#/laws')
  await page_('law-text', '#/laws/GSP?article=44', 'law')
  const { instrument: old } = (await verb('laws', {})).find(({ instrument }) => instrument.replaced_by)
  await page_('law-superseded', `#/laws/${old.code}`, 'law')
  await page_('search-how', `#/search?in=${field.draft}`, 'search')
  await page.locator(testid('search-text')).fill('冷库')
  await page.locator('[data-testid^="hit-"]').first().waitFor()
  await look(page, as('search'))
  await page_('list-item', '#/lists/LENS/LENS-01')
  await page_('numbers', '#/numbers')
  await page.locator(testid('number-text')).fill('国械注准2022314O988')
  await page.locator(testid('number-parts')).waitFor()
  await look(page, as('number'))
  await page_('table', `#/i/${field.proposed}/item/${field.table}`, 'item')
  await page.locator(testid(`row-open-${field.table}-1`)).click()
  await page.locator(testid(`row-${field.table}-1`)).scrollIntoViewIfNeeded()
  await look(page, as('table-row'))
  const view = await verb('inspection', { inspection: field.sealed })
  const items = view.lists.flatMap((list) => list.sections.flatMap((section) => section.items))
  const pictured = items.find(({ item }) => item.code === field.item).state.evidence[0].id
  await page_('picture', `#/i/${field.sealed}/picture/${pictured}`)
  await page_('conclusion-open', `#/i/${field.draft}/conclusion`, 'conclusion')
  await page_('conclusion', `#/i/${field.proposed}/conclusion`)
  await page_('record', `#/i/${field.proposed}/record`)
  await page_('sign', `#/i/${field.proposed}/sign`)
  await page.locator(testid('sign-firm')).first().click()
  await page.locator(testid('pad')).waitFor()
  await look(page, as('pad'))
  await page.goto('about:blank')
  await page.goto(field.url)
  await page.locator('[data-screen="today"][data-busy="false"]').waitFor()
  await page_('sealed', `#/i/${field.sealed}/sign`)
  await page_('day', '#/day')
  await page.locator(testid('day-word')).scrollIntoViewIfNeeded()
  await look(page, as('day-word'))
  await page_('sync', '#/sync')
  await page_('settings', '#/settings')
  await page.context().close()
}

async function dashboard({ width, height, colorScheme }) {
  const page = await tab({ viewport: { width, height }, colorScheme })
  const as = (name) => `hq/${name}-${width}x${height}${colorScheme === 'dark' ? '-dark' : ''}`
  const page_ = async (name, path, options) => {
    page.shown = as(name)
    await page.goto(new URL(path, hq.url).href)
    await page.locator('h1').first().waitFor()
    await page.waitForLoadState('networkidle')
    await look(page, as(name), options)
  }
  await page_('sign-in', '/sign-in')
  await page.locator('#user').fill(hq.user)
  await page.locator('#password').fill(hq.password)
  await page.locator('button[type=submit]').click()
  await page.waitForURL('**/inspections')
  await page_('inspections', '/inspections')
  const here = `/inspections/${hq.inspection}`
  await page_('inspection', here)
  for (const name of ['evidence', 'timeline', 'record', 'firm']) await page_(name, `${here}/${name}`)
  await page_('print', `${here}/print`)
  await page_('day', '/day')
  await page_('firms', '/firms')
  const { rows: firms } = await (await page.request.get(new URL('/api/firms?limit=1', hq.url).href)).json()
  await page_('firm-page', `/firms/${firms[0].firm}`)
  await page_('tasks', '/tasks')
  await page_('task-new', '/tasks/new')
  await page_('devices', '/devices')
  await page_('people', '/people')
  await page_('account', '/account')
  await page_('not-found', '/nowhere')
  await page.context().close()
}

try {
  for (const colorScheme of ['light', 'dark']) await dashboard({ width: 1440, height: 900, colorScheme })
  const tall = { width: 412, height: 915 }
  const wide = { width: 1024, height: 768 }
  for (const size of [tall, wide])
    for (const colorScheme of ['light', 'dark']) await phone({ ...size, colorScheme, language: 'zh-CN' })
  await phone({ ...tall, colorScheme: 'light', language: 'en' })
  await phone({ ...tall, colorScheme: 'light', language: 'zh-CN', theme: 'sun' })
  await phone({ ...tall, colorScheme: 'light', language: 'zh-CN', letters: 200 })
} catch (error) {
  console.error(`after ${walked.pages.at(-1)}: ${error.stack}`)
  process.exitCode = 1
} finally {
  await browser.close()
}
process.stdout.write(JSON.stringify(walked))
