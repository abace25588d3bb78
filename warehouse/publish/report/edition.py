"""What a state-asset report is of: a period, whose report it is, which units are in it, and its version.

Belongs here: what every format is given (`Report`). Does not belong here: reading it from the lake, and how a format looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from warehouse.publish.form_page import FormPage

#: Whose report it is, by policy paragraph 9: no total adds two of them.
GOVERNMENT, ENTERPRISE, FINANCIAL, OTHER = "government", "enterprise", "financial_enterprise", "other"
#: Whom an edition is for: everybody, units and departments, auditors. A version has a folder for each.
OPEN, INTERNAL, AUDIT = "open", "internal", "audit"
#: How far a version has come.
DRAFT, REVIEWED, PUBLISHED = "draft", "reviewed", "published"
STATES = {DRAFT: "草稿", REVIEWED: "已审核", PUBLISHED: "已发布"}
#: What the levels of a roll-up are called, from the widest on.
LEVELS = {
    "city": ("全市", "City"),
    "tier": ("本级和下级", "Own and lower levels"),
    "district": ("区划", "District"),
    "department": ("主管部门", "Department"),
    "unit": ("单位", "Unit"),
}


@dataclass(frozen=True)
class Scope:
    """Which units a report has: those of the city, of a district or one unit. name: the entity that reports."""

    level: str
    code: str
    name: str

    @property
    def slug(self) -> str:
        """The name of its folder; a code may hold what no file name may."""
        safe = "".join(c if c.isalnum() and c.isascii() else "_" for c in self.code)
        return self.level if self.level == "city" else f"{self.level}-{safe}"


@dataclass(frozen=True)
class Edition:
    """A version of a report: version counts from 1 within period, scope and kind; snapshot: of the lake, that its figures are of."""

    period: str
    scope: Scope
    report_kind: str
    kind_name: str
    version: int
    state: str
    snapshot: int

    @property
    def title(self) -> str:
        year, month = self.period.split("-")
        return f"{self.scope.name}{year}年{int(month)}月公共数据资产报告（{self.kind_name}）"


@dataclass(frozen=True)
class Check:
    """A check of a form that failed for an entity: what should be equal, the amounts, and the decision that lets it pass, if any."""

    form: str
    code: str
    name: str
    level: str
    entity_code: str
    entity_name: str
    left: str
    right: str
    difference: str
    let_pass_by: str

    @property
    def shown_code(self) -> str:
        """The code of its entity; of the city and its levels there is none."""
        return "" if self.level in ("city", "tier") else self.entity_code


@dataclass(frozen=True)
class CheckCounts:
    """How many checks passed, and how many had nothing to compare with, of the same entities as the checks that failed."""

    passed: int = 0
    not_compared: int = 0


@dataclass(frozen=True)
class Report:
    """All that a format shows.

    pages: the forms, in their order, with the rows of the edition's units. before: the same forms at the end of the year before, where
    the lake has that period; for comparisons. checks: of these forms, those that failed; check_counts: of the others. notes: what the
    reader is told beside the figures, a paragraph each: units that did not report, what was let pass, what was held, what is not yet
    recorded.
    """

    edition: Edition
    pages: Sequence[FormPage]
    before: Sequence[FormPage]
    checks: Sequence[Check]
    notes: Sequence[str]
    check_counts: CheckCounts = CheckCounts()

    def page(self, form: str, label: str | None = None) -> FormPage | None:
        """The first page of a form, or that with a sheet's label."""
        return next((page for page in self.pages if page.form == form and label in (None, page.label)), None)
