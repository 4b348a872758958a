"""Chinese words by what they claim: opposites, negators, degrees of certainty, clause marks. Data only."""

from __future__ import annotations

OPPOSITES: dict[str, tuple[str, str]] = {
    "rise": ("上升 增长 增加 上涨 提高 上调 增至 攀升 扩大 加快", "下降 减少 下跌 降低 下调 减至 回落 缩小 放缓 跌"),
    "more": ("多于 超过 高于 高出 以上 多", "少于 低于 不足 以下 少"),
    "after": ("之后 以后 后", "之前 以前 前"),
    "win": ("战胜 击败 赢 胜 获胜 夺冠 打败", "输 负于 败给 落败"),
    "buy": ("买 收购 购入 购买 买下 买入", "卖 出售 卖给 售出 卖出"),
    "accept": ("同意 批准 接受 支持 允许 通过", "拒绝 反对 否决 驳回 禁止"),
    "admit": ("承认 证实 确认", "否认"),
    "start": ("开始 开放 启动 恢复 开通", "结束 停止 关闭 暂停 取消 解除"),
    "north": ("北", "南"),
    "east": ("东", "西"),
    "profit": ("盈利 利润", "亏损"),
    "hasten": ("提前 提早 早了 早于 更早", "推迟 延期 晚了 晚于 更晚 延后 推后"),
    "lead": ("领先", "落后"),
    "guilty": ("有罪 定罪", "无罪"),
    "praise": ("赞扬 称赞 欢迎 表扬", "批评 谴责 抨击"),
    "expand": ("扩建 扩张 增加", "缩减 削减 裁减"),
    "full": ("充足 过剩", "不足 短缺 缺乏"),
    "hire": ("招聘 增聘", "裁 裁员 解雇"),
    "live": ("幸存 生还", "死亡 遇难 死"),
    "first": ("首次 第一次 最早", "最后"),
    "hot": ("热 升温", "冷 降温"),
}
NEGATORS = ("不", "没有", "没", "未", "无", "并非", "非", "否认", "拒绝", "别")
FUTURE = ("将", "会", "要", "计划", "预计", "打算", "拟", "等", "原定", "准备")
POSSIBLE = ("可能", "或许", "也许", "据称", "涉嫌", "有望", "如果", "若")
CONVERSE = frozenset({"win", "buy"})
"""Opposites that tell the same of the other side."""
UNNAMED = frozenset("公司 该公 政府 警方 学校 官方 医院 法院 记者 他们 她们 双方".split())
"""Ends of what may stand for a name before a verb of saying."""
CLAUSE_MARKS = "，；。！？：、"
EQUAL = (("出钱", "付"), ("减少", "下降"), ("增加", "上升"))
