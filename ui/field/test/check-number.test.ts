import type { Reason } from '@bindings/field'
import { makeI18n } from '@shared/i18n'
import { mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { PaperEngine } from '../dev/engine'
import { standOn } from '../host'
import NumberField from '../parts/NumberField.vue'
import { holesOf, rust } from './rust'
import en from '../words/en'
import { dateFaults, reasons, reasonWords, retentionNotes } from '../words/numbers'
import zh from '../words/zh-CN'
import { settle } from './stage'

describe('the words for numbers', () => {
  it('say every reason the engine can give, and no other', () => {
    const codes = rust('core/src/identifiers/reason.rs', /rename = "(identifier\.[a-z_]+)"/g)
    expect(codes.length).toBeGreaterThan(30)
    expect(Object.keys(reasons).sort()).toEqual(codes.sort())
  })

  it('say every fault of a date and every note on retention', () => {
    const faults = rust('core/src/identifiers/day.rs', /=> "(date\.[a-z_]+)"/g)
    expect(Object.keys(dateFaults).sort()).toEqual(faults.sort())
    const notes = rust('core/src/identifiers/retention.rs', /rename = "(retention\.[a-z_]+)"/g)
    expect(Object.keys(retentionNotes).sort()).toEqual(notes.sort())
  })

  it('are there in both languages with the same values', () => {
    for (const [code, said] of Object.entries({ ...reasons, ...dateFaults, ...retentionNotes })) {
      expect([code, /[\u4e00-\u9fff]/.test(said.zh), /[a-z]{2}/.test(said.en)]).toEqual([code, true, true])
      expect([code, holesOf(said.en)]).toEqual([code, holesOf(said.zh)])
    }
  })

  it('name every kind of number, source and origin that the engine knows', () => {
    const kinds = Object.keys(zh.number.kinds)
    const variants = rust('core/src/identifiers/number.rs', /^ {4}(\w+),$/gm).map((name) =>
      name.replace(/(?!^)[A-Z]/g, (c) => `_${c}`).toLowerCase(),
    )
    expect(variants.length).toBeGreaterThan(12)
    const said = [...kinds, ...Object.keys(zh.number.value.origins)]
    expect(variants.filter((name) => !said.includes(name))).toEqual([])
  })

  const reason = (code: Reason['code'], params: Record<string, string>): Reason => ({
    code,
    fit: 'unfit',
    params,
  })
  const say = (r: Reason, locale = 'zh-CN'): string =>
    reasonWords(r, locale, (kind) => (kind === 'credit_code' ? '信用代码' : kind))

  it('put values that are codes themselves into words', () => {
    const digit = reason('identifier.wrong_text', { at: '3', found: '甲', expected: 'digit' })
    expect(say(digit)).toBe('第 3 位是“甲”，这里应为数字。')
    const fixed = reason('identifier.wrong_text', { at: '3', found: '甲', expected: '械' })
    expect(say(fixed)).toContain('这里应为“械”')
    expect(say(reason('identifier.not_a_device', { what: 'drug' }))).toContain('药品批准文号')
    expect(say(reason('identifier.other_kind', { found: 'credit_code' }))).toContain('信用代码')
    expect(say(reason('identifier.class', { class: '1', expected: '2 3' }))).toContain('2、3')
    expect(say(reason('identifier.missing_text', { at: '2', text: '…' }))).toContain('无从推断')
  })

  it('tell a scheme that has ended from one that goes on', () => {
    const since = reason('identifier.year_unusual', { year: '2009', since: '2014' })
    expect(say(since)).toContain('2014 年以后')
    const ended = reason('identifier.year_unusual', { year: '2016', since: '2000', until: '2014' })
    expect(say(ended)).toContain('2000 至 2014 年')
    expect(say(ended, 'en')).toContain('from 2000 to 2014')
  })
})

describe('a number field', () => {
  let engine: PaperEngine
  let page: VueWrapper
  const typed = ref('')
  beforeEach(() => {
    vi.useFakeTimers()
    engine = new PaperEngine()
    standOn(engine)
    typed.value = ''
    const Sheet = defineComponent({
      setup: () => () =>
        h(NumberField, {
          label: '编号',
          testid: 'n',
          modelValue: typed.value,
          'onUpdate:modelValue': (text: string) => (typed.value = text),
        }),
    })
    page = mount(Sheet, {
      global: { plugins: [makeI18n({ 'zh-CN': zh, en }, 'zh-CN')] },
      attachTo: document.body,
    })
  })
  afterEach(() => {
    page.unmount()
    vi.useRealTimers()
  })
  const asked = (): unknown[] =>
    engine.asked.filter((a) => a.verb === 'check_number').map((a) => (a.args as { text: string }).text)
  const type = async (text: string): Promise<void> => {
    await page.get('[data-testid="n"]').setValue(text)
  }
  const pause = async (): Promise<void> => {
    vi.advanceTimersByTime(500)
    await settle()
  }
  const check = (): string => page.get('[data-testid="n-check"]').text()

  it('asks once after a pause, not at every key', async () => {
    for (const text of ['国', '国械注', '国械注准20223140988']) await type(text)
    expect(asked()).toEqual([])
    await pause()
    expect(asked()).toEqual(['国械注准20223140988'])
    expect(check()).toContain('写法相符')
    expect(check()).toContain('医疗器械注册证编号')
  })

  it('prompts to compare with the original and says why, in no red', async () => {
    await type('国械注准2022314O988')
    await pause()
    expect(check()).toContain('请与原件核对')
    expect(check()).toContain('第 12 位是“O”，可能应为“0”')
    expect(page.html()).not.toMatch(/class="[^"]*\b(bad|wrong|trouble)\b/)
    expect(check()).not.toMatch(/错误|无效|假|违/)
  })

  it('takes the nearest reading over at one tap, keeps the focus, and keeps what was typed until then', async () => {
    await type('国械注准2022314O988')
    await pause()
    expect(typed.value).toBe('国械注准2022314O988')
    await page.get('[data-testid="number-take"]').trigger('click')
    await pause()
    expect(typed.value).toBe('国械注准20223140988')
    expect(check()).toContain('写法相符')
    expect(document.activeElement).toBe(page.get('[data-testid="n"]').element)
    expect(page.find('[data-testid="number-take"]').exists()).toBe(false)
  })

  it('offers the normal form of what only is spelled otherwise', async () => {
    await type('粤深食药监械经营许20210417')
    await pause()
    expect(check()).toContain('末尾少一个“号”字')
    expect(page.get('[data-testid="number-take"]').text()).toContain('粤深食药监械经营许20210417号')
    expect(check()).toContain('规则待核实')
  })

  it('offers nothing where nothing reads', async () => {
    await type('91350100M000100Y44')
    await pause()
    expect(check()).toContain('校验码对不上')
    expect(page.find('[data-testid="number-take"]').exists()).toBe(false)
  })

  it('drops an answer to what is no longer there', async () => {
    const release = engine.hold()
    await type('国械注准2022314O988')
    await pause()
    await type('国械注准20223140988')
    release()
    await settle()
    expect(page.find('[data-testid="n-check"]').exists()).toBe(false)
    await pause()
    expect(check()).toContain('写法相符')
  })

  it('looks at once when the field is left, and says nothing of an empty one', async () => {
    await type('A2601B')
    await page.get('[data-testid="n"]').trigger('blur')
    await settle()
    expect(asked()).toEqual(['A2601B'])
    await type('')
    await pause()
    expect(asked()).toHaveLength(1)
    expect(page.find('[data-testid="n-check"]').exists()).toBe(false)
  })

  it('is no obstacle where the engine cannot be asked', async () => {
    engine.fail('check_number', 'app.broke_off')
    await type('A2601B')
    await pause()
    expect(page.text()).toContain('不影响填写')
    expect((page.get('[data-testid="n"]').element as HTMLInputElement).value).toBe('A2601B')
  })
})
