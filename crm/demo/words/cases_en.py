"""Cases told in English."""

from functools import partial

from crm.demo.words.story import Story

_s = partial(Story, language="en")

STORIES = (
    _s(
        key="en-broken",
        after=(2, 5),
        category="Product quality",
        about=("breakable",),
        least=2,
        subject="Two pieces broken on arrival: {goods}",
        says=(
            "Order {order} came yesterday. The box looked fine, but two of the pieces ({goods}) were in bits, with hardly "
            "any padding round them. They were meant for a table on Saturday."
        ),
        wish="Two replacements before Saturday",
        ask="A picture of the broken pieces and of the box, for the carrier",
        reply="Pictures sent. You can see that there was a single sheet of paper between them.",
        letter=(
            "Thank you for the pictures. Two replacements leave us this afternoon in a double-walled box and reach you "
            "tomorrow. Please keep or bin the broken ones, there is no need to send them back. I am sorry about this."
        ),
        promise="Two replacements leave today",
        note="Warehouse: this lot was packed in the old boxes. They re-pack the rest before it goes out.",
        resolution="Two replacements sent by next-day delivery in a double-walled box; arrived whole, customer confirmed.",
        again="The replacements came, and one of them is cracked right through the base.",
        second="Taken to the customer by hand from the shop and unpacked together. One more given as an apology.",
    ),
    _s(
        key="en-dead",
        category="Product quality",
        about=("works",),
        subject="Dead out of the box: {goods}",
        says=(
            "I bought it on {day}. New batteries, twice, and nothing at all happens. Something rattles inside when I tilt "
            "it. It was a present, so this is rather embarrassing."
        ),
        wish="One that works",
        letter=(
            "I am sorry that your present did not work. A new one is on its way; the driver takes the old one back, there "
            "is nothing to pay. We try every one of this batch before it leaves us now."
        ),
        note="Third of this batch. Purchasing is checking the rest.",
        resolution="Exchanged at the door, tried together before the driver left. Fault: a loose battery contact.",
        again="The new one ran for three days and stopped.",
        second="Refunded in full, and one of another batch sent as a present. The batch is off sale.",
    ),
    _s(
        key="en-leak",
        category="Product quality",
        severity="High",
        about=("warm",),
        subject="Leaks at the stopper: {goods}",
        says=(
            "First night, and one of the {goods} leaked hot water through the stopper although it was screwed down "
            "tight. My mother is 84 and could have been scalded."
        ),
        wish="A refund, and to know whether others leak as well",
        letter=(
            "Please do not use them again. The refund goes out today. We have taken all of this batch off sale and are "
            "testing it; I will write to you with what we find."
        ),
        promise="Tell the customer the result of the tests within three days",
        note="Safety. All branches told to stop selling this batch.",
        resolution="Refunded. Tests: 2 of 30 stoppers had a burr, whole batch returned to the maker. Customer rung with the result.",
    ),
    _s(
        key="en-wrong-colour",
        after=(2, 7),
        category="Wrong or missing item",
        channel="email",
        about=("textile", "wood", "metal"),
        subject="The wrong design was sent: {goods}",
        says=(
            "We ordered the red spots and received blue flowers, all {n} of them. Order {order}. They are for a window "
            "display that opens on Friday."
        ),
        wish="The right design by Friday",
        ask="How many came, and whether the labels are still on",
        reply="All {n} are wrong. Labels on, nothing unpacked.",
        promise="The right design is with the customer by Thursday",
        resolution="Right design delivered by courier the next morning, the others taken back at our cost.",
        note="The two designs lie side by side in the rack; asked to have them moved apart.",
    ),
    _s(
        key="en-missing",
        after=(2, 7),
        category="Wrong or missing item",
        channel="web",
        about=("paper", "toy", "small", "textile"),
        least=4,
        subject="One short, although the packing list says complete: {goods}",
        says=(
            "The list says {n}, there is one fewer in the box. We counted three times. The tape was not broken, so it must "
            "have been left out when it was packed."
        ),
        wish="The missing one, or its price back",
        letter=(
            "You are right: the parcel weighed less than it should have. The missing one goes out today, with a small "
            "something for your trouble."
        ),
        resolution="The weight at dispatch shows it was never packed. Sent on, with a small present; arrived.",
    ),
    _s(
        key="en-late",
        after=(4, 9),
        category="Delivery",
        subject="Promised in three days, still not here",
        says=(
            "Order {order} of {day}: three working days, the page said. Tracking still shows “collected”. I have a fair to "
            "stock and nobody can tell me which day to be in."
        ),
        wish="A day that I can rely on",
        letter=(
            "Your parcel was held at the depot. The carrier moves it tonight, and it will be with you by noon the day after "
            "tomorrow. I watch it myself and ring you if anything changes."
        ),
        promise="Ring every afternoon until it has arrived",
        resolution="Carrier pressed, delivered the next morning. Delivery charge refunded.",
        again="It came, but was left in the rain. The boxes are soaked.",
        second="Every piece checked, two replaced. The carrier hands over in person from now on.",
    ),
    _s(
        key="en-courier",
        after=(2, 5),
        category="Delivery",
        severity="Low",
        channel="email",
        about=("wood", "metal", "breakable", "textile"),
        subject="Left on the pavement without ringing",
        says=(
            "The note says “ring the bell, first floor”. The driver left the {goods} on the pavement and drove off. I "
            "found it by chance when I went out for milk."
        ),
        wish="That the note is read next time",
        resolution="Complained to the carrier; the address now carries the note in capitals. A voucher for the next delivery.",
    ),
    _s(
        key="en-refund-slow",
        after=(10, 24),
        category="Return and refund",
        subject="Sent back a week ago, no money yet",
        says=(
            "You signed for my return of the {goods} last Wednesday and I have not seen a penny. I have rung twice and "
            "been told twice that it is “being processed”."
        ),
        wish="The refund today",
        letter=(
            "I am sorry for the wait. It was held up in accounts and is released now; your bank shows it today or tomorrow "
            "at the latest."
        ),
        promise="The refund goes out today",
        note="Accounts changed systems that day; three refunds were left behind. All are out now.",
        resolution="Refunded the same day, customer saw it on the account. Two others in the same state were found and paid.",
    ),
    _s(
        key="en-refuse-return",
        after=(3, 9),
        category="Return and refund",
        channel="counter",
        about=("wood", "textile", "metal", "small"),
        subject="The shop would not take it back: {goods}",
        says=(
            "I opened the box to see whether the size was right, and it is not. Unused, labels on. The young man said "
            "“opened means sold”. Your own website gives me a fortnight."
        ),
        wish="My money back, as the website says",
        passed_on="This one is yours to decide; the customer is waiting for an answer today.",
        resolution="Within the fortnight and unused: refunded at the counter. The shop has the rules in writing now.",
    ),
    _s(
        key="en-invoice",
        category="Price and bill",
        channel="email",
        severity="Low",
        subject="Wrong company name on the invoice",
        says=(
            "The invoice for {order} is made out to our old name. Our accountant will not book it. Could you send one in "
            "the name that is on the delivery note?"
        ),
        wish="A corrected invoice before the end of the month",
        ask="The full name and VAT number as registered",
        reply="Both are on the attached letterhead.",
        resolution="Credit note and new invoice sent the same day; the billing details of the customer are corrected.",
    ),
    _s(
        key="en-price",
        after=(2, 6),
        category="Price and bill",
        subject="Cheaper a few days after I bought it: {goods}",
        says="I paid the full price on {day}, and today it is a fifth less. That is not how one treats a regular.",
        wish="The difference",
        letter="You just missed our offer. We match our own prices for seven days, so the difference goes back to your card today.",
        resolution="Difference refunded under the seven-day promise. Customer content.",
    ),
    _s(
        key="en-attitude",
        after=(1, 6),
        category="Staff manner",
        severity="High",
        subject="Ignored at the till, then told to hurry",
        says=(
            "I stood at the till with the {goods} for ten minutes while two of your people talked about their holidays. "
            "When I said something I was told they were about to close. It was twenty to five."
        ),
        wish="An apology would do",
        letter=(
            "I have looked into Saturday afternoon and you are right in every point. I apologise. The manager of the shop "
            "will ring you this week, and would like to serve you herself when you come next."
        ),
        promise="The shop's manager rings this week",
        note="Manager confirms. Two people were away and nobody had been told to stay until five.",
        resolution="The manager rang and apologised, customer accepts. Weekend cover is two from now on, looked at again in a month.",
    ),
    _s(
        key="en-wait",
        after=(1, 3),
        category="Waiting time",
        channel="web",
        severity="Low",
        subject="Twenty minutes on hold, then cut off",
        says="Three calls to change an address for the {goods}. The longest was twenty minutes, and then the line went dead.",
        wish="A number where somebody answers",
        resolution="Rung back the same day, address changed. One more person on the telephones between ten and eleven.",
    ),
    _s(
        key="en-size",
        category="Information and advice",
        severity="Low",
        channel="email",
        about=("wood", "metal", "textile"),
        subject="Smaller than the page says: {goods}",
        says="The page gives a size that is a good inch more than what came. It is well made, it just does not fit where it was meant to go.",
        wish="To send it back at your cost",
        resolution="Returned at our cost. All sizes of the range measured again and corrected on the page.",
        note="The page showed the size of the carton. Six articles corrected.",
    ),
    _s(
        key="en-peel",
        after=(7, 20),
        category="Product quality",
        about=("metal", "wood"),
        subject="Paint coming off after a week: {goods}",
        says="It hangs in a covered porch, and after a week the paint lifts at the corners and there is rust underneath.",
        wish="A good one, or my money back",
        ask="A picture of the corner, and where it hangs",
        reply="Here they are. It has not been out in the rain.",
        resolution="Uneven coating. Exchanged; should it happen again within three months, the money back without a question.",
        again="The new one has blisters along the edge as well.",
        second="Refunded. The maker changes the coating.",
    ),
    _s(
        key="en-repair",
        after=(17, 40),
        category="Repair and after-sales",
        about=("works",),
        subject="Two weeks in repair and no word: {goods}",
        says=(
            "It went in for repair a fortnight ago, ten days was what I was told. Each time I ring I get somebody else and "
            "start from the beginning."
        ),
        wish="To know when I can have it back",
        letter=(
            "I am sorry that you had to explain it so often. The part came yesterday, it is being tested now and leaves us "
            "tomorrow. Until then you hear only from me."
        ),
        promise="It leaves us tomorrow",
        resolution="Movement replaced, tested for a day, returned free of charge. One person kept in touch throughout.",
    ),
    _s(
        key="en-smell",
        category="Product quality",
        channel="web",
        about=("textile", "small", "warm"),
        subject="A smell that will not go away: {goods}",
        says="Three days on the line and the {goods} still smell of plastic. With a baby in the house I would rather not use it.",
        wish="To return it, and to see a test report",
        letter="You are right to be careful. A label for the return and the test report are in this mail; there is nothing to pay.",
        resolution="Returned and refunded, report sent (passed). The smell came from the wrapping, which the maker changes.",
    ),
    _s(
        key="en-sharp",
        category="Product quality",
        severity="Critical",
        about=("toy",),
        subject="A sharp edge cut my son's finger: {goods}",
        says=(
            "There is a burr along one edge and my four-year-old cut his finger on it. Not deep, but it bled. How does "
            "such a thing get past you?"
        ),
        wish="A refund, and an answer in writing",
        letter=(
            "We are very sorry that your son was hurt, and hope that he is well. Any costs are ours. All of these are off "
            "sale since this morning. You will have our findings in writing."
        ),
        promise="A written answer within two days",
        note="Escalated: off sale, stock sealed, maker informed. Helen follows it herself.",
        resolution="Written answer sent: flash left on the mould. Batch recalled, refund and costs paid. The parents accept it.",
    ),
    _s(
        key="en-ask-stock",
        kind="enquiry",
        category="Information and advice",
        severity="Low",
        channel="email",
        subject="Will there be more of the {goods}?",
        says="They walk out of the shop by themselves. Could I have another two dozen, and when? The page says out of stock.",
        resolution="Back next Wednesday, two dozen set aside, quote sent.",
    ),
    _s(
        key="en-ask-custom",
        kind="enquiry",
        category="Information and advice",
        severity="Low",
        channel="email",
        subject="Our logo on the {goods}?",
        says="We would like a hundred as thank-you presents with our logo on. What is the smallest number, and how long does it take?",
        resolution="From fifty, twenty days. Samples and a quote sent; they chose the second one.",
    ),
    _s(
        key="en-idea",
        kind="suggestion",
        category="Something else",
        severity="Low",
        channel="web",
        subject="Less plastic in the boxes, please",
        says="Everything arrives whole, thank you. But each of the {goods} has its own plastic sleeve. Paper would do.",
        resolution="Taken up: paper sleeves from the next delivery on. Thanked the customer with a voucher.",
    ),
    _s(
        key="en-praise",
        kind="praise",
        category="Staff manner",
        severity="Low",
        channel="email",
        subject="Praise: carried up five flights in the rain",
        says="Your man brought the {goods} up five flights in pouring rain, dry, and took the old boxes away. Somebody should tell him.",
        resolution="Passed on to him and his team lead, and read out at the monthly meeting.",
    ),
    _s(
        key="en-praise-call",
        kind="praise",
        category="Staff manner",
        severity="Low",
        channel="phone",
        subject="Praise: somebody actually rang to ask",
        says="I would never have said anything about the {goods}. Then one of you rang to ask, and it was put right the next day.",
        resolution="Noted and passed on, with thanks to the customer.",
    ),
)
