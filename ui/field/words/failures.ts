// Every failure of the engine in words: what happened, and what to do. `{x}` stands for a parameter of the failure.
import type { Failure } from '@bindings/field'

export interface Said {
  zh: string
  en: string
}

export const failures: Record<string, Said> = {
  'pin.wrong': { zh: 'PIN 码或口令不对。请再试一次。', en: 'Wrong PIN or passphrase. Please try again.' },
  'pin.wait': {
    zh: '连续输错，需要等待。重启手机不会缩短等待时间。',
    en: 'Too many wrong tries: please wait. Restarting the phone does not shorten it.',
  },
  'pin.too_short': {
    zh: '太短了。请按规则设置得更长一些。',
    en: 'Too short. Please make it longer, as the rule says.',
  },
  'user.unknown': {
    zh: '这台手机上没有这个人。请从列表中选择。',
    en: 'This person is not on this phone. Choose one of the list.',
  },
  'user.exists': {
    zh: '这个人已经登记在这台手机上，请直接解锁。',
    en: 'This person is already on this phone: just unlock.',
  },
  'app.locked': { zh: '已锁定。请先解锁。', en: 'Locked. Please unlock first.' },
  'app.already_enrolled': { zh: '这台手机已经登记过了。', en: 'This phone is already enrolled.' },
  'key_file.missing': {
    zh: '找不到密钥文件，无法打开本机内容。请不要卸载应用，联系总部恢复。',
    en: 'The key file is missing and nothing can be opened. Do not uninstall the app; ask HQ to recover it.',
  },
  'key_file.damaged': {
    zh: '密钥文件已损坏，无法打开本机内容。请不要卸载应用，联系总部恢复。',
    en: 'The key file is damaged and nothing can be opened. Do not uninstall the app; ask HQ to recover it.',
  },
  'key_file.exists': {
    zh: '这台手机上已有密钥文件，不能再次登记。',
    en: 'There already is a key file on this phone: it cannot be enrolled again.',
  },
  'key_store.missing': {
    zh: '系统的硬件密钥不可用，无法解锁。请重启手机后再试。',
    en: 'The system’s hardware key is not available. Restart the phone and try again.',
  },
  'enrol.bad_text': {
    zh: '看不懂这段邀请。请完整粘贴，或改为逐项输入。',
    en: 'This invitation cannot be read. Paste all of it, or type it part by part.',
  },
  'invitation.bad': {
    zh: '看不懂这段邀请。请完整粘贴，或改为逐项输入。',
    en: 'This invitation cannot be read. Paste all of it, or type it part by part.',
  },
  'invitation.unknown': {
    zh: '总部不认识这个邀请。请检查一次性密码，或重新索取。',
    en: 'HQ does not know this invitation. Check the secret, or ask for a new one.',
  },
  'invitation.expired': {
    zh: '邀请已过期。请向总部重新索取。',
    en: 'The invitation has expired. Ask HQ for a new one.',
  },
  'invitation.used': {
    zh: '邀请已被使用过。请向总部重新索取。',
    en: 'The invitation has already been used. Ask HQ for a new one.',
  },
  'device.revoked': {
    zh: '总部已停用这台手机。本机内容仍完整保存，请联系总部管理员。',
    en: 'HQ has revoked this phone. Everything on it is intact; call your administrator.',
  },
  'device.unknown': {
    zh: '总部不认识这台手机。请联系总部管理员。',
    en: 'HQ does not know this phone. Call your administrator.',
  },
  'hq.unreachable': {
    zh: '联系不上总部。请检查网络；内容都在本机，联网后会继续。',
    en: 'HQ cannot be reached. Check the network; everything stays here and goes on once connected.',
  },
  'hq.wrong_ca': {
    zh: '对方不是登记时的总部，已停止连接。请不要继续，联系总部管理员。',
    en: 'This is not the HQ of the enrolment: the connection was stopped. Do not go on; call your administrator.',
  },
  'hq.busy': { zh: '总部正忙，稍后会自动再试。', en: 'HQ is busy. It is tried again by itself.' },
  'hq.error': { zh: '总部出错，稍后会自动再试。', en: 'HQ had an error. It is tried again by itself.' },
  'hq.behind': {
    zh: '总部的数据比它给过的回执旧（可能由备份恢复）。本机会重新发送，请告知总部管理员。',
    en: 'HQ is behind its own receipts, perhaps restored from a backup. This phone sends again; tell your administrator.',
  },
  'hq.bad_receipt': {
    zh: '总部的回执验签不通过，不予采信。请联系总部管理员。',
    en: 'A receipt of HQ does not verify and is not believed. Call your administrator.',
  },
  'app.too_old': {
    zh: '应用版本太旧，总部不再接收。请更新应用；本机内容不受影响。',
    en: 'This version is too old for HQ. Update the app; nothing on the phone is touched.',
  },
  'session.expired': {
    zh: '与总部的会话已过期，会自动重新连接。',
    en: 'The session with HQ has expired; it connects again by itself.',
  },
  'sync.running': { zh: '已经在同步了。', en: 'A sync is already under way.' },
  'disk.full': {
    zh: '手机空间已满，刚才的内容没有保存。请清理空间后再试。',
    en: 'The phone is full and the last input was not saved. Free some space and try again.',
  },
  'disk.io': {
    zh: '读写存储出错，刚才的内容没有保存。请重启应用；若再出现，请停用这台手机。',
    en: 'Storage failed and the last input was not saved. Restart the app; if it happens again, stop using this phone.',
  },
  'disk.fsync_failed': {
    zh: '手机没有确认写入，刚才的内容可能没有保存。请重启应用核对。',
    en: 'The phone did not confirm the write: the last input may be lost. Restart the app and check.',
  },
  'disk.in_use': {
    zh: '数据正被另一个窗口使用。请关闭另一个窗口。',
    en: 'The data is in use by another window. Close the other one.',
  },
  'memory.full': {
    zh: '内存不足。请关闭其他应用后再试。',
    en: 'Out of memory. Close other apps and try again.',
  },
  'feed.damaged': {
    zh: '记录文件有损坏。请不要继续检查，立即同步并报告总部。',
    en: 'A record file is damaged. Do not go on; sync now and tell HQ.',
  },
  'feed.forked': {
    zh: '记录链出现分叉（可能由旧备份恢复）。请联系总部，重新登记后继续。',
    en: 'The feed has forked, perhaps by an old backup. Call HQ and enrol anew to go on.',
  },
  'feed.rolled_back': {
    zh: '本机数据比总部收到过的旧（可能由旧备份恢复）。请联系总部，重新登记后继续。',
    en: 'This phone is behind what HQ received, perhaps by an old backup. Call HQ and enrol anew to go on.',
  },
  'feed.not_next': {
    zh: '记录顺序不对，没有保存。请重启应用。',
    en: 'The entry is out of order and was not saved. Restart the app.',
  },
  'feed.record_too_long': {
    zh: '内容太长，没有保存。请分成几段。',
    en: 'Too long, not saved. Split it into parts.',
  },
  'entry.too_large': {
    zh: '内容太长，没有保存。请分成几段。',
    en: 'Too long, not saved. Split it into parts.',
  },
  'photo.too_large': {
    zh: '图片超过 100 MB，没有收下。请降低分辨率重拍。',
    en: 'The picture is over 100 MB and was not taken. Use a lower resolution.',
  },
  'file.empty': {
    zh: '文件是空的（0 字节），没有收下。请重拍或重新导出。',
    en: 'The file is empty (0 bytes) and was not taken. Take or export it again.',
  },
  'file.too_large': { zh: '文件太大，没有收下。', en: 'The file is too large and was not taken.' },
  'file.unreadable': { zh: '读不出这个文件，没有收下。', en: 'The file cannot be read and was not taken.' },
  'file.gone': { zh: '文件已不在原处。请重新选择。', en: 'The file is no longer there. Choose it again.' },
  'blob.unknown': { zh: '本机没有这份原件。', en: 'This original is not on this phone.' },
  'blob.damaged': {
    zh: '原件已损坏，与登记时的哈希不一致。',
    en: 'The original is damaged and differs from its recorded hash.',
  },
  'upload.unknown': {
    zh: '这次添加已中断。请重新选择文件。',
    en: 'This upload was cut off. Choose the file again.',
  },
  'upload.wrong_offset': {
    zh: '分段顺序不对，这次添加已中断。请重新选择文件。',
    en: 'The slices are out of order. Choose the file again.',
  },
  'upload.too_long': {
    zh: '文件比申报的长，没有收下。请重新选择。',
    en: 'The file is longer than announced and was not taken. Choose it again.',
  },
  'upload.incomplete': {
    zh: '文件没有传完，没有收下。请重新选择。',
    en: 'The file is not complete and was not taken. Choose it again.',
  },
  'number.unreadable': {
    zh: '看不懂这个读数。请只写数字，例如 4.2。',
    en: 'This reading cannot be understood. Write just the number, e.g. 4.2.',
  },
  'number.no_unit': {
    zh: '没有单位。请写明单位，例如 ℃。',
    en: 'There is no unit. Please give one, e.g. ℃.',
  },
  'number.other_unit': {
    zh: '读数里的单位与所选单位不同。请改成一致。',
    en: 'The unit in the reading differs from the one chosen. Make them the same.',
  },
  'task.unknown': {
    zh: '这项任务已不存在，可能被总部撤回。',
    en: 'This task is gone; HQ may have withdrawn it.',
  },
  'task.withdrawn': { zh: '总部已撤回这项任务。', en: 'HQ has withdrawn this task.' },
  'inspection.unknown': { zh: '本机没有这次检查。', en: 'This inspection is not on this phone.' },
  'inspection.sealed': {
    zh: '检查已封存。请以更正的方式修改，并写明理由。',
    en: 'The inspection is sealed. Make a correction and say why.',
  },
  'inspection.abandoned': {
    zh: '这次检查已放弃，不能再修改。',
    en: 'This inspection was given up and cannot be changed.',
  },
  'item.unknown': {
    zh: '清单里没有这一项，可能是更新版本的清单。请同步。',
    en: 'This item is not in the list; it may belong to a newer one. Please sync.',
  },
  'list.unknown': { zh: '本机没有这份清单。请先同步。', en: 'This list is not on this phone. Sync first.' },
  'list.invalid': {
    zh: '清单有错误，不能使用。请报告总部。',
    en: 'The list has an error and cannot be used. Tell HQ.',
  },
  'rule.unknown': {
    zh: '本机没有这个判定规则。请先同步。',
    en: 'This rule is not on this phone. Sync first.',
  },
  'law.unknown': { zh: '本机法规库没有这部法规。', en: 'The library on this phone does not hold this law.' },
  'evidence.unknown': { zh: '本机没有这份证据。', en: 'This evidence is not on this phone.' },
  'field.unknown': { zh: '笔录里没有这个栏目。', en: 'The record has no such field.' },
  'correction.needs_reason': {
    zh: '封存后的更正必须写明理由。',
    en: 'A correction after the seal needs a reason.',
  },
  'reason.missing': { zh: '请写明理由。', en: 'Please give the reason.' },
  'firm.missing': { zh: '请填写单位名称。', en: 'Please give the name of the firm.' },
  'seal.incomplete': {
    zh: '还有内容没有补齐，不能生成笔录。',
    en: 'Something is still missing: the record cannot be made.',
  },
  'seal.none': { zh: '还没有生成笔录。', en: 'No record has been made yet.' },
  'seal.outdated': {
    zh: '笔录之后又有改动。请重新生成笔录再签字。',
    en: 'Something changed after the record. Make it anew, then sign.',
  },
  'seal.not_yours': {
    zh: '密钥签名只能由当前登录人本人完成。',
    en: 'Only the person who is in can sign by key.',
  },
  'seal.already_signed': { zh: '这个签名已经有了。', en: 'This signature is already there.' },
  'image.missing': { zh: '请先在白色区域内签名。', en: 'Please sign on the white field first.' },
  'place.bad': { zh: '位置信息无效，已忽略。', en: 'The position is not valid and was ignored.' },
  'hq_url.bad': { zh: '总部地址必须以 https:// 开头。', en: 'The address of HQ must begin with https://.' },
  'args.bad': {
    zh: '应用内部参数错误，没有保存。请更新应用。',
    en: 'The app made an internal mistake; nothing was saved. Please update it.',
  },
  'verb.unknown': {
    zh: '界面与引擎版本不一致。请重启或更新应用。',
    en: 'Screens and engine differ in version. Restart or update the app.',
  },
  'shell.broken': {
    zh: '应用没有响应。请重启应用；已显示“已存本机”的内容都在。',
    en: 'The app does not answer. Restart it; whatever shows “saved on this phone” is there.',
  },
}

const general: Said = {
  zh: '没有成功。请再试一次；若仍不行，请把下面的代码告诉总部管理员。',
  en: 'That did not work. Try again; if it fails again, tell your administrator the code below.',
}

export function fill(words: string, params: Partial<Record<string, string>>): string {
  return words.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '')
}

export const wordsFor = (said: Said, locale: string): string => (locale === 'en' ? said.en : said.zh)

export function failureWords(failure: Failure, locale: string): string {
  return fill(wordsFor(failures[failure.code] ?? general, locale), failure.params)
}
