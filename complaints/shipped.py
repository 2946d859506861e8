"""What a new installation begins with: four severities with their deadlines, and ten categories."""

from datetime import timedelta

from complaints.models import Category, Severity

SEVERITIES = (  # worst first: English, Chinese, acknowledge within and resolve within, in hours of working time
    ("Critical", "紧急", 1, 8),
    ("High", "高", 2, 16),
    ("Normal", "一般", 4, 24),
    ("Low", "低", 8, 40),
)
DEFAULT = "Normal"

CATEGORIES = (
    ("Product quality", "产品质量"),
    ("Wrong or missing item", "错发漏发"),
    ("Delivery", "配送"),
    ("Repair and after-sales", "维修与售后"),
    ("Waiting time", "等待时间"),
    ("Price and bill", "价格账单"),
    ("Return and refund", "退换与退款"),
    ("Staff manner", "服务态度"),
    ("Information and advice", "信息与咨询"),
    ("Something else", "其他"),
)


def ship(using: str = "default", **kwargs) -> None:
    """Called after every migration and after a test's flush; a table that has rows is left as it is."""
    if not Severity.objects.using(using).exists():
        Severity.objects.using(using).bulk_create(
            Severity(
                name_en=english,
                name_zh=chinese,
                acknowledge_within=timedelta(hours=acknowledge),
                resolve_within=timedelta(hours=resolve),
                position=position,
                is_default=english == DEFAULT,
            )
            for position, (english, chinese, acknowledge, resolve) in enumerate(SEVERITIES)
        )
    if not Category.objects.using(using).exists():
        Category.objects.using(using).bulk_create(
            Category(name_en=english, name_zh=chinese, position=position)
            for position, (english, chinese) in enumerate(CATEGORIES)
        )
