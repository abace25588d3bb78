"""Why a source could not be harvested, in words that say what a person must do: a table of rules, and the exception."""

from typing import NamedTuple


class _Words(NamedTuple):
    message_zh: str
    message_en: str
    mend_zh: str
    mend_en: str


_LATER = ("稍后会再试；一直如此时请联系来源单位", "it is tried again later; if it stays so, ask the source's owner")
_CHECK_URL = ("核对 url", "check the url")

_WORDS = {
    "unknown_host": _Words(
        "主机名“{host}”无法解析：{detail}", "the host “{host}” cannot be resolved: {detail}", *_CHECK_URL
    ),
    "refused_address": _Words(
        "“{host}”解析为 {address}，不允许连接（内网、本机、链路本地、组播或保留地址）",
        "“{host}” is at {address}, which is not connected to (private, loopback, link-local, multicast or reserved)",
        "确为内网来源时，为该来源写 allow_private = true；链路本地、组播和保留地址一律不连接",
        "for a source in your own network set allow_private = true; link-local, multicast and reserved addresses are never used",
    ),
    "refused_url": _Words(
        "地址“{url}”不允许：{zh}",
        "the address “{url}” is not allowed: {en}",
        "改用 https 地址；确需明文传输时，为该来源写 allow_http = true",
        "use an https address; where plain text must be, set allow_http = true for the source",
    ),
    "bad_redirect": _Words(
        "应答 {status} 没有可用的 Location", "the answer {status} has no usable Location", *_CHECK_URL
    ),
    "too_many_redirects": _Words("重定向超过 {limit} 次", "more than {limit} redirects", *_CHECK_URL),
    "certificate": _Words(
        "证书未通过验证：{detail}",
        "the certificate cannot be verified: {detail}",
        "请来源单位更新证书；自有 CA 用环境变量 SSL_CERT_FILE 指明",
        "have its owner renew the certificate; name a CA of your own in the environment variable SSL_CERT_FILE",
    ),
    "connection": _Words("连接失败或中断：{detail}", "the connection failed or broke off: {detail}", *_LATER),
    "timeout": _Words(
        "超时：{detail}",
        "timed out: {detail}",
        "稍后会再试；来源确实慢时，加大 {setting}",
        "it is tried again later; for a source that is slow, raise {setting}",
    ),
    "http_status": _Words("应答 {status} {detail}", "the answer is {status} {detail}", *_LATER),
    "asked_to_wait": _Words(
        "应答 {status}，要求等待 {seconds} 秒",
        "the answer is {status}, with the wish to wait {seconds} s",
        "下次按计划再取；常如此时，减少 schedule 的次数",
        "it is harvested again by its schedule; if this is common, harvest less often",
    ),
    "too_large": _Words(
        "超过 max_bytes = {limit} 字节（按解压后计）",
        "larger than max_bytes = {limit} bytes (unpacked)",
        "核对内容；确实这么大时，加大 max_bytes",
        "look at what it is; if it is that large, raise max_bytes",
    ),
    "bad_content_encoding": _Words(
        "Content-Encoding 为“{detail}”，或压缩内容已损坏",
        "the Content-Encoding is “{detail}”, or what is packed is damaged",
        "请来源单位改用 gzip 或不压缩",
        "have its owner use gzip or none",
    ),
    "empty": _Words("应答没有内容", "the answer is empty", *_LATER),
    "html_page": _Words(
        "应答是网页（HTML），不是数据；可能是登录页或维护页",
        "the answer is a web page (HTML), not data; perhaps a sign-in or maintenance page",
        "核对 url，或按来源的要求提供访问凭证（header_env）",
        "check the url, or give the credential that the source asks for (header_env)",
    ),
    "not_ckan": _Words(
        "应答不是 CKAN package_search 的 JSON：{detail}",
        "the answer is not the JSON of CKAN's package_search: {detail}",
        "url 应指向 …/api/3/action/package_search；不是 CKAN 时写 type = \"file\"",
        "the url is to lead to …/api/3/action/package_search; if it is no CKAN, write type = \"file\"",
    ),
    "ckan_error": _Words("CKAN 报告失败：{detail}", "CKAN reports a failure: {detail}", *_LATER),
    "unstable_paging": _Words(
        "翻页期间目录一直在变：{detail}", "the catalogue kept changing while it was paged: {detail}", *_LATER
    ),
    "missing_variable": _Words(
        "环境变量 {variable} 未设置或不能作为请求头",
        "the environment variable {variable} is not set, or cannot be a header",
        "在守护进程和命令行的环境中设置它",
        "set it in the environment of the daemon and of the command line",
    ),
    "busy": _Words(
        "该来源正在采集", "the source is being harvested", "等它结束", "wait for it to end"
    ),
    "refused_delivery": _Words(
        "采集的内容不能登记为交付：{detail}",
        "what came cannot be received as a delivery: {detail}",
        "按说明改正",
        "mend it as it says",
    ),
    "disk": _Words("无法写入：{detail}", "it cannot be written: {detail}", "按说明处理", "do as it says"),
}  # fmt: skip


class HarvestError(Exception):
    """A source gave nothing that can be received.

    rule: slug. may_pass: whether the same request may succeed soon. retry_after_seconds: how long the source asked to be left
    alone, None where it did not say.
    """

    def __init__(
        self, rule: str, *, may_pass: bool = False, retry_after_seconds: float | None = None, **details: object
    ) -> None:
        # What a server said ends up in logs and on terminals.
        words = {name: shown(value) for name, value in details.items()}
        self.rule = rule
        self.message_zh, self.message_en, self.mend_zh, self.mend_en = (text.format(**words) for text in _WORDS[rule])
        self.may_pass = may_pass
        self.retry_after_seconds = retry_after_seconds
        super().__init__(f"[{rule}] {self.message_zh}；{self.mend_zh} / {self.message_en}; {self.mend_en}")


def shown(value: object) -> str:
    """One line of at most 200 printable characters."""
    text = "".join(c if c.isprintable() else " " for c in str(value)[:1000])
    return text if len(text) <= 200 else f"{text[:199]}…"
