// From "whom do I inspect" to the first item: lists that are proposed, switched, explained; the steps at the door; sweeps.
import { afterEach, describe, expect, it } from 'vitest'
import { scenes } from '../dev/scenes'
import { asked, deviations, inWalk } from '../firm/asked'
import { subjectOf } from '../firm/subject'
import { guideFor, guideIn } from '../guide/parts'
import { useInspection } from '../state/inspection'
import { raise, settle, type Stage } from './stage'

let stage: Stage | undefined
afterEach(() => {
  stage?.close()
  stage = undefined
})
const list = (code: string, applicable: number, same: Record<string, number> = {}) => ({
  title: { code, title: { 'zh-Hans': code }, version: '1', items: applicable, source: null },
  proposed: true,
  applicable,
  same: Object.entries(same).map(([other, items]) => ({ list: other, items })),
})

describe('what will be asked', () => {
  it('counts an item of two chosen lists once, and of a list that is not chosen not at all', () => {
    const lists = [list('LIC', 17), list('PRD', 12), list('STER', 8, { LIC: 1, PRD: 1 })]
    expect(asked(lists, ['LIC', 'PRD', 'STER'])).toBe(35)
    expect(asked(lists, ['LIC', 'STER'])).toBe(24)
    expect(asked(lists, ['STER'])).toBe(8)
  })

  it('goes through lists as one walks, and through those of a bureau last', () => {
    const mixed = [list('ADR', 1), list('HAUS', 1), list('USE', 1), list('LIC', 1)]
    expect(inWalk(mixed).map((l) => l.title.code)).toEqual(['LIC', 'USE', 'ADR', 'HAUS'])
  })

  it('adds before it drops: an inspection is never without a list', () => {
    expect(deviations(['LIC'], ['NET'])).toEqual([
      { list: 'NET', added: true },
      { list: 'LIC', added: false },
    ])
  })

  it('takes 三甲 for 二级以上 too, and no rank of a shop', () => {
    const described = { modes: ['retail', 'online'], flags: ['level_3a', 'lens'] }
    expect(subjectOf({ ...described, kind: 'hospital' }).flags).toEqual(['level_3a', 'lens', 'level_2'])
    expect(subjectOf({ ...described, kind: 'retail' })).toEqual({
      kind: 'retail',
      modes: ['online'],
      flags: ['lens'],
    })
  })
})

describe('an inspection nobody ordered', () => {
  it('proposes lists by form, flags and kind, and says what is asked only once', async () => {
    stage = await raise('/new')
    expect(stage.at('asked').text()).toBe('共问 75 项')
    await stage.at('subject-optician').trigger('change')
    await settle()
    expect(stage.at('list-LENS').text()).toContain('另 1 项由 PRD 提问，不重复')
    expect(stage.at('asked').text()).toBe('共问 87 项')
    await stage.at('flag-cold_chain').trigger('change')
    await settle()
    expect(stage.at('list-COLD').attributes('aria-checked')).toBe('true')
  })

  it('asks for focus domains of a special inspection and of no other', async () => {
    stage = await raise('/new')
    expect(stage.all('[data-testid^="focus-"]')).toHaveLength(0)
    await stage.at('kind-special').trigger('change')
    await stage.at('focus-F10').trigger('change')
    await settle()
    expect(stage.asked('propose').at(-1)).toMatchObject({ kind: 'special', focus: ['F10'] })
    await stage.at('kind-routine').trigger('change')
    await settle()
    expect(stage.asked('propose').at(-1)).toMatchObject({ kind: 'routine', focus: [] })
  })

  it('keeps the focus domains with the inspection, so that its lists are proposed by them later too', async () => {
    stage = await raise('/new')
    await stage.type('new-name', '南岭仁心器械店')
    await stage.at('kind-special').trigger('change')
    await stage.at('focus-F10').trigger('change')
    await settle()
    await stage.submit('start')
    expect(stage.asked('start')[0]).toMatchObject({ kind: 'special', focus: ['F10'] })
    const [id] = [...stage.engine.inspections.keys()].slice(-1)
    expect(stage.engine.of(id ?? '').focus).toEqual(['F10'])
  })

  it('starts with what was proposed, and tells each deviation with its reason', async () => {
    stage = await raise('/new')
    await stage.type('new-name', '南岭仁心器械店')
    await stage.at('mode-unannounced').trigger('change')
    await stage.tap('list-SAL')
    expect(stage.at('start').attributes('disabled')).toBeDefined()
    await stage.tap('list-why-SAL-1')
    await stage.tap('list-NET')
    await stage.type('list-why-NET', '门头有网店二维码')
    await stage.submit('start')
    expect(stage.asked('start')[0]).toMatchObject({
      lists: ['LIC', 'SUP', 'PRD', 'ACC', 'STO', 'SAL'],
      modes: ['unannounced'],
      firm: { name: '南岭仁心器械店', subject: { kind: 'wholesale' } },
    })
    expect(stage.asked('change_list')).toMatchObject([
      { list: 'NET', added: true, reason: '门头有网店二维码' },
      { list: 'SAL', added: false, reason: '本次检查不涉及' },
    ])
    expect(stage.all('[data-screen="door"]')).toHaveLength(1)
  })

  it('keeps what was switched by hand while the rest of the form still changes', async () => {
    stage = await raise('/new')
    await stage.tap('list-SAL')
    await stage.tap('list-UDI')
    await stage.at('flag-cold_chain').trigger('change')
    await settle()
    const on = (code: string): string | undefined => stage?.at(`list-${code}`).attributes('aria-checked')
    expect([on('COLD'), on('SAL'), on('UDI')]).toEqual(['true', 'false', 'true'])
  })

  it('begins once, and goes on where it stopped when a list could not be changed', async () => {
    stage = await raise('/new')
    await stage.type('new-name', '南岭仁心器械店')
    await stage.tap('list-SAL')
    await stage.tap('list-why-SAL-0')
    stage.engine.fail('change_list', 'disk.full')
    await stage.submit('start')
    expect(stage.all('[data-failure="disk.full"]')).toHaveLength(1)
    await stage.submit('start')
    expect(stage.asked('start')).toHaveLength(1)
    expect(stage.asked('change_list')).toHaveLength(2)
    expect(stage.all('[data-screen="door"]')).toHaveLength(1)
  })
})

describe('a task', () => {
  it('is begun with HQ’s own lists, and a list that is left out has a reason', async () => {
    stage = await raise('/task/task-31')
    await stage.tap('list-ACC')
    await stage.tap('list-why-ACC-2')
    await stage.tap('start')
    expect(stage.asked('start')[0]).toMatchObject({ task: 'task-31', lists: [] })
    expect(stage.asked('change_list')).toMatchObject([{ list: 'ACC', added: false }])
  })

  it('can be begun even when nothing can be proposed', async () => {
    stage = await raise('/task/task-31', (e) => {
      e.fail('propose', 'rule.not_here')
    })
    await stage.tap('start')
    expect(stage.asked('start')).toHaveLength(1)
  })
})

describe('at the door', () => {
  const fresh = 'i-test'

  it('writes each step into the record at one tap, and opens the inspection when all are done', async () => {
    stage = await raise(`/i/${fresh}/door`)
    expect(stage.at('door-aloud').text()).toContain('南岭区市场监督管理局')
    expect(stage.at('door-go').attributes('disabled')).toBeDefined()
    await stage.type('field-site_manager.name', '王丽华')
    await stage.tap('door-certificates')
    await stage.tap('door-rights')
    await stage.tap('door-recusal')
    const written = stage.asked('field').map((f) => [f['field'], f['value']] as [string, string])
    const told = new Map(written)
    expect(told.get('notice.certificates_shown')).toContain(
      '向现场负责人王丽华出示执法证件（张伟 粤A20230117、李娜',
    )
    expect(told.get('notice.rights_told')).toContain('申请执法人员回避')
    expect(told.get('notice.recusal_answer')).toBe('“不申请回避。”')
    await stage.tap('door-go')
    expect(stage.all('[data-screen="inspection"]')).toHaveLength(1)
    expect(stage.all('[data-testid="door-banner"]')).toHaveLength(0)
  })

  it('offers people of earlier inspections as the second officer', async () => {
    stage = await raise(`/i/${fresh}/door`, (e) => {
      e.start('0193-09')
      e.of(fresh).officers.splice(1)
    })
    await stage.tap('colleague-李娜')
    expect(stage.asked('officers')[0]).toMatchObject({
      officers: [{ name: '张伟' }, { name: '李娜', certificate: '粤A20230242' }],
    })
    expect(stage.at('door-step-officers').attributes('data-done')).toBe('true')
  })

  it('can be put off, stays in sight as a banner, and keeps nobody from answering', async () => {
    stage = await raise(`/i/${fresh}/door`)
    await stage.tap('door-later')
    expect(stage.at('door-banner').text()).toContain('出示证件、告知权利义务、回避答复')
    await stage.tap('result-COLD-01-conforms')
    expect(stage.asked('answer')).toHaveLength(1)
    await stage.tap('door-banner')
    expect(stage.all('[data-screen="door"]')).toHaveLength(1)
  })

  it('takes the answer about recusal in the person’s own words', async () => {
    stage = await raise(`/i/${fresh}/door`)
    await stage.type('door-recusal-words', '“申请李娜回避，她是我表妹。”')
    expect(stage.asked('field')[0]).toMatchObject({
      field: 'notice.recusal_answer',
      value: '“申请李娜回避，她是我表妹。”',
    })
  })
})

describe('a sweep', () => {
  const before = (e: Stage['engine']): void => {
    const shop = e.start('0193-08', null, ['ACC', 'SUP'])
    Object.assign(shop, { modes: ['sweep'], kind: 'special' })
    shop.firm = { ...shop.firm, id: null, subject: { kind: 'optician', modes: [], flags: ['lens'] } }
    shop.officers = [...e.of('i-test').officers]
  }

  it('asks the next shop as the last one: form, lists, kind and companion, and only the name is new', async () => {
    stage = await raise('/sweep?after=0193-08', before)
    await stage.type('sweep-name', '明亮眼镜（学府路店）')
    await stage.submit('start')
    expect(stage.asked('start')[0]).toMatchObject({
      kind: 'special',
      modes: ['sweep'],
      firm: { id: null, name: '明亮眼镜（学府路店）', subject: { kind: 'optician', flags: ['lens'] } },
      officers: [{ name: '李娜' }],
    })
    const dropped = stage.asked('change_list').filter((c) => c['added'] === false)
    expect(dropped.map((c) => c['list'])).toEqual(['LIC', 'PRD', 'STO', 'SAL', 'LENS'])
    expect(dropped[0]?.['reason']).toBe('本次拉网排查统一使用的清单')
  })

  it('begins with what is proposed when there was none before', async () => {
    stage = await raise('/sweep')
    expect(stage.at('asked').text()).toBe('共问 87 项')
    await stage.type('sweep-name', '明亮眼镜')
    await stage.submit('start')
    expect(stage.asked('change_list')).toHaveLength(0)
  })
})

describe('the lists of a running inspection', () => {
  it('change with a reason, and never without one', async () => {
    stage = await raise('/i/i-test')
    await stage.tap('more')
    await stage.tap('lists-open')
    await stage.tap('drop-ACC')
    expect(stage.at('change-go').attributes('disabled')).toBeDefined()
    await stage.tap('change-why-0')
    await stage.submit('change-go')
    expect(stage.asked('change_list')).toMatchObject([
      { list: 'ACC', added: false, reason: '单位没有这类业务' },
    ])
    expect(stage.all('[data-testid="drop-ACC"]')).toHaveLength(0)
    expect(stage.all('[data-testid^="section-ACC"]')).toHaveLength(0)
  })
})

describe('a newer version of a list', () => {
  const there = (e: Stage['engine']): void => {
    const view = e.of('i-test')
    const [acc] = view.lists.filter((l) => l.title.code === 'ACC')
    if (!acc) throw new Error('ACC')
    acc.newer = '2027.1'
    const [first, second] = acc.sections.flatMap((s) => s.items)
    for (const item of [first, second])
      item?.state.answers.push({ outcome: 'conforms', reason: null, correction: null, by: e.stamp() })
    e.newer.set('ACC', {
      title: { ...acc.title, version: '2027.1' },
      sha256: 'f'.repeat(64),
      from: acc.title.version,
      unchanged: 10,
      framed: false,
      items: [
        {
          item: first?.item.code ?? '',
          before: first?.item.text ?? null,
          after: { 'zh-Hans': '逐批核对随货同行单' },
          fields: ['evidence'],
          spoken: true,
          again: true,
        },
        {
          item: second?.item.code ?? '',
          before: second?.item.text ?? null,
          after: null,
          fields: [],
          spoken: true,
          again: false,
        },
      ],
    })
  }

  it('is moved to only after its difference was shown, and everything that was said stays in sight', async () => {
    stage = await raise('/i/i-test', there)
    await stage.tap('newer-banner')
    expect(stage.asked('newer_list')).toHaveLength(0)
    await stage.tap('look-ACC')
    expect(stage.at('newer-item-ACC-03').text()).toContain('逐批核对随货同行单')
    expect(stage.at('newer-item-ACC-03').text()).toContain('取证要求')
    await stage.tap('move-go')
    expect(stage.all('[data-testid="newer-ACC"]')).toHaveLength(0)
    expect(stage.asked('move_list')).toMatchObject([{ list: 'ACC', to: 'f'.repeat(64) }])
    expect(stage.all('[data-testid="newer-banner"]')).toHaveLength(0)
    expect(stage.at('left-ACC-04').text()).toContain('符合')
    await stage.tap('section-ACC/receiving')
    expect(stage.at('item-ACC-03').text()).toContain('请看过现在的文字')
  })
})

describe('an item', () => {
  it('says what else it answers, that it is about the regulator, and what it rests on without an article', async () => {
    stage = await raise('/i/i-test', (e) => {
      const view = e.item(e.of('i-test'), 'COLD-01')
      view.covers = ['STER-01', 'STH-02']
      Object.assign(view.item, {
        regulator: true,
        basis: [],
        grounds: { 'zh-Hans': '年度监管计划（集采专项）' },
      })
    })
    const card = stage.at('item-COLD-01').text()
    expect(card).toContain('同时回答 STER-01、STH-02')
    expect(card).toContain('不计入单位的不符合率')
    expect(card).toContain('年度监管计划（集采专项）')
  })

  it('that is serious and does not conform suggests a case, with the places, and opens none', async () => {
    stage = await raise('/i/i-test', (e) => {
      e.item(e.of('i-test'), 'COLD-01').item.severity = 'serious'
    })
    expect(stage.all('[data-testid="referral-COLD-01"]')).toHaveLength(0)
    await stage.tap('result-COLD-01-non_conforming')
    expect(stage.at('referral-COLD-01').text()).toContain('考虑立案')
    expect(stage.at('referral-COLD-01').text()).toContain('T739§88（三）')
    expect(stage.at('referral-COLD-01').text()).toContain('这是建议，不是结论')
    await stage.tap('result-COLD-02-non_conforming')
    expect(stage.all('[data-testid="referral-COLD-02"]')).toHaveLength(0)
    Object.assign(stage.engine.item(stage.engine.of('i-test'), 'COLD-03').item, {
      severity: 'serious',
      regulator: true,
    })
    await useInspection().open('i-test')
    await stage.tap('result-COLD-03-non_conforming')
    expect(stage.all('[data-testid="referral-COLD-03"]')).toHaveLength(0)
  })

  it('is listed before the conclusion is drawn when it is serious', async () => {
    stage = await raise('/i/0193-01/conclusion', (e) => {
      scenes['draft']?.(e)
      const view = e.item(e.of('0193-01'), 'COLD-02')
      view.item.severity = 'serious'
      view.state.answers = [{ outcome: 'non_conforming', reason: null, correction: null, by: e.stamp() }]
    })
    expect(stage.at('referrals').text()).toContain('严重违法情形 1 项')
  })

  it('opens the guide for its own ways of looking', async () => {
    stage = await raise('/i/i-test/item/COLD-01')
    await stage.tap('guide-open')
    const methods = stage.engine.item(stage.engine.of('i-test'), 'COLD-01').item.methods
    expect(stage.all('[data-testid="guide-sheet"] section').map((s) => s.id)).toEqual(
      guideFor('zh-CN', methods).map((p) => `guide-${p.id}`),
    )
  })
})

describe('the rates', () => {
  it('name the rule they count by, and that it is not verified', async () => {
    stage = await raise('/i/i-test', (e) => {
      Object.assign(e.of('i-test').rule, { title: { 'zh-Hans': '日常监督检查' }, mark: 'M' })
    })
    expect(stage.at('rate-rule').text()).toMatch(/^日常监督检查\s+待核实/)
  })

  it('have no words of their own for failing an inspection: that is the rule’s alone', () => {
    const pages: Record<string, string> = import.meta.glob('../{words,item,seal,screens,parts}/*.{ts,vue}', {
      query: '?raw',
      import: 'default',
      eager: true,
    })
    expect(Object.keys(pages).length).toBeGreaterThan(60)
    for (const [file, text] of Object.entries(pages)) {
      expect([file, text.includes('未通过检查')]).toEqual([file, false])
    }
  })
})

describe('the guide', () => {
  it('says the same in both languages, for each of the eight ways of looking', () => {
    const shape = (locale: string): unknown =>
      guideIn(locale).map((p) => [
        p.id,
        p.method,
        p.points.length,
        p.pairs?.length,
        p.wording?.length,
        p.after?.length,
      ])
    expect(shape('en')).toEqual(shape('zh-CN'))
    const methods = ['observe', 'documents', 'interview', 'sample', 'measure', 'system', 'photo', 'scan']
    expect(guideIn('zh-CN').flatMap((p) => p.method ?? [])).toEqual(methods)
  })

  it('is reached from the settings', async () => {
    stage = await raise('/settings')
    await stage.tap('guide-open')
    expect(stage.all('[data-testid="guide-wording"]')).toHaveLength(1)
  })
})
