"""The two mails that people who work here get about their account."""

from django.utils.translation import gettext_lazy as _

from crm.outbox.kinds import MessageKind

_VARIABLES = {
    "name": (_("name of the colleague"), "Wang Fang"),
    "username": (_("user name"), "wang.fang"),
}

PASSWORD_RESET = MessageKind(
    key="password-reset",
    label=_("Link to set a new password"),
    variables=_VARIABLES,
    secrets={"link": (_("link that sets a password"), "https://…/password/reset/…/")},
    subject={"en": "Set a new password", "zh-hans": "重设密码"},
    body={
        "en": "Hello {name},\n\nsomebody, probably you, asked for a new password for {username} at {company}. "
        "This link works once and for four hours:\n\n{link}\n\n"
        "If it was not you, nothing has to be done: your password stays as it is.",
        "zh-hans": "{name}，您好：\n\n有人（应该是您本人）为 {company} 的账号 {username} 申请重设密码。"
        "以下链接四小时内有效，只能使用一次：\n\n{link}\n\n如果不是您本人操作，请忽略此邮件，密码不会改变。",
    },
    button={"en": "Set a new password", "zh-hans": "重设密码"},
)

INVITATION = MessageKind(
    key="staff-invitation",
    label=_("Invitation of a new colleague"),
    variables=_VARIABLES,
    secrets={"link": (_("link that sets a password"), "https://…/password/reset/…/")},
    subject={"en": "Your account at {company}", "zh-hans": "您的 {company} 账号"},
    body={
        "en": "Hello {name},\n\nan account was made for you at {company}. Your user name is {username}. "
        "Set your password here; the link works once and for a week:\n\n{link}\n\n"
        "After that, “Forgot it?” on the sign-in page sends you a new one.",
        "zh-hans": "{name}，您好：\n\n{company} 已为您开通账号，用户名为 {username}。"
        "请通过以下链接设置密码，链接一周内有效，只能使用一次：\n\n{link}\n\n"
        "过期后，可在登录页点击“忘记密码”重新获取。",
    },
    button={"en": "Set your password", "zh-hans": "设置密码"},
)
