// Every code HQ's API answers, in words. One table, so that a code without words shows itself: problems.test.ts reads the
// codes out of HQ's source. `{name}` stands for a parameter of the problem.
import type { Locale } from '@shared/i18n'
import type { Problem } from '../api/problem'

/** [zh-CN, en] */
type Words = readonly [string, string]

export const problemWords: Readonly<Record<string, Words>> = {
  // the page's own
  'hq.unreachable': ['连不上总部，请检查网络后再试', 'HQ cannot be reached. Check the network and try again'],
  'http.unexpected': [
    '总部的回答看不懂（HTTP {status}），请稍后再试',
    'HQ answered in a way this page does not understand (HTTP {status}). Try again later',
  ],
  'page.fault': ['页面出错：{detail}', 'The page failed: {detail}'],

  // who asks
  'sign_in.wrong': ['账号或密码不对', 'Account or password is wrong'],
  'session.unknown': ['登录已失效，请重新登录', 'Your session has ended. Sign in again'],
  'request.too_many': [
    '试得太频繁，请等 {seconds} 秒再试',
    'Too many attempts. Wait {seconds} seconds and try again',
  ],
  'role.refused': ['您的角色不能这样做', 'Your role does not allow this'],
  'unit.other': ['这属于别的单位，您不能处理', 'This belongs to another unit'],
  'csrf.header': [
    '请求不是从本页面发出的，已拒绝',
    'The request did not come from this page and was refused',
  ],
  'csrf.origin': ['请求来自别的网站，已拒绝', 'The request came from another site and was refused'],
  'password.wrong': ['当前密码不对', 'The present password is wrong'],
  'password.short': [
    '密码太短，至少 {least} 个字符',
    'The password is too short: at least {least} characters',
  ],
  'password.cost': [
    '总部无法保存这个密码，请联系管理员',
    'HQ could not store this password. Tell an administrator',
  ],

  // what is asked for
  'inspection.unknown': [
    '没有这次检查，或者您看不到它',
    'There is no such inspection, or you may not see it',
  ],
  'record.none': ['还没有笔录', 'There is no record yet'],
  'record.not_here': [
    '笔录还没有到达总部，手机同步之后再看',
    'The record has not reached HQ yet. Look again after the phone has synchronised',
  ],
  'task.unknown': ['没有这个任务，或者您看不到它', 'There is no such task, or you may not see it'],
  'task.withdrawn': ['任务已经撤回', 'The task has already been withdrawn'],
  'task.too_large': ['任务太大，请缩短说明', 'The task is too large. Shorten the note'],
  'task.assignee_unit': [
    '只能指派给承办单位的检查人员',
    'Only officers of the unit that carries the task can be chosen',
  ],
  'firm.unknown': ['没有这家企业，或者您看不到它', 'There is no such firm, or you may not see it'],
  'firm.already_suspended': [
    '这家企业已经登记为责令停业',
    'An order to stop is already on record for this firm',
  ],
  'firm.not_suspended': ['这家企业没有停业，不需要恢复', 'No order to stop holds for this firm'],
  'reopening.no_inspection': [
    '不能恢复：还没有停业之后开始的恢复经营核查',
    'Not yet: no re-opening inspection began after the order',
  ],
  'reopening.not_sealed': [
    '不能恢复：恢复经营核查还没有签字封存',
    'Not yet: the re-opening inspection is not sealed',
  ],
  'reopening.not_passed': [
    '不能恢复：最近一次恢复经营核查没有通过，须重新核查',
    'Not yet: the newest re-opening inspection did not pass. It must be made again',
  ],
  'reopening.no_commitment': [
    '不能恢复：法定代表人的合规承诺（REOP-03）还没有记为“符合”',
    "Not yet: the legal representative's commitment (REOP-03) is not recorded as conforming",
  ],
  'reopening.no_proof': [
    '不能恢复：REOP-03 没有附合规承诺书的照片或者文件',
    'Not yet: no photo or file of the commitment is attached to REOP-03',
  ],
  'reopening.not_here': [
    '不能恢复：合规承诺书的原件还在手机上，同步之后再办',
    "Not yet: the commitment's original is still on the phone. Synchronise it first",
  ],
  'firm.id': ['企业档案的编号与地址不一致', "The id in the firm's record differs from the address"],
  'unit.unknown': ['没有这个单位', 'There is no such unit'],
  'user.unknown': ['没有这个账号', 'There is no such account'],
  'user.disabled': ['这个账号已停用', 'This account is disabled'],
  'user.self': ['不能停用自己的账号', 'You cannot disable your own account'],
  'name.taken': ['这个名称已经有了，换一个', 'This name is taken. Choose another'],
  'device.unknown': ['没有这台手机，或者您看不到它', 'There is no such phone, or you may not see it'],
  'device.revoked': ['这台手机已经吊销', 'This phone has been revoked'],
  'invite.unknown': ['没有这个邀请', 'There is no such invitation'],
  'invite.used': ['这个邀请已经使用过', 'This invitation has been used'],
  'invite.expired': ['这个邀请已经过期', 'This invitation has expired'],
  'invite.qr': ['二维码生成失败，请用手工输入', 'The QR code could not be made. Type the codes instead'],
  'list.unknown': ['没有这份清单', 'There is no such checklist'],
  'rule.unknown': ['没有这个判定规则', 'There is no such rule'],
  'form.unknown': [
    '没有笔录格式，请管理员检查清单目录',
    'There is no record form. An administrator should check the checklists',
  ],
  'library.faulty': ['清单有错（共 {faults} 处）：{first}', 'The checklists have {faults} faults: {first}'],
  'blob.unknown': ['原件不在这里，或者您看不到它', 'The original is not here, or you may not see it'],
  'blob.missing': ['原件尚未到达总部', 'The original has not reached HQ yet'],
  'blob.damaged': [
    '总部磁盘上的这份原件已损坏，不予显示；已记为丢失，会向原手机再要一次',
    "This original is damaged on HQ's disk and is not shown. It is noted as lost, and its phone is asked for it again",
  ],
  'pack.damaged': [
    '总部磁盘上的这份清单或法规已损坏，请管理员运行 xuncha-hq check',
    "This list or law is damaged on HQ's disk. An administrator must run xuncha-hq check",
  ],
  'quota.entries': [
    '一台手机一天内上报的记录超过了 {limit} 条的上限',
    'One phone brought more than the {limit} entries it may within a day',
  ],
  'quota.bytes': [
    '一台手机一天内上传的照片和文件超过了 {limit} 字节的上限',
    'One phone brought more than the {limit} bytes it may within a day',
  ],
  'range.outside': ['要的范围超出文件', 'The range asked for lies outside the file'],
  'entry.limits': ['内容超出一条记录的限度', 'This exceeds what one entry can hold'],
  'query.invalid': [
    '筛选条件看不懂，请清除后再试',
    'A filter could not be read. Clear the filters and try again',
  ],

  // how it is asked
  'body.field': ['“{field}”不合要求', '"{field}" is not acceptable'],
  'body.shape': ['请求的内容不对：{problem}', 'The request has the wrong shape: {problem}'],
  'body.json': ['请求的内容读不懂：{problem}', 'The request could not be read: {problem}'],
  'body.media_type': ['请求的格式不对', 'The request has the wrong media type'],
  'body.too_large': ['内容太大，最多 {limit} 字节', 'Too large: at most {limit} bytes'],
  'body.cut': ['连接中断，请再试一次', 'The connection was cut. Try again'],
  'request.slow': ['网络太慢，请求没有送完，请再试一次', 'The network was too slow to finish. Try again'],
  'route.unknown': [
    '总部没有这个功能，页面和总部的版本可能不同',
    'HQ does not know this. Page and HQ may differ in version',
  ],
  'method.unknown': [
    '总部没有这个功能，页面和总部的版本可能不同',
    'HQ does not know this. Page and HQ may differ in version',
  ],

  // how HQ is
  'hq.busy': ['总部正忙，请稍后再试', 'HQ is busy. Try again shortly'],
  'hq.database': ['总部的数据库没有回答，请稍后再试', "HQ's database did not answer. Try again later"],
  'hq.damaged': [
    '总部存的数据有一处与写入时不同，不予显示。请管理员运行 xuncha-hq check 查看是哪一处',
    'Something HQ holds is not what was written, and is not shown. An administrator must run xuncha-hq check to see what',
  ],
  'hq.json': ['总部无法写出回答，请联系管理员', 'HQ could not write its answer. Tell an administrator'],
  'hq.randomness': ['总部暂时不能生成密钥，请稍后再试', 'HQ cannot make keys right now. Try again later'],
  'hq.panic': ['总部出错，已记入日志，请联系管理员', 'HQ failed and logged it. Tell an administrator'],
  'feed.moved': ['总部正在写另一条记录，请再试一次', 'HQ was writing another entry. Try again'],
  'disk.full': [
    '总部磁盘将满，暂时不收照片和文件。请管理员腾出空间，之后会自动继续',
    "HQ's disk is nearly full and takes no photos or files. An administrator must free space; then all goes on by itself",
  ],
  'disk.permission': [
    '总部不能写它的数据目录，请管理员检查权限',
    'HQ may not write its folder. An administrator must check permissions',
  ],
  'disk.error': ['总部磁盘出错，请管理员检查', "HQ's disk failed. An administrator must check it"],
}

/** The words for a problem; a code nobody put into words shows itself. */
export function problemText(problem: Problem, locale: Locale): string {
  const english = locale === 'en'
  const words = problemWords[problem.code]
  if (!words) return english ? `Something went wrong (${problem.code})` : `出了问题（${problem.code}）`
  return words[english ? 1 : 0].replace(/\{(\w+)\}/g, (_, name: string) => problem.params[name] ?? '…')
}
