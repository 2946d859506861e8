"""What the goods of the house are called when people speak of them, in both languages, and what can go wrong with them."""

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
    (r"CANDLE PLATE|CAKE ?STAND", "cake stand", "点心架", "breakable"),
    (r"ALARM CLOCK", "alarm clock", "闹钟", "works"),
    (r"CLOCK", "wall clock", "挂钟", "works"),
    (r"NIGHT LIGHT", "night light", "小夜灯", "works"),
    (r"KITCHEN SCALES", "kitchen scales", "厨房秤", "works"),
    (r"\d LIGHTS|LIGHTS|LAMP|LANTERN", "lights", "装饰灯", "works"),
    (r"T-LIGHT|TLIGHT|CANDLE HOLDER|CANDLEHOLDER", "tea-light holder", "烛台", "breakable"),
    (r"CANDLE", "candle", "蜡烛", "small"),
    (r"TEACUP|TEA ?CUP|SAUCER", "cup and saucer", "茶杯碟", "breakable"),
    (r"TEAPOT|TEA SET|TEA GLASS", "tea set", "茶具", "breakable"),
    (r"MUG|EGG CUP", "mug", "马克杯", "breakable"),
    (r"JUG|MILK BOTTLES", "milk jug", "奶壶", "breakable"),
    (r"JAR\b", "glass jar", "玻璃储物罐", "breakable"),
    (r"GLASS BALL|BAUBLE", "glass bauble", "玻璃彩球", "breakable"),
    (r"BOWL|PLATE", "bowl", "餐碗", "breakable"),
    (r"MIRROR", "mirror", "镜子", "breakable"),
    (r"MONEY BANK|TRINKET POT|TRINKET BOX|JEWELLERY BOX", "trinket box", "首饰盒", "breakable"),
    (r"BIRD ORNAMENT", "bird ornament", "小鸟挂饰", "breakable"),
    (r"HOT WATER BOTTLE|HOTTIE", "hot-water bottle", "热水袋", "warm"),
    (r"HAND ?WARMER", "hand warmer", "暖手宝", "warm"),
    (r"DOORMAT", "doormat", "门垫", "textile"),
    (r"LUNCH BAG|LUNCH BOX", "lunch bag", "午餐袋", "textile"),
    (r"JUMBO|SHOPPER|RECYCLING BAG", "shopping bag", "大号购物袋", "textile"),
    (r"CUSHION|KNEELING PAD", "cushion", "坐垫", "textile"),
    (r"TOWEL|FLANNEL|APRON", "tea towel", "茶巾", "textile"),
    (r"BUNTING", "bunting", "彩旗", "textile"),
    (r"STOCKING", "Christmas stocking", "圣诞袜", "textile"),
    (
        r"MARBLES|SKITTLES|GLIDERS|GAME|SNAP|PLAYING CARDS|SNAKES|PUZZLE|PAINT SET|HARMONICA|SOLDIER",
        "toy",
        "儿童玩具",
        "toy",
    ),
    (r"DOLL|PRINCESS|FELT ?CRAFT|FELT CRAFT|CHRISTMAS CRAFT|SEWING KIT", "craft kit", "手工材料包", "toy"),
    (r"\bBAG\b|WALLET|PURSE|RUCKSACK", "bag", "手提袋", "textile"),
    (r"PARASOL|UMBRELLA", "parasol", "遮阳伞", "textile"),
    (r"PAPER CHAIN", "paper chain kit", "圣诞纸链", "paper"),
    (r"BAKING SET|CUTTER|TINS? PANTRY|LOLLY", "baking set", "烘焙套装", "metal"),
    (r"CASES|DOIL", "baking cases", "烘焙纸杯", "paper"),
    (r"NAPKIN|TISSUE", "napkins", "纸巾", "paper"),
    (r"WRAP|RIBBON|GIFT TAG|CARD|CRACKER|STRAW|NOTEBOOK|BOOK|STICKER", "gift wrap", "包装用品", "paper"),
    (r"SIGN", "metal sign", "金属挂牌", "metal"),
    (r"\bTINS?\b|BREAD BIN|ENAMEL", "storage tin", "收纳罐", "metal"),
    (r"FRAME|ALBUM", "picture frame", "相框", "wood"),
    (r"CHALK ?BOARD|BLACK ?BOARD", "chalkboard", "小黑板", "wood"),
    (r"CABINET|DRAWER|CHEST|HANGER|HOOK|SHELF|STOOL", "small cabinet", "小木柜", "wood"),
    (r"BUILDING BLOCK", "wooden letters", "木质字母", "wood"),
    (r"WICKER|BASKET", "wicker heart", "藤编挂饰", "small"),
    (r"BIRDCAGE|PLANT HOLDER|PLANTER|GARDEN", "plant holder", "花架", "metal"),
    (r"SCANDINAVIAN|WOODEN|DECORATION|GARLAND|WREATH|BELL|HEART|CHRISTMAS|STAR", "decoration", "挂饰", "small"),
)
_COMPILED = tuple((re.compile(pattern), Goods(en, zh, kind)) for pattern, en, zh, kind in _NAMES)
ANYTHING = Goods("goods", "货品", "other")


def goods(description: str) -> Goods:
    return next((found for pattern, found in _COMPILED if pattern.search(description)), ANYTHING)
