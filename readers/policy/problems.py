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
    # A city's own form (warehouse/tables/own_forms.py).
    "own_name": (
        "自有报表不能名为“{name}”", "a city's own form cannot be called “{name}”",
        "两个文件改用同一名称：own_ 加小写英文字母、数字和下划线，不超过 60 个字符",
        "call both files alike: own_ and small letters, digits and underscores, no more than 60 characters",
    ),
    "own_taken": (
        "随附的表已名为 {name}", "a shipped table is called {name}", "两个文件改用别的名称", "call both files otherwise",
    ),
    "own_table": (
        "table 为 {value}，与文件名不符", "table is {value}, which does not go with the file's name",
        "写作 {wanted}", "write {wanted}",
    ),
    "unread_file": (
        "没有读取该文件：名称、扩展名或所在文件夹不是政策文件的",
        "this file is not read: its name, ending or folder is none of a policy file",
        "清单是本文件夹中的 <清单名>.csv，报表是 forms/<表名>.toml 和 forms/own_<名称>.sql，质量规则是 quality/<名称>.toml（小写扩展名）；"
        "不是政策的，移到别处",
        "a list is <list>.csv in this folder, a form forms/<form>.toml and forms/own_<name>.sql, rules of quality quality/<name>.toml "
        "(endings in small letters); move elsewhere what is no policy",
    ),
    "link_unread": (
        "没有读取该文件：它是链接", "this file is not read: it is a link",
        "把内容作为普通文件放在此处", "put what it leads to here as a plain file",
    ),
    "own_no_model": (
        "没有它的 SQL，或该文件是链接", "its SQL is not there, or is a link",
        "把它的 SELECT 作为普通文件放在 {at}", "put its SELECT into {at}, a plain file",
    ),
    "own_no_form": (
        "这段 SQL 没有报表", "the SQL has no form", "在 {at} 中写明报表，或删去本文件", "describe the form in {at}, or delete this file",
    ),
    "own_definition": (
        "缺少 {columns}", "{columns} is missing", "在 [[form]] 中填写", "fill it in under [[form]]",
    ),
    "own_sheet": (
        "没有名为“{name}”的工作簿", "there is no workbook “{name}”",
        "加一个 [[sheet]]，其 workbook 为 {name}", "add a [[sheet]] whose workbook is {name}",
    ),
    "own_shown": (
        "表中没有列 {column}", "the table has no column {column}",
        "改正该列名，或让 SELECT 给出该列{near}", "mend its name, or have the SELECT give it{near}",
    ),
    "own_column": (
        "列 {column} 没有定义", "the column {column} is not defined",
        "改用已有的列名，或在其 [[column]] 中写 column_type、meaning_zh 和 meaning_en{near}",
        "use the name of a column that there is, or give column_type, meaning_zh and meaning_en in its [[column]]{near}",
    ),
    "own_column_known": (
        "列 {column} 在随附的表中是 {type}（{label}），不能另作定义",
        "the column {column} is {type} in shipped tables ({label}), and cannot be defined otherwise",
        "同义则删去这里的定义，不同义则另取列名", "delete the definition if it means the same; else call the column otherwise",
    ),
    "own_suffix": (
        "列 {column} 的类型是 {type}，而如 {suffix} 命名的列都是 {wanted}",
        "the column {column} is {type}, and columns named like {suffix} are {wanted}",
        "改用该类型，或另取列名", "give it that type, or call it otherwise",
    ),
    "own_key": (
        "键 {column} 不是表中的列，或按月的表的键没有 period",
        "the key {column} is no column, or a table of months has no period in its key",
        "在 key_columns 中写出 SELECT 给出的键列", "name in key_columns columns that the SELECT gives",
    ),
    "own_check": (
        "审核公式要用到的列 {column} 不在表中，或不是数", "checks need the column {column}, which the table has not, or which is no number",
        "让 SELECT 给出该列，或删去审核公式", "have the SELECT give it, or delete the checks",
    ),
    "own_input": (
        "不能读取 {table}", "it may not read {table}",
        "只用 {stages} 各阶段的表；不用留档、原始记录、参考估值、报表审核和别的自有报表{near}",
        "use tables of {stages}, but no raw record, no reference value, no check of forms and no other own form{near}",
    ),
    "own_encoding": (
        "文件不是 UTF-8 编码，或超过 {most} 字", "the file is not in UTF-8, or has more than {most} characters",
        "另存为 UTF-8，或缩短它", "save it as UTF-8, or shorten it",
    ),
    "model_statement": (
        "不是单独一个 SELECT", "it is not one SELECT and nothing else",
        "只留一个 SELECT，末尾不加分号", "leave one SELECT, without a semicolon",
    ),
    "model_sql": (
        "不能运行：{reason}", "it cannot run: {reason}", "改正该处", "mend that place",
    ),
    "model_construct": (
        "不能追溯的写法 {construct}，在 {where}", "{construct} cannot be traced, in {where}",
        "换一种写法；不可用时钟、随机数、读取文件的函数和 LIMIT",
        "write it otherwise; there is no clock, no random number, no function that reads files and no LIMIT",
    ),
    "model_parameter": (
        "没有参数 {name}", "there is no parameter {name}",
        "只用 $period、$period_end 和 $year_start", "use $period, $period_end and $year_start alone",
    ),
    "model_no_period": (
        "用了参数 {name}，而表没有列 period", "it has the parameter {name}, and the table no column period",
        "让 SELECT 给出 $period AS period", "have the SELECT give $period AS period",
    ),
    "model_type": (
        "列 {column} 是 {type}，定义为 {wanted}", "the column {column} is {type}, and defined as {wanted}",
        "用 CAST({column} AS {wanted})，或改正定义", "use CAST({column} AS {wanted}), or mend the definition",
    ),
    "model_columns": (
        "给出的列是 {found}，定义的列是 {wanted}", "it gives the columns {found}, and defined are {wanted}",
        "每列一个名称，不重复", "give each column one name, and no name twice",
    ),
    "model_float": (
        "金额经过浮点数：{expression}", "an amount becomes a float: {expression}",
        "改用 cents()、portion() 或 DECIMAL", "use cents(), portion() or DECIMAL",
    ),
    "model_join": (
        "外连接会把每行与每行相比：{condition}", "an outer join would compare each row with each: {condition}",
        "在 ON 中只比较两边的列", "compare columns of both sides alone in ON",
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
