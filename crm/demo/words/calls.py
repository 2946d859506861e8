"""What colleagues note after a follow-up, by its reason and the language of the customer; why one was cancelled."""

ZH, EN = "zh-hans", "en"

REACHED = {
    ("delivery", ZH): (
        "{goods}都收到了，件数对，没有破损。",
        "货到了，正在用。问了下次活动什么时候开始，答应提前通知。",
        "收到，说包装比上次结实，很满意。",
        "已签收，还没拆箱，周末拆完有问题再联系我们。",
        "{goods}收到，颜色比照片略深，但能接受。",
        "收货正常，提醒我们下午三点以后再打电话。",
        "已到货，问能不能补开发票，已告知在订单页申请。",
        "人很客气，说一切都好，顺带介绍了一位朋友。",
    ),
    ("delivery", EN): (
        "Everything arrived and complete. Pleased with the {goods}.",
        "All there, nothing broken. Asked when the next offers start.",
        "Came a day early. Likes the new boxes.",
        "Arrived, not unpacked yet. Will ring if anything is missing.",
        "The {goods} arrived; a shade darker than the picture, keeps them all the same.",
        "All well. Please ring after four next time.",
        "Received. Wanted a copy of the invoice, sent.",
        "Happy with it all, and mentioned us to a neighbour.",
    ),
    ("satisfaction", ZH): (
        "用了一个月，{goods}没有问题，下个月还想再订一些。",
        "总体满意，希望多一些小包装的选择。",
        "卖得不错，店里只剩几件，月底会补货。",
        "很满意，问有没有新款目录，已答应寄一份。",
        "还可以，觉得运费偏高，解释了满额包邮。",
        "孩子很喜欢，打算过年前再买一套送人。",
        "没有意见，客套了几句，感觉近期不会再买。",
        "提到网站付款页有时打不开，已转给同事。",
    ),
    ("satisfaction", EN): (
        "A month on, no trouble with the {goods}. Will order again before the holidays.",
        "Content on the whole; would like smaller packs.",
        "Selling well, only a few left. Re-orders at the end of the month.",
        "Very pleased. Would like the new catalogue, promised one.",
        "Fine, but finds the carriage dear. Explained the free-delivery limit.",
        "The children love it. Wants another as a present.",
        "No complaints, not chatty. Probably nothing more this season.",
        "Says that the payment page sticks now and then. Passed on.",
    ),
    ("check-back", ZH): (
        "客户说已经解决，之后没有再出现。感谢我们主动回访。",
        "问题处理得还行，就是时间久了点，希望以后快一些。",
        "补发的都好，客户表示会继续买。",
        "确认解决。提醒我们把承诺写清楚，免得误会。",
        "已经没事了，还夸了处理的同事。",
    ),
    ("check-back", EN): (
        "Settled, and it has not happened again. Glad that we rang.",
        "Settled, though it took its time. Wishes we were quicker.",
        "The replacement is fine. Will buy again.",
        "All right now. Asks us to put promises in writing.",
        "Nothing left to settle. Praised the colleague who dealt with it.",
    ),
    ("rescue", ZH): (
        "先听客户说完，主要是等得太久。已道歉，答应下次由专人对接。",
        "客户对包装不满，说明了改进，送一张运费券，情绪缓和。",
        "电话里解释了经过，客户愿意再给一次机会。",
        "客户要的是一句道歉，已诚恳道歉并记录原因。",
    ),
    ("rescue", EN): (
        "Listened first. It was the waiting. Apologised; one person looks after the next order.",
        "Unhappy with the packing. Told what has changed, sent a voucher. Much friendlier at the end.",
        "Explained what had gone wrong. Willing to give us another chance.",
        "What was wanted was an apology. Given, and the reason noted.",
    ),
    ("other", ZH): ("已联系，按约定办好。", "聊过了，客户会考虑，下周再说。"),
    ("other", EN): ("Spoken to, done as agreed.", "Talked it over. Will think about it until next week."),
}

MISSED = {
    ("no_answer", ZH): ("无人接听。", "响了很久没人接，换个时间再打。", ""),
    ("no_answer", EN): ("Rang out.", "No answer, trying again later.", ""),
    ("busy", ZH): ("占线。", ""),
    ("busy", EN): ("Engaged.", ""),
    ("call_back", ZH): ("在开会，请稍后再打。", "正在开车，约了时间再联系。", "店里正忙，让我们晚点打。"),
    ("call_back", EN): (
        "In a meeting, asked to be rung later.",
        "Driving; agreed on a time.",
        "Shop full, please later.",
    ),
    ("refused", ZH): ("客户说没时间，不想接受回访。", "客户表示不需要回访。"),
    ("refused", EN): ("No time, does not want to be rung.", "Prefers not to be rung about orders."),
    ("wrong_number", ZH): ("号码是别人的，需要核对。",),
    ("wrong_number", EN): ("Somebody else's number, to be checked.",),
}

CANCELLED = {
    ZH: (
        "客户已主动来电说一切正常，不再单独回访。",
        "同一客户当天有另一次回访，合并处理。",
        "货已退回，无需回访。",
        "客户要求小额订单不要回访。",
    ),
    EN: (
        "The customer rang us: all is well.",
        "Rung about another order on the same day.",
        "The goods came back, nothing to ask.",
        "Does not want to be rung about small orders.",
    ),
}

# Typed by hand: (who does it, who typed it, in how many days, time, kind, language of the customer, what, note)
TYPED = (
    ("agent", "agent", 0, "09:30", "message", ZH, "发冬季新品图册", "客户上周问过，微信发电子版即可。"),
    (
        "agent",
        "agent",
        0,
        "11:30",
        "call",
        EN,
        "Quote for 40 hampers",
        "Ring with the price before lunch; she decides today.",
    ),
    ("agent", "lead", 0, "14:30", "call", ZH, "确认下一批订货数量", "上次订了 60 件，这次想加灯串。"),
    ("agent", "agent", 0, "16:00", "visit", ZH, "到店看陈列效果", "带两款新样品。"),
    ("agent", "agent", 0, "18:30", "call", EN, "Ring back after work", "Cannot talk at the office."),
    ("agent", "agent", 1, "10:00", "call", EN, "Ask how the autumn fair went", ""),
    ("agent", "agent", 2, "15:00", "visit", ZH, "送样品并谈年度合作", ""),
    ("agent2", "agent2", 0, "10:30", "call", ZH, "告知检测结果", "供应商报告上午出。"),
    ("agent2", "xu", 0, "15:00", "visit", ZH, "上门更换并拍照", "带两件备用。"),
    ("agent2", "agent2", 1, "09:30", "call", ZH, "确认换货已签收", ""),
    ("handler", "handler", 0, "11:00", "call", EN, "Tell the customer what the carrier says", ""),
    ("handler", "handler", 0, "16:30", "message", ZH, "发补发快递单号", ""),
    ("lead", "lead", 0, "17:00", "call", EN, "Thank a customer of ten years", "Helen asked for it."),
    ("liu", "liu", 0, "14:00", "call", ZH, "核对婚礼伴手礼清单", ""),
    ("sophie", "lead", 0, "13:30", "call", EN, "Ask about the spring catalogue", ""),
    ("tom", "callum", 0, "18:00", "visit", EN, "Show the new range at the shop", ""),
    (None, "lead", 0, "10:00", "call", ZH, "核对送货地址", "快递退回过一次。"),
    (None, "lead", 0, "15:30", "call", EN, "Check the delivery address", "One parcel came back."),
)
