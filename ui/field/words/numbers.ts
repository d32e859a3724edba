// Why to look again at a number, in the reader's words. A prompt to compare with the paper, never a verdict.
// Every code of core/src/identifiers has its sentence here; test/numbers-words.test.ts reads the codes out of the Rust.
import type { Reason, ReasonCode } from '@bindings/field'
import { fill, type Said } from './failures'

export const reasons: Record<ReasonCode, Said> = {
  'identifier.width': {
    zh: '有全角或异体字符，已按半角读。',
    en: 'Full-width characters were read as plain ones.',
  },
  'identifier.blanks': {
    zh: '中间有空格或看不见的字符，已略去。',
    en: 'Blanks or invisible characters inside were left out.',
  },
  'identifier.lower_case': {
    zh: '有小写字母，已按大写读。',
    en: 'Small letters were read as capitals.',
  },
  'identifier.brackets': {
    zh: '括号写法不同，已按圆括号读。',
    en: 'Other brackets were read as round ones.',
  },
  'identifier.dash': { zh: '连接号写法不同，已按“-”读。', en: 'Another dash was read as a hyphen.' },
  'identifier.traditional': {
    zh: '有繁体字，已按简体读。',
    en: 'Traditional characters were read as simplified ones.',
  },
  'identifier.label': {
    zh: '冒号前的文字是名称，不属于编号，已略去。',
    en: 'The words before the colon are a label and were left out.',
  },
  'identifier.missing_hao': { zh: '末尾少一个“号”字。', en: 'The character 号 at the end is missing.' },
  'identifier.missing_text': {
    zh: '第 {at} 位前少了“{text}”。',
    en: '“{text}” is missing before character {at}.',
  },
  'identifier.unexpected_text': {
    zh: '第 {at} 位的“{found}”不属于这种编号。',
    en: '“{found}” at character {at} does not belong there.',
  },
  'identifier.confused': {
    zh: '第 {at} 位是“{found}”，可能应为“{read}”，两者容易看错。',
    en: 'Character {at} is “{found}”; it may be “{read}”, which looks alike.',
  },
  'identifier.wrong_text': {
    zh: '第 {at} 位是“{found}”，这里应为{expected}。',
    en: 'Character {at} is “{found}”; {expected} stands there.',
  },
  'identifier.length': {
    zh: '位数不符：应有 {expected} 位，现有 {found} 位。',
    en: 'Wrong length: {expected} characters expected, {found} found.',
  },
  'identifier.alphabet': {
    zh: '第 {at} 位的“{found}”不会出现在这里。',
    en: '“{found}” cannot stand at character {at}.',
  },
  'identifier.check_digit': {
    zh: '校验码对不上：按前面各位应为“{expected}”，现为“{found}”。前面也可能有一位抄错。',
    en: 'The check character does not fit: “{expected}” follows from the others, “{found}” stands there. One of the others may be miscopied.',
  },
  'identifier.organisation_check': {
    zh: '其中的主体标识码（第 9 至 17 位）自身校验不符：应为“{expected}”，现为“{found}”。',
    en: 'The organisation code inside (characters 9 to 17) does not fit its own check: “{expected}” expected, “{found}” found.',
  },
  'identifier.region': {
    zh: '没有以“{region}”开头的行政区划。',
    en: 'No administrative division begins with {region}.',
  },
  'identifier.authority': {
    zh: '首位“{found}”不是常见的登记管理部门代码。',
    en: 'The first character “{found}” is no known registration authority.',
  },
  'identifier.year': { zh: '年份“{year}”不可能。', en: '“{year}” cannot be the year.' },
  'identifier.year_unusual': {
    zh: '年份 {year} 少见：这种编号用于{span}。',
    en: 'The year {year} is unusual: such numbers were given out {span}.',
  },
  'identifier.year_future': {
    zh: '年份 {year} 在检查日（{today}）之后。',
    en: 'The year {year} lies after the day of the inspection ({today}).',
  },
  'identifier.class': {
    zh: '管理类别“{class}”与发证部门不符，该部门核发的是第 {expected} 类。',
    en: 'Class {class} does not fit the issuer, which registers class {expected}.',
  },
  'identifier.class_differs': {
    zh: '编号表明是第 {class} 类，与所填的第 {expected} 类不同。',
    en: 'The number says class {class}; the goods were given as class {expected}.',
  },
  'identifier.origin': {
    zh: '“{found}”字编号只由国家局核发。',
    en: 'Numbers with “{found}” come from the national authority only.',
  },
  'identifier.category': {
    zh: '“{category}”不是现行分类目录的编码。',
    en: '“{category}” is no category of the catalogue in force.',
  },
  'identifier.city_missing': {
    zh: '这种编号由设区的市核发，“{province}”之后通常有市的简称。',
    en: 'A city issues these: its short name usually follows “{province}”.',
  },
  'identifier.city_unexpected': {
    zh: '这种编号由省局核发，通常没有“{city}”字。',
    en: 'The province issues these: “{city}” is usually not there.',
  },
  'identifier.old_scheme': {
    zh: '2014 年 10 月以前的编号（{year} 年），证早已到期；有效期内生产的产品可能仍在。请核对生产日期。',
    en: 'A number of before October 2014 ({year}), long expired; goods made while it ran may still be there. Compare the day of manufacture.',
  },
  'identifier.other_kind': {
    zh: '读起来是另一种编号：{found}。',
    en: 'It reads as another kind of number: {found}.',
  },
  'identifier.not_a_device': {
    zh: '这像是{what}，不是医疗器械的编号。',
    en: 'This looks like {what}, not like a number of a medical device.',
  },
  'identifier.too_many_repairs': {
    zh: '要改 {found} 处才读得通，多于 {most} 处不再猜测。',
    en: 'It takes {found} changes to read; beyond {most} nothing is guessed.',
  },
  'identifier.unknown_form': {
    zh: '与已知的各种编号都不像。',
    en: 'Like none of the known forms.',
  },
  'identifier.too_long': {
    zh: '文字太长，不像一个编号（最多 {most} 个字符）。',
    en: 'More text than a number has (at most {most} characters).',
  },
  'identifier.empty': { zh: '还没有填写。', en: 'Nothing is written yet.' },
}

/** Why a text on a label is no date. */
export const dateFaults: Record<string, Said> = {
  'date.unreadable': {
    zh: '看不出是日期，请写成 2026-03-05 或 2026-03。',
    en: 'Not a date: write 2026-03-05 or 2026-03.',
  },
  'date.impossible': { zh: '没有这一天，请核对。', en: 'There is no such day: look again.' },
  'date.ambiguous': {
    zh: '可以读成两个日期，请把年份写全。',
    en: 'It reads as two dates: write the year in full.',
  },
}

/** What to say beside a retention period. */
export const retentionNotes: Record<string, Said> = {
  'retention.as_sales': {
    zh: '法规只要求妥善保存，未定年限；此处参照销售记录的期限。',
    en: 'The law says “keep properly” without a period; that of sales records is proposed.',
  },
  'retention.as_batch': {
    zh: '随同一批次的进货、销售或运输记录保存。',
    en: 'Kept with the receiving, sales or transport records of its batch.',
  },
  'retention.later_of_two': {
    zh: '法规以“或者”并列两个期限，这里取较晚的一个。',
    en: 'The law joins two ends with “or”; the later one is taken.',
  },
  'retention.in_use': {
    zh: '仍在使用，使用终止之日未定。',
    en: 'Still in use: the end of use is open.',
  },
  'retention.platform': {
    zh: '产品有效期届满与交易完成后三年，取较晚的一个。',
    en: 'The later of the goods’ period and three years from the completed trade.',
  },
  'retention.case_records': { zh: '按病历管理规定保存。', en: 'By the rules for case records.' },
  'retention.archives': { zh: '按档案管理规定保存。', en: 'By the rules for archives.' },
  'retention.production_rules': {
    zh: '按生产质量管理规范保存；一般自放行起不少于二年，且不短于产品寿命。',
    en: 'By the production rules: usually two years from release and never less than the product’s life.',
  },
}

/** Values of a reason that are codes themselves. */
const things: Record<string, Said> = {
  drug: { zh: '药品批准文号', en: 'a drug approval' },
  disinfectant: { zh: '消毒产品的编号', en: 'a number of a disinfectant' },
  cosmetic: { zh: '化妆品的编号', en: 'a number of a cosmetic' },
  health_food: { zh: '保健食品批准文号', en: 'a health food approval' },
  special_food: { zh: '特殊食品的编号', en: 'a number of a special food' },
  advertisement: { zh: '广告批准文号', en: 'an advertisement approval' },
  medical_institution: { zh: '医疗机构登记号', en: 'the register number of a medical institution' },
}
const gap: Said = {
  zh: '第 {at} 位前少了字，无从推断，请看原件。',
  en: 'Something is missing before character {at} and cannot be guessed: see the paper.',
}
const places: Record<string, Said> = {
  digit: { zh: '数字', en: 'a digit' },
  province: { zh: '省、自治区、直辖市的简称', en: 'the short name of a province' },
}

/** A reason in words. `kindWords` names a kind of number (the screens have it in their tables). */
export function reasonWords(reason: Reason, locale: string, kindWords: (kind: string) => string): string {
  const lang = locale === 'en' ? 'en' : 'zh'
  const values: Record<string, string> = { ...reason.params }
  const expected = values['expected'] ?? ''
  if (reason.code === 'identifier.wrong_text') {
    values['expected'] = places[expected]?.[lang] ?? `“${expected}”`
  }
  // What varies from number to number cannot be supplied.
  if (reason.code === 'identifier.missing_text' && values['text'] === '…') {
    return fill(gap[lang], values)
  }
  if (reason.code === 'identifier.class') {
    values['expected'] = expected.split(' ').join(lang === 'zh' ? '、' : ' or ')
  }
  if (reason.code === 'identifier.not_a_device') {
    const what = values['what'] ?? ''
    values['what'] = things[what]?.[lang] ?? what
  }
  if (reason.code === 'identifier.other_kind') values['found'] = kindWords(values['found'] ?? '')
  if (reason.code === 'identifier.year_unusual') {
    const { since = '', until } = values
    values['span'] =
      lang === 'zh'
        ? until
          ? `${since} 至 ${until} 年`
          : `${since} 年以后`
        : until
          ? `from ${since} to ${until}`
          : `from ${since} on`
  }
  const said = (reasons as Partial<Record<string, Said>>)[reason.code]
  // A later engine may know more reasons than these pages: the reading still stands, and the prompt with it.
  return said ? fill(said[lang], values) : reason.code
}
