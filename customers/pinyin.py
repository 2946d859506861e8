"""Chinese names: where the surname ends, how they are read, and the key by which they are sorted.

pypinyin has no surname mode: 单 is shàn and 曾 zēng as surnames. Both readings are searched, the surname's sorts.
"""

import functools
import re
import unicodedata

from pypinyin import Style, lazy_pinyin, pinyin

HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿\U00020000-\U0003134f]")

# Surnames that read otherwise than the same character elsewhere.
SURNAMES = {
    "单": "shan", "單": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "区": "ou", "區": "ou", "查": "zha", "盖": "ge",
    "蓋": "ge", "朴": "piao", "翟": "zhai", "乐": "yue", "樂": "yue", "覃": "qin", "种": "chong", "繁": "po", "召": "shao",
    "秘": "bi", "员": "yun", "員": "yun", "缪": "miao", "繆": "miao", "折": "she", "黑": "he", "洗": "xian", "么": "yao",
    "句": "gou", "薄": "bo", "都": "du", "长": "chang", "隗": "wei", "牟": "mu", "佴": "nai", "祭": "zhai", "郇": "xun",
    "阚": "kan", "藏": "zang", "能": "nai", "适": "kuo",
}  # fmt: skip

# A second reading that is a surname's, too.
ALSO = {
    "覃": ("tan",),
    "尉": ("yu",),
    "任": ("ren",),
    "隗": ("kui",),
    "缪": ("mou",),
    "乐": ("le",),
    "葛": ("ge",),
    "种": ("zhong",),
}

COMPOUND = {
    "欧阳": "ou yang", "歐陽": "ou yang", "上官": "shang guan", "司马": "si ma", "司馬": "si ma", "诸葛": "zhu ge",
    "諸葛": "zhu ge", "尉迟": "yu chi", "尉遲": "yu chi", "万俟": "mo qi", "萬俟": "mo qi", "单于": "chan yu", "單于": "chan yu",
    "皇甫": "huang fu", "夏侯": "xia hou", "东方": "dong fang", "東方": "dong fang", "赫连": "he lian", "公孙": "gong sun",
    "公孫": "gong sun", "慕容": "mu rong", "令狐": "ling hu", "长孙": "zhang sun", "長孫": "zhang sun", "宇文": "yu wen",
    "司徒": "si tu", "司空": "si kong", "端木": "duan mu", "独孤": "du gu", "獨孤": "du gu", "南宫": "nan gong",
    "南宮": "nan gong", "西门": "xi men", "西門": "xi men", "东郭": "dong guo", "百里": "bai li", "呼延": "hu yan",
    "闻人": "wen ren", "聞人": "wen ren", "濮阳": "pu yang", "淳于": "chun yu", "澹台": "tan tai", "澹臺": "tan tai",
    "公冶": "gong ye", "宗政": "zong zheng", "轩辕": "xuan yuan", "軒轅": "xuan yuan", "钟离": "zhong li", "鍾離": "zhong li",
    "拓跋": "tuo ba", "申屠": "shen tu", "太史": "tai shi", "仲孙": "zhong sun", "梁丘": "liang qiu", "左丘": "zuo qiu",
    "东门": "dong men", "第五": "di wu", "鲜于": "xian yu", "鮮于": "xian yu", "闾丘": "lv qiu", "亓官": "qi guan",
    "司寇": "si kou", "巫马": "wu ma", "公西": "gong xi", "颛孙": "zhuan sun", "壤驷": "rang si", "公良": "gong liang",
    "漆雕": "qi diao", "乐正": "yue zheng", "宰父": "zai fu", "谷梁": "gu liang", "夹谷": "jia gu", "呼衍": "hu yan",
    "贺兰": "he lan", "完颜": "wan yan", "耶律": "ye lv", "纳兰": "na lan", "納蘭": "na lan", "叶赫": "ye he", "爱新": "ai xin",
    "范姜": "fan jiang", "张简": "zhang jian", "羊舌": "yang she", "微生": "wei sheng", "梁邱": "liang qiu",
}  # fmt: skip

_LIMIT = 4  # readings of one name that are kept; a name of heteronyms must not explode


def has_han(text: str) -> bool:
    return bool(HAN.search(text))


def is_han_name(text: str) -> bool:
    """Only Han characters, perhaps with the middle dot of transcribed names."""
    return bool(text) and all(HAN.match(c) or c in "·•・‧" for c in text)


def split_name(name: str) -> tuple[str, str]:
    """(family, given) of a person's name: 欧阳清 → 欧阳, 清; Margaret Ellison → Ellison, Margaret; Ellison, Margaret too."""
    name = " ".join(name.split())
    if is_han_name(name):
        if any(c in name for c in "·•・‧"):  # a transcribed name gives its own name first
            given, _dot, family = re.sub("[•・‧]", "·", name).rpartition("·")
            return family, given
        length = 2 if name[:2] in COMPOUND and len(name) > 2 else 1
        return (name[:length], name[length:]) if len(name) > 1 else (name, "")
    if "," in name:
        family, _comma, given = name.partition(",")
        return family.strip(), given.strip()
    given, _space, family = name.rpartition(" ")
    return family, given


def _umlaut(syllable: str) -> str:
    return syllable.replace("ü", "v")


@functools.lru_cache(maxsize=4096)
def syllables(name: str, surname_first: bool = True) -> tuple[str, ...]:
    """One reading per character, the surname's at the beginning; what is not Han stays as it is, piece by piece."""
    read = [_umlaut(s) for s in lazy_pinyin(name, errors=list)]  # type: ignore[arg-type]
    if surname_first and is_han_name(name):
        if name[:2] in COMPOUND:
            read[:2] = COMPOUND[name[:2]].split()
        elif name[:1] in SURNAMES:
            read[0] = SURNAMES[name[0]]
    return tuple(read)


def readings(name: str) -> list[tuple[str, ...]]:
    """Every reading worth searching, the most likely first: a syllable per Han character, the rest left out."""
    han = "".join(HAN.findall(name))
    if not han:
        return []
    found = [syllables(han), tuple(_umlaut(s) for s in lazy_pinyin(han))]
    for other in ALSO.get(han[0], ()):
        found.append((other, *found[0][1:]))
    # Characters beyond the surname with several readings (乐, 长, 行): one more reading each, not their product.
    if len(han) <= 6:
        for place, options in enumerate(pinyin(han, style=Style.NORMAL, heteronym=True)):
            if place and len(options) > 1:
                found += [(*found[0][:place], _umlaut(o), *found[0][place + 1 :]) for o in options[:2]]
    unique: list[tuple[str, ...]] = []
    for reading in found:
        for spelt in (reading, tuple(s.replace("v", "u") for s in reading)):  # 吕 is typed lv and lu
            if spelt not in unique:
                unique.append(spelt)
    return unique[:_LIMIT]


def unaccented(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def sort_key(name: str, number: str = "") -> str:
    """What lists sort by: pinyin for Chinese, plain letters else; nameless ones behind all others, by number."""
    name = " ".join(name.split())
    if not name:
        return f"~{number.lower()}"[:240]
    pieces, word = [], ""
    for piece, character in zip(syllables(name), name, strict=True):
        if HAN.match(character):
            pieces += [word, piece]
            word = ""
        else:
            word += character
    key = " ".join(" ".join([*pieces, word]).split())
    return unaccented(key).lower()[:240]
