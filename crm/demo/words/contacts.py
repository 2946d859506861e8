"""Calls, visits and messages that colleagues wrote down, and prospects who have not bought yet."""

ZH, EN = "zh-hans", "en"

# (channel, direction, outcome, what was said)
SAID = {
    ZH: (
        ("phone", "in", "reached", "问{goods}有没有大一号的，答应查了库存回电。"),
        ("phone", "out", "reached", "通知{goods}到货，客户周末来取。"),
        ("phone", "out", "no_answer", "想约时间看样品，未接通。"),
        ("message", "in", "", "微信发来店面照片，想让我们推荐陈列方案。"),
        ("message", "out", "", "发了节日礼盒的报价单，客户说和合伙人商量。"),
        ("visit", "out", "reached", "上门拜访，看了仓库，{goods}还剩不多，下月初补。"),
        ("counter", "in", "", "到店自提，顺便看了新到的杯碟，拿了一份目录。"),
        ("email", "out", "", "把开票资料和对账单发给财务。"),
        ("phone", "in", "reached", "反映地址变更，已更新，下次按新地址送。"),
        ("phone", "out", "call_back", "正在接待客人，约下午再聊。"),
        ("visit", "in", "", "带朋友来展厅参观，朋友对圣诞系列感兴趣。"),
        ("message", "in", "", "问年底放假安排，担心发货赶不上。"),
        ("email", "in", "", "来信询问{goods}的批发价，已按五十件报价。"),
        ("phone", "out", "reached", "春节备货提醒，客户先订了一批彩灯。"),
    ),
    EN: (
        ("phone", "in", "reached", "Asked for the {goods} in a larger size. Looking into it, ringing back."),
        ("phone", "out", "reached", "Told that the {goods} are in. Will collect at the weekend."),
        ("phone", "out", "no_answer", "Wanted to agree on a time for samples."),
        ("message", "in", "", "Sent pictures of the shop window and asks what would go well with it."),
        ("email", "out", "", "Quote for the Christmas hampers sent. Talks it over with the partner."),
        ("visit", "out", "reached", "Called in at the shop. Few of the {goods} left, orders again at the start of the month."),
        ("counter", "in", "", "Collected the parcel, looked at the new cups, took a catalogue."),
        ("email", "out", "", "Statement of account sent to their bookkeeper."),
        ("phone", "in", "reached", "Has moved. Address changed for the next delivery."),
        ("phone", "out", "call_back", "Serving a customer, asked for the afternoon."),
        ("visit", "in", "", "Brought a friend to the showroom, who liked the Christmas range."),
        ("message", "in", "", "Asks when the last parcels leave before the holidays."),
        ("email", "in", "", "Asks for the trade price of the {goods}. Quoted for fifty."),
        ("phone", "out", "reached", "Reminded of the spring order; a first lot of lights is reserved."),
    ),
}

# (key, kind, name, region, language, owner, telephone, e-mail, days ago, notes)
PROSPECTS = (
    ("p1", "organisation", "杭州钱塘国际学校", "浙江 杭州", ZH, "agent", "0571-8000 4471", "office.qiantang@example.org", 24, "展会留名片，明年校庆需要纪念品。"),
    ("p2", "person", "诸葛明月", "上海", ZH, "liu", "158 0000 4417", "zhuge.mingyue@example.com", 17, "筹备婚礼，预算三万左右，喜欢木质风格。"),
    ("p3", "organisation", "宁波海曙精品酒店", "浙江 宁波", ZH, "zhao", "0574-8000 3312", "caigou.haishu@example.org", 33, "四十间客房，想统一更换茶具。"),
    ("p4", "person", "上官文静", "江苏 苏州", ZH, "agent2", "186 0000 9034", "", 9, ""),
    ("p5", "organisation", "Ravenscourt Wine Bar", "London", EN, "tom", "+44 20 7946 0772", "ravenscourt@example.org", 21, "Opening in spring, needs lanterns for a terrace."),
    ("p6", "person", "Aoife Gallagher", "Dublin", EN, "sophie", "+44 7700 900871", "aoife.gallagher@example.com", 12, "Runs a craft fair twice a year."),
    ("p7", "organisation", "Brambles Children's Centre", "Bristol", EN, "hannah", "+44 117 496 0318", "brambles@example.org", 40, "Wants toys without small parts."),
    ("p8", "person", "Henrik Solberg", "Edinburgh", EN, "agent", "+44 7700 900655", "henrik.solberg@example.com", 5, "Met at the autumn fair; gift shop on the harbour."),
    ("p9", "person", "司徒佳慧", "广东 广州", ZH, None, "137 0000 2875", "situ.jiahui@example.com", 2, "网站留言，想代理。"),
)
