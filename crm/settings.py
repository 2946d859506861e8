"""The one settings file: reads the environment and refuses to start half configured.

Two ways to run. Embedded (`REVISIT_EMBEDDED=1`, set by `crm.local`): PostgreSQL and Redis of our own on unix sockets, mails
land in a mailbox page. Production: every address and secret comes from the environment, nothing has a silent default.
"""

import os
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

EMBEDDED = env.bool("REVISIT_EMBEDDED", default=False)
TESTING = env.bool("REVISIT_TESTING", default=False)
DEMO_ALLOWED = EMBEDDED or env.bool("REVISIT_DEMO", default=False)
DATA_DIR = Path(env.str("REVISIT_DATA", default=str(BASE_DIR / ".local"))).absolute()

_required = ["DATABASE_URL", "REDIS_URL", "SECRET_KEY"]
if not EMBEDDED:
    _required += ["ALLOWED_HOSTS", "EMAIL_URL", "DEFAULT_FROM_EMAIL"]
if _missing := [name for name in _required if not os.environ.get(name)]:
    raise ImproperlyConfigured("Missing in the environment: " + ", ".join(_missing))

SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", "testserver"])
SITE_URL = env.str(
    "SITE_URL", default=f"http://127.0.0.1:{env.str('PORT', default='8000')}" if EMBEDDED else ""
).rstrip("/")
if not SITE_URL:
    SITE_URL = f"https://{ALLOWED_HOSTS[0].lstrip('.')}"
COMPANY_NAME = env.str("COMPANY_NAME", default="Revisit")

INSTALLED_APPS = [
    "crm.staff.apps.RevisitAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "csp",
    "crm.look",
    "crm.worktime",
    "crm.outbox",
    "crm.staff.apps.StaffConfig",
    "customers",
    "complaints",
    "satisfaction",
    "followups",
    "insights",
    "crm.demo",
]

MIDDLEWARE = [
    "crm.outbox.healthz.HealthzFirst",
    "crm.staff.middleware.StoreAway",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "crm.staff.middleware.ReaderZone",
    "crm.staff.middleware.NoNul",
    "crm.staff.middleware.SignInFirst",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "crm.urls"
WSGI_APPLICATION = "crm.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "crm.look.context.frame",
            ],
        },
    }
]

# --- Stores -------------------------------------------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL")}
DATABASES["default"].update(
    CONN_MAX_AGE=60,
    CONN_HEALTH_CHECKS=True,
    ATOMIC_REQUESTS=False,
    DISABLE_SERVER_SIDE_CURSORS=env.bool("PGBOUNCER", default=False),
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "revisit",
    }
}


def _broker_url(redis_url: str) -> str:
    """Celery's way of writing the address that redis-py writes as `unix:///path?db=0`."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    db = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={db}"  # quoted already


# --- The clock: Celery carries work out, rows decide what is due -----------------------------------------------------------------

CELERY_BROKER_URL = _broker_url(REDIS_URL)
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False  # every kick is made again by the next tick; the rows lose nothing either way
CELERY_TASK_REJECT_ON_WORKER_LOST = False  # a task that kills its worker must not come back for ever
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# End of a batch + one mail timeout < time limit < lease < visibility timeout: a test holds these together.
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 75
OUTBOX_LEASE_SECONDS = 120
OUTBOX_KEEP_DAYS = env.int("OUTBOX_KEEP_DAYS", default=90)  # after that the words of a finished message go
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "health_check_interval": 10,
    "retry_on_timeout": True,
    "global_keyprefix": "rv:",
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_TASK_ROUTES = {"customers.tasks.run_import": {"queue": "long"}}
CELERY_TASK_DEFAULT_QUEUE = "celery"


def _every_minute(task: str) -> dict:
    # crontab() and not 60.0: an interval starts anew with every restart of beat, the full minute does not move.
    return {"task": task, "schedule": crontab(), "options": {"expires": 54}}


CELERY_BEAT_SCHEDULE = {
    name: _every_minute(task)
    for name, task in {
        "heartbeat": "crm.outbox.tasks.heartbeat",
        "deliver": "crm.outbox.tasks.deliver",
        "complaints": "complaints.tasks.scan",
        "followups": "followups.tasks.scan",
        "plans": "followups.tasks.apply_plans",
        "surveys": "satisfaction.tasks.invite",
        "imports": "customers.tasks.resume_imports",
        "housekeeping": "crm.outbox.tasks.housekeeping",
        "forgetting": "crm.staff.tasks.forget_expired",
    }.items()
}

# --- Mail ----------------------------------------------------------------------------------------------------------------------

if EMBEDDED and not os.environ.get("EMAIL_URL"):
    EMAIL_BACKEND = "crm.outbox.mailbox.MailboxBackend"
    MAILBOX = True
else:
    vars().update(env.email("EMAIL_URL"))
    MAILBOX = False
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Revisit <care@revisit.invalid>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- People --------------------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = ["crm.staff.backends.StaffBackend"]
LOGIN_URL = "staff:sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "staff:sign_in"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 60 * 60 * 4
SIGN_IN_ATTEMPTS = env.int("SIGN_IN_ATTEMPTS", default=5)  # per account in five minutes; four times as many per address

# --- Language, time ----------------------------------------------------------------------------------------------------------------

LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LANGUAGE_COOKIE_NAME = "django_language"
LOCALE_PATHS = [BASE_DIR / "crm" / "locale"]
PHONE_REGION = env.str("PHONE_REGION", default="CN")  # where numbers without a country code are dialled
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="Asia/Shanghai")  # the house's zone; rows are stored in UTC

# --- Static files, uploads ------------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
MEDIA_ROOT = Path(env.str("UPLOADS", default=str(DATA_DIR / "uploads")))  # never served by the web server
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
if TESTING:
    WHITENOISE_USE_FINDERS = True
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=200 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Security --------------------------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "style-src": [SELF],
        "script-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 12
CSRF_FAILURE_VIEW = "crm.staff.views.csrf_failed"
SECURE_COOKIES = not EMBEDDED and env.bool("HTTPS", default=True)
if SECURE_COOKIES:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    if env.bool("BEHIND_PROXY", default=True):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL])
# How many proxies of our own stand before us: the address that throttles count is taken that many steps from the right.
PROXY_COUNT = env.int("PROXY_COUNT", default=0)

# --- Logs: ids, never names or addresses -------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.security.csrf": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # any scanner makes one, each with its traceback
        "celery": {"level": "WARNING"},
    },
}
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
FORMAT_MODULE_PATH = ["crm.formats"]
