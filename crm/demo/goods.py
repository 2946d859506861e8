"""What the goods of the house are called when people speak of them, in both languages, and what can go wrong with them.

English names are plurals: the stories are told of things that are bought by the dozen.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Goods:
    """`kind` decides which stories can be told of it."""

    en: str
    zh: str
    kind: str

    def said(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


# The first that fits decides.
_NAMES = (
    (r"CANDLE PLATE|CAKE ?STAND", "cake stands", "点心架", "breakable"),
    (r"ALARM CLOCK", "alarm clocks", "闹钟", "works"),
    (r"CLOCK", "wall clocks", "挂钟", "works"),
    (r"NIGHT LIGHT", "night lights", "小夜灯", "works"),
    (r"KITCHEN SCALES", "kitchen scales", "厨房秤", "works"),
    (r"\d LIGHTS|LIGHTS|LAMP|LANTERN", "lights", "装饰灯", "works"),
    (r"T-LIGHT|TLIGHT|CANDLE HOLDER|CANDLEHOLDER", "tea-light holders", "烛台", "breakable"),
    (r"CANDLE", "candles", "蜡烛", "small"),
    (r"TEACUP|TEA ?CUP|SAUCER", "cups and saucers", "茶杯碟", "breakable"),
    (r"TEAPOT|TEA SET|TEA GLASS", "tea sets", "茶具", "breakable"),
    (r"MUG|EGG CUP", "mugs", "马克杯", "breakable"),
    (r"JUG|MILK BOTTLES", "milk jugs", "奶壶", "breakable"),
    (r"JAR\b", "glass jars", "玻璃储物罐", "breakable"),
    (r"GLASS BALL|BAUBLE", "glass baubles", "玻璃彩球", "breakable"),
    (r"BOWL|PLATE", "bowls", "餐碗", "breakable"),
    (r"MIRROR", "mirrors", "镜子", "breakable"),
    (r"MONEY BANK|TRINKET POT|TRINKET BOX|JEWELLERY BOX", "trinket boxes", "首饰盒", "breakable"),
    (r"BIRD ORNAMENT", "bird ornaments", "小鸟挂饰", "breakable"),
    (r"HOT WATER BOTTLE|HOTTIE", "hot-water bottles", "热水袋", "warm"),
    (r"HAND ?WARMER", "hand warmers", "暖手宝", "warm"),
    (r"DOORMAT", "doormats", "门垫", "textile"),
    (r"LUNCH BAG|LUNCH BOX", "lunch bags", "午餐袋", "textile"),
    (r"JUMBO|SHOPPER|RECYCLING BAG", "shopping bags", "大号购物袋", "textile"),
    (r"CUSHION|KNEELING PAD", "cushions", "坐垫", "textile"),
    (r"TOWEL|FLANNEL|APRON", "tea towels", "茶巾", "textile"),
    (r"BUNTING", "bunting", "彩旗", "textile"),
    (r"STOCKING", "Christmas stockings", "圣诞袜", "textile"),
    (
        r"MARBLES|SKITTLES|GLIDERS|GAME|SNAP|PLAYING CARDS|SNAKES|PUZZLE|PAINT SET|HARMONICA|SOLDIER",
        "toys",
        "儿童玩具",
        "toy",
    ),
    (r"DOLL|PRINCESS|FELT ?CRAFT|FELT CRAFT|CHRISTMAS CRAFT|SEWING KIT", "craft kits", "手工材料包", "toy"),
    (r"\bBAG\b|WALLET|PURSE|RUCKSACK", "bags", "手提袋", "textile"),
    (r"PARASOL|UMBRELLA", "parasols", "遮阳伞", "textile"),
    (r"PAPER CHAIN", "paper chains", "圣诞纸链", "paper"),
    (r"BAKING SET|CUTTER|TINS? PANTRY|LOLLY", "baking sets", "烘焙套装", "metal"),
    (r"CASES|DOIL", "baking cases", "烘焙纸杯", "paper"),
    (r"NAPKIN|TISSUE", "napkins", "纸巾", "paper"),
    (r"WRAP|RIBBON|GIFT TAG|CARD|CRACKER|STRAW|NOTEBOOK|BOOK|STICKER", "gift wraps", "包装用品", "paper"),
    (r"SIGN", "metal signs", "金属挂牌", "metal"),
    (r"\bTINS?\b|BREAD BIN|ENAMEL", "storage tins", "收纳罐", "metal"),
    (r"FRAME|ALBUM", "picture frames", "相框", "wood"),
    (r"CHALK ?BOARD|BLACK ?BOARD", "chalkboards", "小黑板", "wood"),
    (r"CABINET|DRAWER|CHEST|HANGER|HOOK|SHELF|STOOL", "small cabinets", "小木柜", "wood"),
    (r"BUILDING BLOCK", "wooden letters", "木质字母", "wood"),
    (r"WICKER|BASKET", "wicker hearts", "藤编挂饰", "small"),
    (r"BIRDCAGE|PLANT HOLDER|PLANTER|GARDEN", "plant holders", "花架", "metal"),
    (r"SCANDINAVIAN|WOODEN|DECORATION|GARLAND|WREATH|BELL|HEART|CHRISTMAS|STAR", "decorations", "挂饰", "small"),
)
_COMPILED = tuple((re.compile(pattern), Goods(en, zh, kind)) for pattern, en, zh, kind in _NAMES)
ANYTHING = Goods("goods", "货品", "other")


def goods(description: str) -> Goods:
    return next((found for pattern, found in _COMPILED if pattern.search(description)), ANYTHING)
