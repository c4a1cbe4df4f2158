"""What was done to a table, in words for its data description, in Chinese and English."""

from __future__ import annotations

from desensitise.disclosure.spec import Method, TableSpec

_ZH = {
    Method.SUPPRESS: (
        "本表采用单元抑制法保护：单位数不足、个别单位占比过大的数值（主要抑制），以及可据以推算的数值（次要抑制）不予公布。"
        "发布前对每一个被抑制的数值用线性规划计算其可推算区间，区间均不窄于规则要求。"
    ),
    Method.CELL_KEY: (
        "本表计数采用单元密钥法扰动：每个非零计数加上期望为零、绝对值不超过 {d} 的噪声（方差不超过 {variance:g}），"
        "不产生 1 至 {js} 的计数。同一单元在各表、各期中噪声相同；扰动后的数值不一定可加。"
    ),
    Method.ROUND: (
        "本表采用受控取整：各数值取整为 {base} 的倍数，变动小于 {base}，原为倍数者不变，全部合计关系保持成立；"
        "家数类指标各自取整，不参与合计。"
    ),
    Method.PRIVATE: (
        "本表采用差分隐私保护：最细单元加上离散拉普拉斯噪声，合计为加噪后数值之和；单个单位在全表的贡献截断至 {most}，"
        "本次发布的隐私预算为 ε = {epsilon:g}。数值可能为负。"
    ),
}
_EN = {
    Method.SUPPRESS: (
        "The table is protected by cell suppression: figures of too few or dominant units (primary) and figures "
        "that would give them away (secondary) are withheld. Before release the interval that can be worked out was "
        "computed for every withheld figure by linear programming; none is narrower than the rules demand."
    ),
    Method.CELL_KEY: (
        "Counts are perturbed by the cell-key method: each count other than nought is moved by unbiased noise of at "
        "most {d} (variance at most {variance:g}); no count from 1 to {js} is made. The same cell has the same noise "
        "in every table and release; perturbed figures need not add up."
    ),
    Method.ROUND: (
        "Figures are rounded to multiples of {base} under control: none moves by {base} or more, multiples stay, and "
        "all totals still add up. Numbers of distinct units are rounded by themselves."
    ),
    Method.PRIVATE: (
        "The table is differentially private: discrete Laplace noise was added to the finest cells, and totals are "
        "sums of noisy cells. What one unit contributes to the whole table is cut off at {most}; this release spends "
        "epsilon = {epsilon:g}. Figures may be below nought."
    ),
}
PAST_ZH = "本表与同一来源此前已发布的各期数据联合审核，防止通过相减推算。"
PAST_EN = (
    "It was audited together with all earlier releases of the same source, so that nothing follows by subtraction."
)


def method_note(spec: TableSpec, *, past: bool = False) -> tuple[str, str]:
    """The Chinese and the English note; ``past``: whether earlier releases were taken into the audit."""
    key = spec.cell_key
    private = {"most": spec.privacy.most, "epsilon": spec.privacy.epsilon}
    facts = {**private, "d": key.d, "variance": key.variance, "js": key.js, "base": spec.base}
    zh, en = (words[spec.method].format(**facts) for words in (_ZH, _EN))
    return (zh + PAST_ZH, f"{en} {PAST_EN}") if past and spec.method is Method.SUPPRESS else (zh, en)
