import { afterEach, describe, expect, it } from 'vitest'
import { recount } from '../dev/count'
import { other } from '../dev/data'
import { inspectionId, raise, settle, type Stage } from './stage'

let stage: Stage
afterEach(() => {
  stage.close()
})
const open = (prepare?: (engine: Stage['engine']) => void): Promise<Stage> =>
  raise(`/i/${inspectionId}`, prepare)
const stateOf = (code: string, outcome: string): string | undefined =>
  stage.at(`result-${code}-${outcome}`).attributes('data-state')

describe('answering an item', () => {
  it('repaints the tapped button at once, marked as saving, and says 已存本机 only when the engine has it', async () => {
    stage = await open()
    const release = stage.engine.hold()
    await stage.at('result-COLD-01-conforms').trigger('click')
    expect(stateOf('COLD-01', 'conforms')).toBe('saving')
    expect(stage.at('item-COLD-01').text()).toContain('正在保存')
    expect(stage.at('item-COLD-01').text()).not.toContain('已存本机')
    release()
    await settle()
    expect(stateOf('COLD-01', 'conforms')).toBe('here')
    expect(stage.at('item-COLD-01').text()).toContain('已存本机')
  })

  it('goes back to what stood before when the engine refuses, and says why', async () => {
    stage = await open()
    await stage.tap('result-COLD-01-conforms')
    stage.engine.fail('answer', 'disk.full')
    await stage.tap('result-COLD-01-non_conforming')
    expect(stateOf('COLD-01', 'non_conforming')).toBeUndefined()
    expect(stateOf('COLD-01', 'conforms')).toBe('here')
    expect(stage.at('item-COLD-01').text()).toContain('手机空间已满')
  })

  it('names its own answer that is still under way, so that a quick second tap is no conflict', async () => {
    stage = await open()
    const release = stage.engine.hold()
    await stage.at('result-COLD-01-conforms').trigger('click')
    await stage.at('result-COLD-01-non_conforming').trigger('click')
    expect(stateOf('COLD-01', 'non_conforming')).toBe('saving')
    release()
    await settle()
    const [first, second] = stage.asked('answer')
    expect(first?.['seen']).toEqual([])
    expect(second?.['seen']).toHaveLength(1)
    expect(stage.all('[data-testid="conflict-COLD-01"]')).toHaveLength(0)
    expect(stateOf('COLD-01', 'non_conforming')).toBe('here')
  })

  it('unfolds what does not conform, and a tapped phrase goes into the note and leaves it again', async () => {
    stage = await open()
    expect(stage.all('[data-testid="finding-COLD-02-0"]')).toHaveLength(0)
    await stage.tap('result-COLD-02-non_conforming')
    const phrase = stage.at('finding-COLD-02-0').text()
    await stage.tap('finding-COLD-02-0')
    expect((stage.at('note-COLD-02').element as HTMLTextAreaElement).value).toBe(phrase)
    expect(stage.asked('note')[0]).toMatchObject({ item: 'COLD-02', text: phrase, seen: [] })
    expect(stage.at('finding-COLD-02-0').attributes('aria-pressed')).toBe('true')
    await stage.tap('finding-COLD-02-0')
    expect(stage.asked('note')[1]).toMatchObject({ text: '' })
    expect(stage.asked('note')[1]?.['seen']).toHaveLength(1)
  })

  it('keeps typed words when the note cannot be saved, and offers to try again', async () => {
    stage = await open()
    await stage.tap('result-COLD-02-non_conforming')
    stage.engine.fail('note', 'disk.io')
    await stage.type('note-COLD-02', '2 号冷库门口测点离线')
    expect((stage.at('note-COLD-02').element as HTMLTextAreaElement).value).toBe('2 号冷库门口测点离线')
    expect(stage.at('item-COLD-02').text()).toContain('读写存储出错')
    await stage.tap('again')
    expect(stage.asked('note')).toHaveLength(2)
    expect(stage.at('item-COLD-02').text()).not.toContain('读写存储出错')
  })

  it('asks for the reason of 合理缺项 in place and sends it over the answer it completes', async () => {
    stage = await open()
    await stage.tap('result-COLD-03-not_applicable')
    await stage.type('reason-COLD-03', '企业不经营需冷冻贮存的产品')
    const [, second] = stage.asked('answer')
    expect(second).toMatchObject({ outcome: 'not_applicable', reason: '企业不经营需冷冻贮存的产品' })
    expect(second?.['seen']).toHaveLength(1)
  })

  it('takes an answer back instead of asking beforehand', async () => {
    stage = await open()
    await stage.tap('result-COLD-01-conforms')
    await stage.tap('result-COLD-01-non_conforming')
    await stage.tap('undo')
    expect(stateOf('COLD-01', 'conforms')).toBe('here')
    expect(stage.all('[data-testid="undo"]')).toHaveLength(0)
  })

  it('answers by keys 1 to 4 on the card that has the focus', async () => {
    stage = await open()
    await stage.at('item-COLD-01').trigger('keydown', { key: '2' })
    await settle()
    expect(stateOf('COLD-01', 'non_conforming')).toBe('here')
    await stage.at('note-COLD-01').trigger('keydown', { key: '1' })
    await settle()
    expect(stateOf('COLD-01', 'non_conforming')).toBe('here')
  })
})

describe('a conflict', () => {
  const quarrel = (engine: Stage['engine']): void => {
    const view = engine.of(inspectionId)
    for (const [outcome, actor] of [
      ['conforms', 'zhang.wei'],
      ['non_conforming', other.user ?? ''],
    ] as const) {
      engine
        .item(view, 'COLD-01')
        .state.answers.push({ outcome, reason: null, correction: null, by: engine.stamp(actor) })
    }
    recount(view)
  }

  it('shows both answers with who gave them, and a tap on one settles it by naming both', async () => {
    stage = await open(quarrel)
    const both = stage.at('conflict-COLD-01').text()
    expect(both).toContain('张伟')
    expect(both).toContain('李娜')
    const entries = stage.engine
      .item(stage.engine.of(inspectionId), 'COLD-01')
      .state.answers.map((a) => a.by.entry)
    await stage.tap('settle-COLD-01-1')
    expect(stage.asked('answer')[0]).toMatchObject({ outcome: 'non_conforming', seen: entries })
    expect(stage.all('[data-testid="conflict-COLD-01"]')).toHaveLength(0)
    expect(stateOf('COLD-01', 'non_conforming')).toBe('here')
  })

  it('paints neither answer as chosen while both stand', async () => {
    stage = await open(quarrel)
    expect(stateOf('COLD-01', 'conforms')).toBeUndefined()
    expect(stateOf('COLD-01', 'non_conforming')).toBeUndefined()
  })
})

describe('after the seal', () => {
  it('asks for the reason before it corrects anything', async () => {
    stage = await open((engine) => {
      engine.of(inspectionId).row.stage = 'sealed'
      recount(engine.of(inspectionId))
    })
    await stage.tap('result-COLD-01-conforms')
    expect(stage.asked('answer')).toHaveLength(0)
    await stage.type('correction-why', '复核监测数据后更正')
    await stage.submit('correction-go')
    expect(stage.asked('answer')[0]).toMatchObject({ outcome: 'conforms', correction: '复核监测数据后更正' })
  })
})

describe('walking through', () => {
  it('counts the rates as answers come in and marks a rate over its bound', async () => {
    stage = await open()
    expect(stage.at('rate-key').text()).toContain('0/7')
    await stage.tap('result-COLD-01-non_conforming')
    expect(stage.at('rate-key').text()).toContain('1/7')
    expect(stage.at('rate-key').text()).toContain('14.3 %')
    expect(stage.at('rate-key').classes()).toContain('over')
    expect(stage.at('rate-general').classes()).not.toContain('over')
  })

  it('shows only what a filter asks for, and a card answered meanwhile stays until one moves on', async () => {
    stage = await open()
    const cards = (): number => stage.all('[data-screen="inspection"] article').length
    expect(cards()).toBe(5)
    await stage.tap('filter-off')
    expect(cards()).toBe(0)
    await stage.tap('filter-off')
    await stage.tap('result-COLD-01-non_conforming')
    await stage.tap('filter-off')
    expect(cards()).toBe(1)
  })

  it('goes with 下一项 to the next unfinished item, across sections', async () => {
    stage = await open()
    await stage.tap('section-COLD/proof')
    await stage.tap('jump')
    await stage.tap('jump-COLD-08')
    expect(stage.all('[data-testid="item-COLD-08"]')).toHaveLength(1)
    await stage.tap('next')
    expect(stage.all('[data-testid="item-SUP-01"]')).toHaveLength(1)
  })

  it('takes in what a colleague changed, without being asked', async () => {
    stage = await open()
    const view = stage.engine.of(inspectionId)
    stage.engine.item(view, 'COLD-09').state.answers.push({
      outcome: 'conforms',
      reason: null,
      correction: null,
      by: stage.engine.stamp(other.user ?? ''),
    })
    recount(view)
    const delta = {
      inspection: inspectionId,
      items: [stage.engine.item(view, 'COLD-09').state],
      general_evidence: null,
      fields: [],
      officers: null,
      reload: false,
      progress: view.progress,
      seal: null,
    }
    stage.engine.happen({ event: 'changed', delta })
    await settle()
    expect(stateOf('COLD-09', 'conforms')).toBe('here')
  })
})
