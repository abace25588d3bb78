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

#: A note of a file that begins so must be read: the first sheet of the receipt and the terminal show it.
WARNING = "警告 warning: "

_WORDS = {
    "empty_file": _Words("文件是空的", "the file is empty", *_WRITE_AGAIN),
    "html_page": _Words(
        "文件是网页（HTML），不是数据；可能是下载时的登录页或报错页",
        "the file is a web page (HTML), not data; perhaps the sign-in or error page of a download",
        "确认下载成功；如为网页表格，另存为 .xlsx 后重新交付",
        "make sure that the download succeeded; save a table of a web page as .xlsx and deliver that",
    ),
    "geographic_metadata": _Words(
        "文件是一个数据集的元数据（{detail} 的 XML），不是目录，也不是数据",
        "the file is the metadata of a dataset, in XML by {detail}; it is neither a catalogue nor data",
        "在来源系统中导出为 DCAT-US 或 GeoDCAT-AP 目录后交付，或把标题、摘要、日期等填入模板；该 XML 的网址可写入访问地址",
        "export it as a catalogue of DCAT-US or GeoDCAT-AP, or fill in the template; its address may stand there as the landing page",
    ),
    "validation_report": _Words(
        "文件是校验程序的报告，不是目录",
        "the file is the report of a validator, no catalogue",
        "交付被校验的目录本身，不是报告",
        "deliver the catalogue that was validated, not the report",
    ),
    "error_answer": _Words(
        "文件是服务器的报错，不是数据：{detail}",
        "the file is an error that a server answered, no data: {detail}",
        "核对网址、权限和参数，重新获取后交付",
        "check address, permission and parameters, fetch it again and deliver that",
    ),
    "encrypted_workbook": _Words(
        "工作簿加了密码",
        "the workbook has a password",
        f"去掉密码，{_SAVE_AGAIN[0]}",
        f"remove the password, {_SAVE_AGAIN[1]}",
    ),
    "not_recognised": _Words(
        "文件格式无法识别",
        "the format of the file is not recognised",
        "以 CSV、XLSX、XLS、JSON 或（仅目录）DCAT-US data.json、DCAT-AP 交付",
        "deliver CSV, XLSX, XLS, JSON or (catalogues only) a DCAT-US data.json or DCAT-AP",
    ),
    "damaged_workbook": _Words(
        "工作簿已损坏：{detail}", "the workbook is damaged: {detail}", *_SAVE_AGAIN
    ),
    "too_large": _Words(
        "表格展开后过大：{detail}",
        "the table is too large when unpacked: {detail}",
        "删去远处的零散单元格，或拆成几个文件交付",
        "delete stray cells far from the table, or deliver it as several files",
    ),
    "too_costly": _Words(
        "读取文件所需的时间、内存或大小超出限额，读取被终止：{detail}",
        "reading the file takes more time, memory or bytes than it may, and was ended: {detail}",
        "拆成几个文件交付，并删去多余的行、列和空白；确需放宽的，由数据团队修改 policy/intake_limit.csv",
        "deliver it as several files without needless rows, columns and blanks; the data team may raise policy/intake_limit.csv",
    ),
    "reader_broke": _Words(
        "读取程序出错，并非文件之过：{detail}",
        "the reader broke, which is no fault of the file: {detail}",
        "请数据团队将此消息告知开发者；可先以 CSV 或 XLSX 另行交付",
        "the data team should report this to the developers; meanwhile deliver the same as CSV or XLSX",
    ),
    "truncated_json": _Words("JSON 在结尾前中断", "the JSON is cut off before its end", *_WRITE_AGAIN),
    "invalid_json": _Words("JSON 语法错误：{detail}", "a syntax error in the JSON: {detail}", *_WRITE_AGAIN),
    "not_a_catalogue": _Words(
        "JSON 不是目录：既没有 dataset 数组（DCAT-US），也不是 CKAN 的数据集，也没有键名与模板一致的数组",
        "the JSON is no catalogue: it has no array `dataset` (DCAT-US), no packages of CKAN, and none named as the template",
        "按 DCAT-US 的 data.json、CKAN 的 package_search 或 package_show 交付，或用模板中的列名作为键",
        "deliver a data.json of DCAT-US, what CKAN's package_search or package_show gives, or keys as in the template",
    ),
    "ckan_error": _Words(
        "文件是 CKAN 的报错，不是目录：{detail}",
        "the file is an error that CKAN answered, no catalogue: {detail}",
        "重新获取后交付",
        "fetch it again and deliver that",
    ),
    "json_not_taken": _Words(
        "JSON 中没有键名与模板一致的数组：至少要有两个键是模板中的列名",
        "the JSON has no array whose keys are named as in the template: two of them at least must be",
        "用模板中的列名作为键，或以 CSV、XLSX 交付",
        "name the keys as in the template, or deliver CSV or XLSX",
    ),
    "content_not_taken": _Words(
        "内容文件不是表格",
        "the file is no table",
        "以 CSV、XLSX、XLS 或 Parquet 交付数据内容",
        "deliver content as CSV, XLSX, XLS or Parquet",
    ),
    "damaged_parquet": _Words("Parquet 文件已损坏：{detail}", "the Parquet file is damaged: {detail}", *_WRITE_AGAIN),
    "no_table": _Words(
        "文件中没有表格：表头之下没有一行数据",
        "there is no table in the file: no row below a header",
        *_WRITE_AGAIN,
    ),
    "rdf_not_taken": _Words(
        "该类交付不接受 RDF", "this kind is not taken as RDF", "以 CSV 或 XLSX 交付", "deliver CSV or XLSX"
    ),
    "invalid_rdf": _Words("RDF 语法错误：{detail}", "a syntax error in the RDF: {detail}", *_WRITE_AGAIN),
    "no_dataset": _Words(
        "RDF 中没有目录：既无 dcat:Catalog，也无 dcat:Dataset",
        "the RDF is no catalogue: it has neither dcat:Catalog nor dcat:Dataset",
        "按 DCAT-AP 交付，数据集的类型写为 dcat:Dataset",
        "deliver DCAT-AP, with the type dcat:Dataset for datasets",
    ),
    "rdf_too_large": _Words(
        "RDF 文件过大：{detail}",
        "the RDF file is too large: {detail}",
        "拆成几个文件交付",
        "deliver it as several files",
    ),
    "remote_context": _Words(
        "JSON-LD 引用了外部的 @context {detail}，此处不从网络读取",
        "the JSON-LD refers to a @context elsewhere {detail}, and nothing is fetched from the network",
        "把 @context 的内容写在文件里，或改用 Turtle",
        "write the @context into the file, or deliver Turtle",
    ),
    "xml_entity": _Words(
        "XML 引用外部 DTD 或实体，或声明了嵌套、过长的实体",
        "the XML refers to an external DTD or entity, or declares entities that are nested or too long",
        "去掉 DOCTYPE 声明后重新交付",
        "deliver it without the DOCTYPE declaration",
    ),
    "unknown_encoding": _Words(
        "文字编码无法识别：不是完整的 UTF-8、GB18030、Big5 或 UTF-16",
        "the encoding is not recognised: the text is not whole in UTF-8, GB18030, Big5 or UTF-16",
        "检查该处的内容，另存为“CSV UTF-8”后重新交付",
        "check the text at that place, save the file as “CSV UTF-8” and deliver it again",
    ),
    "not_utf8": _Words(
        "JSON、Turtle 和 JSON-LD 目录的编码须为 UTF-8，该处不是",
        "a catalogue in JSON, Turtle or JSON-LD must be in UTF-8; the text at that place is not",
        "按 UTF-8 重新导出，或把文件转存为 UTF-8 后重新交付",
        "export it in UTF-8, or convert the file to UTF-8, and deliver it again",
    ),
    "no_header": _Words(
        "找不到表头：至少要有两列的名称与模板一致，而内容是“{detail}”",
        "no header row: two columns at least must be named as in the template, but there is “{detail}”",
        "用 `shuzhang template` 的模板填写，或把列名改为模板中的名称",
        "fill in the template of `shuzhang template`, or rename the columns as in it",
    ),
    "side_by_side": _Words(
        "同一工作表并排放了两张表（列名重复：{detail}），一行里有两条记录",
        "two tables stand side by side (repeated headings: {detail}), so that a row holds two records",
        "上下排列，或各放一个工作表，重新交付",
        "put one below the other, or each on a sheet of its own, and deliver it again",
    ),
    "hidden_sheets": _Words(
        "只有隐藏的工作表有表头：{detail}；隐藏的工作表不读取",
        "only hidden sheets have a header: {detail}; hidden sheets are not read",
        "取消隐藏要交付的工作表，删去其余的，重新交付",
        "unhide the sheet that is to be delivered, delete the others, and deliver it again",
    ),
    "open_quote": _Words(
        "双引号没有配对，从该行起无法分成记录",
        "a quotation mark has no partner: the text cannot be split into records from this line on",
        "改正该行的引号后重新交付",
        "mend the quotation marks of that line and deliver the file again",
    ),
    "long_cell": _Words(
        "有一格过长{detail}，可能是双引号没有配对",
        "a cell is too long{detail}; perhaps a quotation mark has no partner",
        "检查该处的引号，缩短该格后重新交付",
        "check the quotation marks at that place, or shorten the cell, and deliver the file again",
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
        self._arguments = rule, place, detail
        self.rule = rule
        self.place = place
        self.message_zh = words.message_zh.format(detail=detail)
        self.message_en = words.message_en.format(detail=detail)
        self.mend_zh = words.mend_zh
        self.mend_en = words.mend_en
        super().__init__(f"{rule} {place}: {self.message_zh} {self.message_en}")

    def at(self, place: str, more: str = "") -> "Unreadable":
        """The same at a place that was found later, with more to its detail."""
        rule, _, detail = self._arguments
        return Unreadable(rule, place, detail + more)

    def __reduce__(self) -> tuple[type["Unreadable"], tuple[str, str, str]]:
        return Unreadable, self._arguments
