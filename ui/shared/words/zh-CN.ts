export default {
  outcome: {
    conforms: '符合',
    non_conforming: '不符合',
    corrected: '当场改正',
    not_applicable: '合理缺项',
    unchecked: '未检查',
  },
  safety: {
    saving: '正在保存',
    local: '已存本机',
    hq: '总部已收',
  },
  hash: {
    label: '哈希 SHA-256',
    copy: '复制完整哈希',
    copied: '已复制',
  },
  keyItem: '重点项目',
}
