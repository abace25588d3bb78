"""What can be wrong in policy files: place, rule, message and mend, in Chinese and English.

Does not belong here: finding it (`policy.py`).
"""

from collections.abc import Mapping
from typing import NamedTuple

#: What can be wrong: message and mend, each in Chinese and English.
_WORDS: Mapping[str, tuple[str, str, str, str]] = {
    "unknown_list": (
        "没有名为“{list}”的清单", "there is no list “{list}”",
        "文件名应为 {known} 之一", "name the file after one of {known}",
    ),
    "bad_encoding": (
        "文件不是 UTF-8 编码", "the file is not in UTF-8", "另存为“CSV UTF-8”", "save it as “CSV UTF-8”"
    ),
    "bad_csv": (
        "引号没有配对", "a quotation mark has no partner",
        "检查该行及以后的引号", "check the quotation marks from this line on",
    ),
    "missing_column": (
        "缺少列“{column}”", "the column “{column}” is missing", "在表头中补上", "add it to the header"
    ),
    "duplicate_column": (
        "列“{column}”重复", "the column “{column}” is repeated", "只保留一个", "keep one of them"
    ),
    "ragged_row": (
        "该行有 {cells} 格，表头有 {columns} 列", "the row has {cells} cells, the header {columns}",
        "补齐或删去多余的格；含逗号的内容加双引号", "add or remove cells; quote a cell that has a comma",
    ),
    "missing_value": (
        "“{column}”为空", "“{column}” is empty", "填写“{column}”", "fill in “{column}”"
    ),
    "bad_status": (
        "状态“{value}”不正确", "the status “{value}” is wrong", "{must_zh}", "it {must_en}"
    ),
    "bad_date": (
        "日期“{value}”不正确", "the date “{value}” is wrong", "{must_zh}", "it {must_en}"
    ),
    "bad_pattern": (
        "正则表达式“{value}”不正确", "the regular expression “{value}” is wrong", "{must_zh}", "it {must_en}"
    ),
    "bad_value": (
        "“{column}”的取值“{value}”不正确", "“{column}” has the wrong value “{value}”",
        "{must_zh}", "it {must_en}",
    ),
    "duplicate_key": (
        "“{key}”自 {date} 起的条目与第 {earlier} 行重复", "“{key}” from {date} is on line {earlier} already",
        "只保留一条，或改用另一个生效日期", "keep one of them, or give another effective_from",
    ),
    "bad_toml": (
        "不是 TOML：{reason}", "it is no TOML: {reason}", "改正该行", "mend the line",
    ),
    "unknown_entry": (
        "“{key}”不是 {heads} 之下的值", "“{key}” is no value under {heads}",
        "每个条目以 {heads} 一行开头，取值为文字、数字或日期", "begin each entry with a line {heads}; values are texts, numbers or dates",
    ),
    "moved_list": (
        "{list} 已移到 {to}", "{list} has moved to {to}",
        "把改过的内容抄到该处，再删除本文件", "carry over what you changed, then delete this file",
    ),
    "bad_predicate": (
        "“{column}”不是 {table} 一行上的条件：{zh}", "“{column}” is no condition on a row of {table}: {en}",
        "只用该表的列和允许的函数写一个条件", "write one condition of that table's columns and the functions allowed",
    ),
    "too_many_rules": (
        "{table} 的规则超过 {most} 条", "{table} has more than {most} rules", "删去几条", "remove some of them",
    ),
    "no_rule": (
        "指标 {indicator} 没有规则，也没有说明为何不评价", "the indicator {indicator} has no rule and no reason why not",
        "增加规则，或填写 why_not_zh 和 why_not_en", "add a rule, or fill in why_not_zh and why_not_en",
    ),
    "missing_entry": (
        "缺少条目“{key}”，模型要用到它", "there is no entry “{key}”, which the models need",
        "从随附的政策中补上该条目", "take it over from the shipped policy",
    ),
    "twin_label": (
        "“{label}”与“{other}”只有大小写不同，代码或生效日期却不同",
        "“{label}” and “{other}” differ in case alone, but have another code or day",
        "使两者代码和生效日期一致，或删去其一", "give both one code and one day, or remove one",
    ),
    "unknown_reference": (
        "{list} 中没有“{value}”", "{list} has no “{value}”",
        "改正该值，或在 {to} 中加上它", "mend the value, or add it to {to}{near}",
    ),
}  # fmt: skip


class Problem(NamedTuple):
    """What is wrong in a policy file, where, and how to mend it. `line`: from 1; 0 for the whole file."""

    file: str
    line: int
    rule: str
    message_zh: str
    message_en: str
    mend_zh: str
    mend_en: str

    @classmethod
    def of(cls, file: str, line: int, rule: str, **details: object) -> "Problem":
        """A problem in the words of its rule."""
        return cls(file, line, rule, *(words.format(**details) for words in _WORDS[rule]))

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place} [{self.rule}] {self.message_zh}；{self.mend_zh} / {self.message_en}; {self.mend_en}"


class PolicyError(ValueError):
    """Policy files that cannot be used; `problems` has all that is wrong with them."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
