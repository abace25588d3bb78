"""Names that say what a field holds: persons, secrets, business of organisations, and what is open; an unknown name is none of these."""

import pytest

from tests.field_labels import open_limits

#: What tells of persons, or of what must stay inside, in no word that a public name has.
NOT_OPEN = (
    *(
        "工资收入",
        "最低生活保障金额",
        "残疾类别",
        "学生姓名",
        "家庭成员",
        "股东信息",
        "车牌号",
        "涉密人员名单",
        "企业年报净利润",
    ),
    *(
        "个人就诊记录",
        "法人账号",
        "企业年报",
        "停车位",
        "停车位数量",
        "身份证号",
        "婚姻状况",
        "户籍地址",
        "银行卡号",
        "人脸照片",
    ),
    *(
        "监控点位坐标",
        "供水管网",
        "申请人地址",
        "患者编号",
        "低保户编号",
        "学籍状态",
        "服务对象身份",
        "举报事项内容",
        "贷款金额",
    ),
    *(
        "密码设备型号",
        "机房位置",
        "参保单位",
        "居家地址",
        "商业秘密内容",
        "个人隐私信息",
        "保密等级说明",
        "工作秘密事项名称",
    ),
)
#: Names of no rule, some of which only look like a public one.
UNKNOWN = ("备注", "其他", "某某", "xq_01", "特殊群体", "补充信息", "详情")
OPEN = (
    *(
        "名称",
        "序号",
        "统一社会信用代码",
        "机构名称",
        "项目名称",
        "许可证编号",
        "处罚决定书文号",
        "公园面积",
        "更新时间",
        "所属街道",
    ),
    *(
        "产品规格",
        "平均气温",
        "生产总值（亿元）",
        "人均可支配收入",
        "在校学生人数",
        "残疾人口数量",
        "低保人数",
        "发证机关",
        "线路名称",
    ),
    *("不属于国家秘密的文件名称", "罚款金额", "信用等级"),
)


@pytest.fixture(scope="module")
def limits() -> dict[str, str]:
    return open_limits([*NOT_OPEN, *UNKNOWN, *OPEN])


def test_what_must_not_be_open_is_not(limits: dict[str, str]) -> None:
    assert [name for name in NOT_OPEN if limits[name] == "unconditional"] == []


def test_what_is_sensitive_or_secret_is_not_opened_at_all_and_ordinary_business_on_conditions(
    limits: dict[str, str],
) -> None:
    assert {name: limits[name] for name in ("个人就诊记录", "法人账号", "企业年报", "停车位")} == {
        "个人就诊记录": "none",
        "法人账号": "none",
        "企业年报": "conditional",
        "停车位": "conditional",
    }
    secrets = ("涉密人员名单", "商业秘密内容", "个人隐私信息", "保密等级说明", "工作秘密事项名称")
    assert {limits[name] for name in secrets} == {"none"}


def test_what_no_rule_knows_is_not_opened(limits: dict[str, str]) -> None:
    assert {name: limits[name] for name in UNKNOWN} == dict.fromkeys(UNKNOWN, "none")


def test_public_names_are_open(limits: dict[str, str]) -> None:
    assert [name for name in OPEN if limits[name] != "unconditional"] == []
