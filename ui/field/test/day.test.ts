import { afterEach, describe, expect, it } from 'vitest'
import { closedDay, troubledDay, waitingDay } from '../dev/day'
import { isClosed, sentence } from '../day/sentence'
import zh from '../words/zh-CN'
import { makeI18n } from '@shared/i18n'
import en from '../words/en'
import { raise, settle, type Stage } from './stage'

let stage: Stage | undefined
afterEach(() => {
  stage?.close()
  stage = undefined
})

const { t } = makeI18n({ 'zh-CN': zh, en }, 'zh-CN').global
const say = (key: string, named: Record<string, unknown>, plural = 1): string => t(key, named, plural)

describe('the close of the day', () => {
  it('says first what is only on this phone, and names every file of it with its firm', async () => {
    stage = await raise('/day', (e) => (e.day = waitingDay()))
    expect(stage.at('day-says').text()).toBe('还有 7 张照片、2 个文件、18 条记录只在这台手机上。')
    expect(stage.all('[data-testid="day-file"]')).toHaveLength(6)
    await stage.tap('day-all')
    const rows = stage.all('[data-testid="day-file"]').map((row) => row.textContent ?? '')
    expect(rows).toHaveLength(9)
    expect(rows[0]).toContain('总部曾收到')
    expect(rows[1]).toContain('IMG_2041.jpg')
    expect(rows[1]).toContain('康源医疗器械 · COLD-02')
    expect(rows[8]).toContain('签名图')
    expect(stage.all('[data-testid="day-done"]')).toHaveLength(0)
  })

  it('claims 总部已收 only for a firm of which HQ has everything', async () => {
    stage = await raise('/day', (e) => (e.day = waitingDay()))
    const safety = (n: number): string | null | undefined =>
      stage
        ?.at(`day-0193-0${String(n)}`)
        .element.querySelector('[data-safety]')
        ?.getAttribute('data-safety')
    expect([safety(1), safety(2), safety(3)]).toEqual(['here', 'at_hq', 'here'])
    expect(stage.at('day-0193-01').text()).toContain('总部 12')
  })

  it('has one button that syncs and has HQ look for every original, and counts down while it runs', async () => {
    stage = await raise('/day', (e) => (e.day = waitingDay()))
    await stage.tap('day-go')
    expect(stage.asked('close_day')).toHaveLength(1)
    expect(stage.all('[data-testid="day-running"]')).toHaveLength(1)
    const before = stage.asked('day').length
    stage.engine.day = closedDay()
    stage.engine.sync = { ...stage.engine.sync, phase: 'done' }
    stage.engine.happen({ event: 'sync', sync: stage.engine.sync })
    await settle()
    // The stage hears only changes; the page asks again when the run has ended.
    const { useSync } = await import('../state/sync')
    useSync().hear(stage.engine.sync)
    await settle()
    expect(stage.asked('day').length).toBeGreaterThan(before)
    expect(stage.at('day-says').text()).toBe('今天 3 家、41 张照片、1 个文件、6 个签名：总部已收。')
  })

  it('is closed only under HQ’s word over everything', async () => {
    stage = await raise('/day', (e) => (e.day = closedDay()))
    expect(stage.at('day-word').attributes('data-closed')).toBe('true')
    expect(stage.at('day-word').text()).toContain('5be1 907c')
    expect(stage.all('[data-testid="day-done"]')).toHaveLength(1)
    const day = closedDay()
    expect(isClosed(day)).toBe(true)
    expect(isClosed({ ...day, since: 1 })).toBe(false)
    expect(isClosed({ ...day, agreed: null })).toBe(false)
    expect(isClosed({ ...day, refused: [{ code: 'hq.forked', params: {} }] })).toBe(false)
    expect(isClosed(troubledDay())).toBe(false)
    expect(isClosed({ ...day, only_here: { ...day.only_here, entries: 1 } })).toBe(false)
  })

  it('shows what HQ keeps apart with its reason, and what neither side has', async () => {
    stage = await raise('/day', (e) => (e.day = troubledDay()))
    expect(stage.at('day-apart').text()).toContain('第 1561 条：超出格式限制')
    expect(stage.at('day-missing').text()).toContain('原图也不在本机')
  })

  it('is one tap from today and helps where there is nothing yet', async () => {
    stage = await raise('/')
    await stage.tap('day-open')
    expect(stage.all('[data-screen="day"]')).toHaveLength(1)
    expect(stage.page.text()).toContain('今天还没有检查')
    expect(stage.page.text()).toContain('还没有。核对之后')
    expect(sentence(stage.engine.day, say)).toBe('今天没有检查，本机内容总部已全部收到。')
  })

  it('shows what went wrong with a way to try again', async () => {
    stage = await raise('/day', (e) => e.fail('day', 'feed.damaged', 2))
    expect(stage.all('[data-failure="feed.damaged"]')).toHaveLength(1)
    await stage.tap('again')
    expect(stage.all('[data-testid="day-word"]')).toHaveLength(1)
  })
})
