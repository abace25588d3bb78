"""Why a file cannot be split into records, in the deliverer's words: a table of rules, and the exception.

Does not belong here: what is wrong with a single record (policy/rejection_rule.csv).
"""

from typing import NamedTuple


class _Words(NamedTuple):
    message_zh: str
    message_en: str
    mend_zh: str
    mend_en: str


_SAVE_AGAIN = (
    "用 Excel 或 WPS 打开，另存为 .xlsx 后重新交付",
    "open it in a spreadsheet program, save it as .xlsx and deliver it again",
)
_WRITE_AGAIN = ("从来源系统重新导出后交付", "export it from its system again and deliver that")

_WORDS = {
    "empty_file": _Words("文件是空的", "the file is empty", *_WRITE_AGAIN),
    "html_page": _Words(
        "文件是网页（HTML），不是数据；可能是下载时的登录页或报错页",
        "the file is a web page (HTML), not data; perhaps the sign-in or error page of a download",
        "确认下载成功；如为网页表格，另存为 .xlsx 后重新交付",
        "make sure that the download succeeded; save a table of a web page as .xlsx and deliver that",
    ),
    "xls_not_supported": _Words(
        "文件是旧版 Excel（.xls）或加了密码",
        "the file is an old Excel workbook (.xls) or has a password",
        f"去掉密码，{_SAVE_AGAIN[0]}",
        f"remove the password, {_SAVE_AGAIN[1]}",
    ),
    "not_recognised": _Words(
        "文件格式无法识别",
        "the format of the file is not recognised",
        "以 CSV、XLSX 或（仅目录）DCAT-US data.json 交付",
        "deliver CSV, XLSX or (catalogues only) a DCAT-US data.json",
    ),
    "damaged_workbook": _Words(
        "工作簿已损坏：{detail}", "the workbook is damaged: {detail}", *_SAVE_AGAIN
    ),
    "too_large": _Words(
        "工作簿展开后过大：{detail}",
        "the workbook is too large when unpacked: {detail}",
        "删去远处的零散单元格，或拆成几个文件交付",
        "delete stray cells far from the table, or deliver it as several files",
    ),
    "truncated_json": _Words("JSON 在结尾前中断", "the JSON is cut off before its end", *_WRITE_AGAIN),
    "invalid_json": _Words("JSON 语法错误：{detail}", "a syntax error in the JSON: {detail}", *_WRITE_AGAIN),
    "not_a_catalogue": _Words(
        "JSON 不是 DCAT-US 目录：缺少 dataset 数组",
        "the JSON is no DCAT-US catalogue: it has no array `dataset`",
        "按 DCAT-US 1.1 的 data.json 交付",
        "deliver a data.json of DCAT-US 1.1",
    ),
    "json_not_taken": _Words(
        "该类交付不接受 JSON", "this kind is not taken as JSON", "以 CSV 或 XLSX 交付", "deliver CSV or XLSX"
    ),
    "unknown_encoding": _Words(
        "文字编码无法识别：不是完整的 UTF-8、GB18030、Big5 或 UTF-16",
        "the encoding is not recognised: the text is not whole in UTF-8, GB18030, Big5 or UTF-16",
        "检查该处的内容，另存为“CSV UTF-8”后重新交付",
        "check the text at that place, save the file as “CSV UTF-8” and deliver it again",
    ),
    "no_header": _Words(
        "找不到表头：至少要有两列的名称与模板一致，而内容是“{detail}”",
        "no header row: two columns at least must be named as in the template, but there is “{detail}”",
        "用 `shuzhang template` 的模板填写，或把列名改为模板中的名称",
        "fill in the template of `shuzhang template`, or rename the columns as in it",
    ),
    "open_quote": _Words(
        "双引号没有配对，从该行起无法分成记录",
        "a quotation mark has no partner: the text cannot be split into records from this line on",
        "改正该行的引号后重新交付",
        "mend the quotation marks of that line and deliver the file again",
    ),
    "long_cell": _Words(
        "有一格过长，可能是双引号没有配对",
        "a cell is too long; perhaps a quotation mark has no partner",
        "检查该行的引号后重新交付",
        "check the quotation marks of that line and deliver the file again",
    ),
}  # fmt: skip

#: The rules by which a file is rejected as a whole.
RULES = tuple(_WORDS)


class Unreadable(Exception):  # noqa: N818 - it is a finding about a delivery, not an error of ours
    """A delivered file that cannot be split into records: it counts 0 records and is rejected as a whole.

    rule: slug, one of RULES. place: where in the file ("line 12", "byte 4096", a sheet), "" for the file as a
    whole.
    """

    def __init__(self, rule: str, place: str = "", detail: str = "") -> None:
        words = _WORDS[rule]
        self.rule = rule
        self.place = place
        self.message_zh = words.message_zh.format(detail=detail)
        self.message_en = words.message_en.format(detail=detail)
        self.mend_zh = words.mend_zh
        self.mend_en = words.mend_en
        super().__init__(f"{rule} {place}: {self.message_zh} {self.message_en}")
