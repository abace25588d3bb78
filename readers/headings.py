"""Headings made comparable, and the words that people put around them.

Belongs here: what does not tell two headings apart. Does not belong here: which headings there are (policy), units of money (`money.py`).
"""

import re
from collections.abc import Collection
from unicodedata import normalize

_IGNORED = re.compile(r"[\s_\-*:\u00ad\u200b-\u200f\u2060\ufeff★☆※]+")
_BRACKETED = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]*)[)\]】〕]")

#: Traditional characters that headings of tables have, each before its simplified form. Only for comparing.
_PAIRS = (
    "編编號号資资稱称來来頻频檔档數数據据關关鍵键標标籤签時时間间後后類类別别開开屬属單单達达負负責责門门構构機机會会"
    "計计證证憑凭帳账賬账錄录額额擔担貸贷餘余點点處处辦办總总統统設设備备註注說说説说項项產产權权務务業业種种體体條条"
    "網网頁页鏈链結结連连絡络聯联電电話话郵邮傳传輸输載载訪访問问層层級级劃划區区縣县鄉乡鎮镇國国華华廣广東东歷历曆历"
    "應应約约價价買买賣卖費费稅税領领導导審审覈核査查復复複复製制報报寫写發发佈布佔占範范圍围實实際际現现狀状態态變变"
    "動动從从與与為为個个萬万億亿圓元幣币內内長长寬宽歲岁無无離离還还進进遠远運运過过選选釋释鑰钥閉闭閱阅階阶隨随險险"
    "難难雲云響响順顺預预題题顯显風风馬马驗验齡龄壓压縮缩語语譯译詳详細细視视覺觉觀观規规則则創创劇剧劑剂勞劳勝胜協协"
    "衛卫參参雙双員员啟启圖图團团場场學学寶宝專专對对島岛庫库廢废張张強强彙汇匯汇徵征愛爱擇择擬拟攜携攝摄敘叙斷断於于"
    "晉晋書书樓楼樣样樹树橋桥檢检歸归決决沒没淨净減减測测準准溝沟滅灭濟济灣湾災灾爾尔獎奖獨独獲获環环畫画異异療疗監监"
    "盤盘碼码礎础禮礼穩稳積积築筑節节簡简簽签籌筹紀纪紙纸終终組组經经維维綜综綠绿線线緣缘緩缓練练縱纵織织繳缴罰罚職职"
    "聽听腦脑臨临舉举舊旧蘭兰衝冲補补裝装裡里見见訂订訊讯記记許许評评詢询試试該该認认誤误課课調调請请論论識识護护讀读"
    "讓让豐丰財财貨货貼贴賓宾賞赏質质贈赠趨趋跡迹車车軌轨軍军軟软較较輔辅輕轻輪轮辭辞農农遞递適适遲迟遷迁邊边醫医釐厘"
    "針针鋼钢錢钱錯错鐵铁鑒鉴閒闲闊阔陸陆陽阳隊队雜杂靈灵靜静頂顶須须頓顿頒颁頭头顧顾飛飞飯饭館馆駐驻駕驾騎骑鬆松魚鱼"
    "鳥鸟鹽盐麥麦黃黄齊齐欄栏詮诠徑径鄰邻擴扩暫暂況况獻献贊赞屆届籤签購购銷销銀银"
)
_SIMPLIFIED = {ord(old): new for old, new in zip(_PAIRS[::2], _PAIRS[1::2], strict=True)}


def simplified(text: str) -> str:
    """The text with the traditional characters that headings have in their simplified form."""
    return text if text.isascii() else text.translate(_SIMPLIFIED)


def heading_key(heading: str) -> str:
    """A heading without what does not tell headings apart: width, case, script (繁简), spaces, `_`, `-`, `*` and colon."""
    return simplified(_IGNORED.sub("", normalize("NFKC", heading))).casefold()


def undecorated(key: str, words: Collection[str]) -> str:
    """A heading's key without brackets that hold one of some words alone, as 必填 does."""
    return _BRACKETED.sub(lambda match: "" if match[1] in words else match[0], key)
