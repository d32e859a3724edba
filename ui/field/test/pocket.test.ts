// Looking things up: laws, search, numbers; always with the way back to the work.
import { mount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import Marked from '../law/Marked.vue'
import { grouped } from '../law/hits'
import { pieces } from '../law/pieces'
import { inspectionId, raise, settle, type Stage } from './stage'

let stage: Stage
afterEach(() => {
  stage.close()
  vi.useRealTimers()
})
const shown = (screen: string): boolean => stage.all(`[data-screen="${screen}"]`).length > 0
const here = (): string => window.location.hash

describe('the laws', () => {
  it('stand by their standing, a replaced one with what stands in its place and since when', async () => {
    stage = await raise('/laws')
    const text = stage.page.text()
    expect(text).toContain('现行')
    expect(text).toContain('效力待核实')
    const old = stage.at('law-GSP58').text()
    expect(old).toContain('自 2024-07-01 起')
    expect(old).toContain('由《医疗器械经营质量管理规范》取代')
    expect(stage.at('law-GSP').text()).toContain('16 条')
    expect(stage.at('law-O38').text()).toContain('条原文待核实')
    expect(stage.at('law-GSP3PL').text()).toContain('仅收目录信息')
  })

  it('are found by name, number or short name', async () => {
    stage = await raise('/laws')
    await stage.type('laws-find', '第153号')
    expect(stage.all('[data-testid^="law-"]').map((e) => e.getAttribute('data-testid'))).toEqual(['law-GSP'])
    await stage.type('laws-find', '没有的')
    expect(stage.page.text()).toContain('没有这样的法规')
  })

  it('open whole, at the article asked for, and one that was not read says 待核实 and nothing else', async () => {
    stage = await raise('/laws/GSP?article=44')
    expect(stage.all('[data-testid^="article-"]')).toHaveLength(16)
    expect(stage.at('article-44').attributes('data-asked')).toBe('true')
    expect(document.activeElement?.id).toBe('article-44')
    stage.close()
    stage = await raise('/laws/O38')
    expect(stage.at('article-9').text()).toContain('原文未读到，待核实')
  })

  it('say at the top that they are replaced, and lead to the newer one', async () => {
    stage = await raise('/laws/GSP58?back=/i/i-test/item/COLD-01')
    expect(stage.at('superseded').text()).toContain('不得再作依据')
    expect(stage.at('superseded').text()).toContain('自 2024-07-01 起')
    await stage.tap('newer')
    expect(stage.all('[data-testid="superseded"]')).toHaveLength(0)
    expect(stage.at('article-1').text()).toContain('为了加强医疗器械经营质量管理')
    await stage.tap('law-back')
    expect(shown('item')).toBe(true)
  })

  it('jump to an article by number however it is typed, and say when it is not here', async () => {
    stage = await raise('/laws/GSP')
    await stage.type('law-jump', '４４条')
    await stage.submit('law-jump-go')
    expect(stage.at('article-44').attributes('data-asked')).toBe('true')
    await stage.type('law-jump', '300')
    await stage.submit('law-jump-go')
    expect(stage.page.text()).toContain('本机没有第 300 条')
    await stage.tap('law-all')
    await stage.tap('law-go-7')
    expect(stage.at('article-7').attributes('data-asked')).toBe('true')
  })

  it('go on reading from the card of an item, and back to that item', async () => {
    stage = await raise(`/i/${inspectionId}`)
    await stage.tap('law-GSP-44')
    await stage.tap('law-whole')
    expect(shown('law')).toBe(true)
    expect(stage.at('article-44').attributes('data-asked')).toBe('true')
    await stage.tap('law-back')
    expect(shown('inspection')).toBe(true)
    expect(here()).toMatch(/at=COLD-\d+/)
  })

  it('never lead out of the app by a way back that was forged', async () => {
    stage = await raise('/laws/GSP?back=//evil.example/x')
    await stage.tap('back')
    expect(shown('laws')).toBe(true)
  })
})

describe('search', () => {
  const type = async (text: string): Promise<void> => {
    await stage.at('search-text').setValue(text)
  }
  const pause = async (): Promise<void> => {
    await vi.advanceTimersByTimeAsync(200)
    await settle()
  }
  const begin = async (path: string): Promise<void> => {
    stage = await raise(path)
    vi.useFakeTimers()
  }
  const texts = (): unknown[] => stage.asked('search').map((a) => a['text'])

  it('explains two-character words and initials before anything is typed, with examples to tap', async () => {
    await begin('/search')
    expect(stage.page.text()).toContain('拼音首字母')
    expect(stage.page.text()).toContain('两个字就够')
    await stage.tap('search-try')
    await pause()
    expect(stage.all('[data-testid^="hit-"]').length).toBeGreaterThan(0)
  })

  it('asks while one types, once for a word and not for every key', async () => {
    await begin('/search')
    for (const text of ['冷', '冷库', '冷库报']) await type(text)
    await pause()
    expect(texts()).toEqual(['', '冷库报'])
  })

  it('groups what it finds and marks where it matches', async () => {
    await begin('/search')
    await type('贮存')
    await pause()
    const groups = stage.all('[data-testid^="group-"]').map((e) => e.getAttribute('data-testid'))
    expect(groups).toContain('group-laws')
    expect(groups).toContain('group-items')
    expect(stage.all('mark').map((e) => e.textContent)).toContain('贮存')
  })

  it('drops an answer to what is no longer typed', async () => {
    await begin('/search')
    const release = stage.engine.hold()
    await type('冷库')
    await vi.advanceTimersByTimeAsync(200)
    await type('没有这样的词')
    await vi.advanceTimersByTimeAsync(200)
    release()
    await settle()
    expect(stage.at('search-says').text()).toContain('没有找到“没有这样的词”')
    expect(stage.all('[data-testid^="hit-"]')).toHaveLength(0)
  })

  it('says which hits are superseded and by what', async () => {
    await begin('/search')
    await type('GSP58')
    await pause()
    expect(stage.at('hit-superseded').text()).toBe('已被 GSP 取代')
  })

  it('opens an article, and back finds the words again', async () => {
    await begin('/search')
    await type('GSP 44')
    await pause()
    await stage.tap('hit-article')
    await pause()
    expect(stage.at('article-44').attributes('data-asked')).toBe('true')
    await stage.tap('back')
    await pause()
    expect((stage.at('search-text').element as HTMLInputElement).value).toBe('GSP 44')
    expect(stage.all('[data-testid="hit-article"]').length).toBeGreaterThan(0)
  })

  it('opens an item inside the running inspection where it is asked there, else to read only', async () => {
    await begin(`/search?in=${inspectionId}`)
    await type('COLD-01')
    await pause()
    expect(stage.at('hit-item').text()).toContain('本次检查')
    await stage.tap('hit-item')
    await pause()
    expect(shown('item')).toBe(true)
    stage.close()
    vi.useRealTimers()
    await begin('/search')
    await type('COLD-01')
    await pause()
    await stage.tap('hit-item')
    await pause()
    expect(shown('list-item')).toBe(true)
    expect(stage.page.text()).toContain('只供查阅')
    expect(stage.all('[data-testid^="result-"]')).toHaveLength(0)
  })

  it('searches one kind only, and keeps that choice', async () => {
    await begin('/search?q=冷库')
    await stage.tap('search-in-laws')
    await pause()
    expect(stage.asked('search').at(-1)).toMatchObject({ text: '冷库', within: 'laws' })
    expect(stage.all('[data-testid="group-items"]')).toHaveLength(0)
  })

  it('says what went wrong and tries again', async () => {
    await begin('/search')
    stage.engine.fail('search', 'laws.not_here')
    await type('冷库')
    await pause()
    expect(stage.all('[data-failure="laws.not_here"]')).toHaveLength(1)
    await stage.tap('again')
    expect(stage.all('[data-failure]')).toHaveLength(0)
  })
})

describe('marks', () => {
  it('cut a text without losing or repeating a letter, whatever stretches they name', () => {
    const text = '冷库<b>报警</b>👍记录'
    for (const marks of [
      [],
      [{ start: 0, len: 2 }],
      [
        { start: 5, len: 2 },
        { start: 0, len: 6 },
      ],
      [{ start: 90, len: 4 }],
      [{ start: 3, len: 900 }],
    ]) {
      expect(
        pieces(text, marks)
          .map((p) => p.text)
          .join(''),
      ).toBe(text)
    }
    expect(pieces(text, [{ start: 5, len: 2 }]).find((p) => p.hit)?.text).toBe('报警')
  })

  it('show markup that stands in a text as text', () => {
    const text = '<img src=x onerror=alert(1)>冷库'
    const page = mount(Marked, { props: { text, marks: [{ start: 1, len: 3 }] } })
    expect(page.text()).toBe(text)
    expect(page.findAll('img')).toHaveLength(0)
    expect(page.get('mark').text()).toBe('img')
  })
})

describe('hits', () => {
  it('stand under their kinds, the kind of the best one first', () => {
    const hit = (target: Parameters<typeof grouped>[0][number]['target']) =>
      ({ target }) as Parameters<typeof grouped>[0][number]
    const found = grouped([
      hit({ kind: 'finding', list: 'COLD', item: 'COLD-01', finding: 0 }),
      hit({ kind: 'article', law: 'GSP', article: '44' }),
      hit({ kind: 'law', law: 'GSP' }),
    ])
    expect(found.map((g) => [g.within, g.hits.length])).toEqual([
      ['findings', 1],
      ['laws', 2],
    ])
  })
})

describe('numbers', () => {
  it('say what a pasted number is, in its parts', async () => {
    stage = await raise('/numbers')
    await stage.type('number-text', '国械注准20223140988')
    expect(stage.at('number-says').text()).toContain('医疗器械注册证编号')
    const parts = stage.at('number-parts').text()
    for (const word of ['国家药品监督管理局', '境内', '2022 年', '第 3 类', '14', '0988', 'O47 §'])
      expect(parts).toContain(word)
  })

  it('say why one does not fit and offer no parts of what does not read', async () => {
    stage = await raise('/numbers')
    await stage.type('number-text', '国药准字H20053282')
    expect(stage.at('number-says').text()).toContain('药品批准文号')
    expect(stage.all('[data-testid="number-parts"]')).toHaveLength(0)
  })

  it('are reached from today and from inside an inspection', async () => {
    stage = await raise('/')
    await stage.tap('numbers-open')
    expect(shown('numbers')).toBe(true)
    await stage.tap('number-try')
    expect(stage.at('number-parts').text()).toContain('食品药品监管时期')
    stage.close()
    stage = await raise(`/i/${inspectionId}`)
    await stage.tap('search-open')
    expect(shown('search')).toBe(true)
    await stage.tap('back')
    expect(shown('inspection')).toBe(true)
  })

  it('on the card of a firm carry a quiet check, or lead to why to compare them with the paper', async () => {
    stage = await raise('/task/task-31')
    expect(stage.all('[data-screen="task"] [data-testid="number-fits"]').length).toBeGreaterThan(1)
    const looks = stage.all('[data-screen="task"] [data-testid="number-look"]')
    expect(looks.map((e) => e.textContent.trim())).toEqual(['请核对'])
    await stage.tap('number-look')
    expect((stage.at('number-text').element as HTMLInputElement).value).toBe('91440300MA5FQ8X47D')
    expect(stage.at('number-says').text()).toContain('校验码对不上')
    await stage.tap('back')
    expect(shown('task')).toBe(true)
  })
})
