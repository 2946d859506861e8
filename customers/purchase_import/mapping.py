"""How a file is to be read: the keys of a mapping, checked; and which column is which, guessed from the header."""

import codecs
import re
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.purchase_import.reasons import Unusable

FIELDS = {
    "purchase": gettext_lazy("Purchase number"),
    "customer": gettext_lazy("Customer"),
    "at": gettext_lazy("Date and time"),
    "product": gettext_lazy("Product code"),
    "description": gettext_lazy("Description"),
    "quantity": gettext_lazy("Quantity"),
    "unit_price": gettext_lazy("Unit price"),
    "amount": gettext_lazy("Amount"),
    "country": gettext_lazy("Country or region"),
}

# Normalised headers, the surest first.
_WORDS = {
    "purchase": "invoiceno invoicenumber invoice invoiceid orderno ordernumber orderid purchaseno purchasenumber purchaseid "
    "purchase receiptno receipt receiptnumber transactionid transactionno basketid billno order 订单号 订单编号 购买单号 单号 "
    "发票号 发票号码 小票号 流水号 交易号 交易流水号 销售单号 单据编号 单据号 订单",
    "customer": "customerid customerno customernumber customercode customer custid custno clientid clientno client memberid "
    "memberno householdid buyerid buyer 客户编号 客户号 客户代码 客户id 会员号 会员编号 会员卡号 会员id 顾客编号 顾客号 买家id 客户 会员 顾客 买家",
    "at": "invoicedate invoicetime orderdate ordertime purchasedate purchasedat purchasetime transactiondate transactiontime "
    "transactiontimestamp happenedat soldat datetime timestamp date time day 购买时间 购买日期 下单时间 订单创建时间 订单时间 订单日期 "
    "交易时间 交易日期 销售时间 销售日期 开单时间 开单日期 消费时间 消费日期 日期 时间",
    "product": "stockcode productcode productno productid sku skuid itemcode itemno itemid articleno articlenumber partno "
    "product item article 商品编码 商品编号 商品代码 商品id 产品编码 产品编号 产品代码 货号 料号 存货编码 商品 产品",
    "description": "description productname productdescription itemname itemdescription articlename name title 商品名称 产品名称 "
    "商品描述 品名 货品名称 存货名称 商品标题 描述 名称",
    "quantity": "quantity qty units pieces count number 数量 购买数量 销售数量 件数",
    "unit_price": "unitprice priceperunit priceeach price 单价 销售单价 成交单价 价格 售价",
    "amount": "linetotal lineamount amount totalprice totalamount total salesvalue sum 金额 销售金额 成交金额 小计 总金额 总价 合计 实付金额",
    "country": "country countryregion region state province 国家 国家地区 地区 省份 区域",
}
WORDS: dict[str, list[str]] = {ours: words.split() for ours, words in _WORDS.items()}
_KNOWN_WORDS = {word for words in WORDS.values() for word in words}

NAMED_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t"}
DELIMITERS = {",": gettext_lazy("comma"), ";": gettext_lazy("semicolon"), "\t": gettext_lazy("tab")}
SKIP, REJECT = "skip", "reject"
# Instead of a strptime format: how dates of two numbers and a year are read, with or without a time.
ORDERS = {"day-first": "day", "month-first": "month"}


class MappingError(ValueError):
    """The mapping itself is wrong, whatever the file says."""


def normalised(header: str) -> str:
    """A header without what people vary: case, blanks, punctuation, a unit in brackets."""
    return re.sub(r"[\W_]+", "", re.sub(r"[(（\[].*?[)）\]]", "", header).casefold())


@dataclass(frozen=True)
class Mapping:
    """What the file does not say of itself. Empty strings: to be found out."""

    columns: dict[str, str] = field(default_factory=dict)
    encoding: str = ""
    delimiter: str = ""
    date_format: str = ""
    timezone: str = ""
    currency: str = ""
    team: str | int | None = None
    without_customer: str = SKIP
    returns: dict[str, str] = field(default_factory=dict)
    shift_dates_to_end_today: bool = False

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone or settings.TIME_ZONE)

    @property
    def returns_prefix(self) -> str:
        return self.returns.get("prefix", "")

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def with_columns(self, columns: dict[str, str]) -> "Mapping":
        return replace(self, columns=columns)

    def missing(self) -> list[str]:
        """Which of our columns no column of the file serves although a purchase needs them."""
        missing = [ours for ours in ("purchase", "customer", "at", "product") if ours not in self.columns]
        if "amount" not in self.columns:
            missing += [ours for ours in ("quantity", "unit_price") if ours not in self.columns]
        return missing


def read_mapping(data: Any) -> Mapping:
    """A mapping from what a JSON file or a form holds; MappingError says what is wrong with it."""
    if not isinstance(data, Dictionary):
        raise MappingError(_("A mapping is an object with keys."))
    data = {key: value for key, value in data.items() if value is not None}
    if unknown := sorted(set(data) - set(Mapping.__dataclass_fields__)):
        raise MappingError(_("Unknown keys: %(keys)s.") % {"keys": ", ".join(map(str, unknown))})
    for key in ("encoding", "delimiter", "date_format", "timezone", "currency", "without_customer"):
        if not isinstance(data.get(key, ""), str):
            raise MappingError(_("%(key)s must be text.") % {"key": key})
    return Mapping(
        columns=_columns(data.get("columns", {})),
        encoding=_encoding(data.get("encoding", "")),
        delimiter=_delimiter(data.get("delimiter", "")),
        date_format=_date_format(data.get("date_format", "")),
        timezone=_timezone(data.get("timezone", "")),
        currency=_currency(data.get("currency", "")),
        team=_team(data.get("team")),
        without_customer=_choice(data.get("without_customer") or SKIP, (SKIP, REJECT), "without_customer"),
        returns=_returns(data.get("returns", {})),
        shift_dates_to_end_today=_yes_or_no(data.get("shift_dates_to_end_today", False)),
    )


def _columns(columns: Any) -> dict[str, str]:
    if not isinstance(columns, Dictionary):
        raise MappingError(_("columns is an object: our name to the file's header."))
    if unknown := sorted(set(columns) - set(FIELDS)):
        raise MappingError(
            _("Unknown columns: %(unknown)s. Ours are %(known)s.")
            % {"unknown": ", ".join(map(str, unknown)), "known": ", ".join(FIELDS)}
        )
    taken: dict[str, str] = {}
    for ours, header in columns.items():
        if header in (None, ""):
            continue
        if not isinstance(header, str):
            raise MappingError(_("columns is an object: our name to the file's header."))
        header = header.strip()
        if header in taken.values():
            raise MappingError(_("Column %(header)s is named twice.") % {"header": header})
        taken[ours] = header
    return taken


def _encoding(name: str) -> str:
    if not name.strip():
        return ""
    try:
        info = codecs.lookup(name.strip())
        if not getattr(info, "_is_text_encoding", True) or info.name in (
            "idna",
            "punycode",
            "unicode-escape",
            "undefined",
        ):
            raise LookupError
    except (LookupError, ValueError):
        raise MappingError(_("Unknown encoding: %(name)s.") % {"name": name}) from None
    # What is labelled GB2312 or GBK holds characters that only GB18030 has.
    return "gb18030" if info.name in ("gb2312", "gbk", "hz") else info.name


def _delimiter(text: str) -> str:
    if not text:
        return ""
    delimiter = NAMED_DELIMITERS.get(text.strip().lower(), text)
    if len(delimiter) != 1 or delimiter in '"\r\n\0 ' or delimiter.isalnum():
        raise MappingError(_("A delimiter is one character: comma, semicolon or tab."))
    return delimiter


def _date_format(text: str) -> str:
    import datetime as dt

    if not text.strip() or text in ORDERS:
        return text.strip()
    probe = dt.datetime(2026, 11, 23, 13, 45, 59, tzinfo=dt.UTC)
    try:
        read = dt.datetime.strptime(probe.strftime(text), text)
    except ValueError:
        raise MappingError(_("Not a date format: %(text)s.") % {"text": text}) from None
    if read.date() != probe.date():
        raise MappingError(_("The date format %(text)s does not name year, month and day.") % {"text": text})
    return text


def _timezone(name: str) -> str:
    if not name.strip():
        return ""
    try:
        return ZoneInfo(name.strip()).key
    except (LookupError, ValueError, OSError):
        raise MappingError(_("Unknown time zone: %(name)s.") % {"name": name}) from None


def _currency(code: str) -> str:
    if code and not re.fullmatch(r"[A-Za-z]{3}", code.strip()):
        raise MappingError(_("A currency is three letters: %(code)s.") % {"code": code})
    return code.strip().upper()


def _team(team: Any) -> str | int | None:
    if team in (None, ""):
        return None
    if isinstance(team, bool) or not isinstance(team, str | int):
        raise MappingError(_("team is the name of a team."))
    return team


def _returns(returns: Any) -> dict[str, str]:
    if (
        not isinstance(returns, Dictionary)
        or set(returns) - {"prefix"}
        or not isinstance(returns.get("prefix", ""), str)
    ):
        raise MappingError(_("returns is an object with the key prefix."))
    return {"prefix": returns["prefix"]} if returns.get("prefix") else {}


def _choice(value: str, known: Sequence[str], key: str) -> str:
    if value not in known:
        raise MappingError(_("%(key)s is one of %(known)s.") % {"key": key, "known": ", ".join(known)})
    return value


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise MappingError(_("shift_dates_to_end_today is true or false."))
    return value


# --- Against a header ------------------------------------------------------------------------------------------------------------


def guess_columns(header: Sequence[str]) -> dict[str, str]:
    """Ours → the file's, as far as the words of the header tell, in English and Chinese; each column serves once."""
    known: dict[str, str] = {}
    for name in header:
        if name and header.count(name) == 1:
            known.setdefault(normalised(name), name)
    guessed: dict[str, str] = {}
    for ours, words in WORDS.items():
        for word in words:
            if (found := known.get(word)) and found not in guessed.values():
                guessed[ours] = found
                break
    return guessed


def words_known(header: Sequence[str]) -> int:
    """How many of these headers are words that we know."""
    return sum(normalised(name) in _KNOWN_WORDS for name in header)


def place(mapping: Mapping, header: Sequence[str]) -> dict[str, int]:
    """Ours → position in the row. A mapping without columns is guessed; what is missing or double makes the file unusable."""
    columns = mapping.columns or guess_columns(header)
    mapping = mapping.with_columns(columns)
    if missing := mapping.missing():
        raise Unusable("missing_columns", row=1, column=", ".join(missing), detail=", ".join(missing))
    places, absent = {}, []
    for ours, name in columns.items():
        found = [n for n, head in enumerate(header) if head == name]
        found = found or [n for n, head in enumerate(header) if normalised(head) == normalised(name) != ""]
        if not found:
            absent.append(name)
        elif len(found) > 1:
            raise Unusable("double_column", row=1, column=name)
        else:
            places[ours] = found[0]
    if absent:
        raise Unusable("missing_columns", row=1, column=", ".join(absent), detail=", ".join(absent))
    return places
