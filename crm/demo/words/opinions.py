"""What customers write under their scores, by language, what they were asked about and how content they are."""

ZH, EN = "zh-hans", "en"

GOOD, FAIR, BAD = "good", "fair", "bad"

AFTER_PURCHASE = {
    (GOOD, ZH): (
        "{goods}做工很好，比想象中厚实，包装也用心。",
        "发货快，件数没错，客服回复及时。",
        "第三次买了，一如既往地好。",
        "{goods}摆在店里很出效果，客人都在问。",
        "很满意，希望多上一些小件。",
        "包装严实，一件没碎。",
        "孩子喜欢得不得了，谢谢。",
        "客服很耐心，帮我挑了一套配得上的。",
        "和图片一模一样，送人很体面。",
        "下单第二天就到了，惊喜。",
        "店里回头客多，{goods}卖得最快。",
        "一直在你们家拿货，放心。",
    ),
    (GOOD, EN): (
        "The {goods} look lovely in the window, and customers ask about them.",
        "Quick, complete and well packed. As always.",
        "Better made than I expected.",
        "Third order, third time nothing to complain about.",
        "Friendly on the telephone, and here the next day.",
        "Please keep the {goods} in the range.",
        "The packing is so much better than last year.",
        "Patient advice, and the right thing in the end.",
        "Just like the picture. It made a good present.",
        "Ordered on Monday, here on Tuesday.",
        "Of all we stock the {goods} sell fastest.",
        "I have bought here for years, for good reason.",
    ),
    (FAIR, ZH): (
        "东西不错，就是运费有点高。",
        "{goods}颜色和图片有一点差别。",
        "整体可以，到货比说好的晚了一天。",
        "希望网站能查到实时库存。",
        "东西可以，说明书字太小。",
    ),
    (FAIR, EN): (
        "Good things, but the carriage is dear.",
        "The colour is not quite that of the picture.",
        "Fine, though a day later than promised.",
        "It would help to see on the page what is in stock.",
        "Nice enough. The instructions are in very small print.",
    ),
    (BAD, ZH): (
        "{goods}有两件边上有瑕疵，没来得及反映。",
        "等了快两周才到，活动都结束了。",
        "打电话问进度，三个人三种说法。",
        "价格刚买完就降，心里不舒服。",
        "包装太简单，箱子压扁了。",
        "发票催了两次才开。",
        "和上次买的不是一个质量。",
    ),
    (BAD, EN): (
        "Two of the {goods} had flaws along the edge.",
        "Nearly two weeks, and the fair was over by then.",
        "Three people, three different answers about my order.",
        "The price fell a few days after I paid.",
        "The box was crushed and hardly padded.",
        "I had to ask twice for the invoice.",
        "Not what it was when I bought it last year.",
    ),
}

AFTER_COMPLAINT = {
    (GOOD, ZH): (
        "处理得很快，态度诚恳，下次还来。",
        "没想到会主动打电话，挺感动的。",
        "说到做到，补发的第二天就到了。",
        "认真听我说完，还回头确认了一次。",
        "小事也当回事，难得。",
    ),
    (GOOD, EN): (
        "Dealt with at once, and a person rang me. Thank you.",
        "You did what you promised, on the day.",
        "Could not have been handled better.",
        "Listened to the end, and checked again afterwards.",
        "A small thing, taken seriously.",
    ),
    (FAIR, ZH): ("解决了，就是来回说了好几遍。", "结果满意，过程慢了点。"),
    (FAIR, EN): ("Solved, but I had to explain it three times.", "Right in the end. It took a while."),
    (BAD, ZH): (
        "拖了一个星期，每次都要我自己打电话问。",
        "道歉是道歉了，可同样的问题半年里第二次了。",
        "补发的还是有问题，对你们没信心了。",
    ),
    (BAD, EN): (
        "A week of ringing you myself.",
        "An apology, but it is the second time this year.",
        "The replacement was no better. I have lost faith.",
    ),
}
