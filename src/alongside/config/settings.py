"""Django's settings, made from `options`. Nothing here is for an administrator to edit."""

from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from alongside.config.options import kept_secret_key, options
from alongside.config.stores import database
from alongside.kit import guarded_http

OPTIONS = options()
HOME = OPTIONS.home
(HOME / "static").mkdir(parents=True, exist_ok=True)
WEB = Path(__file__).resolve().parents[1] / "web"

SECRET_KEY = OPTIONS.secret_key or kept_secret_key(HOME)
DEBUG = False
BASE_URL = OPTIONS.base_url.rstrip("/")
ALLOWED_HOSTS = [OPTIONS.host] if BASE_URL else ["127.0.0.1", "localhost", "[::1]"]
# Signed in on one's own machine is signed in over plain http; anywhere else cookies travel sealed or not at all.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = OPTIONS.is_https
SECURE_HSTS_SECONDS = 31_536_000 if OPTIONS.is_https else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if OPTIONS.is_https else None
CSRF_TRUSTED_ORIGINS = [BASE_URL] if BASE_URL else []

INSTALLED_APPS = [
    "alongside.web.apps.WebConfig",
    "alongside.api.apps.ApiConfig",
    "alongside.bridges.apps.BridgesConfig",
    "alongside.archives.apps.ArchivesConfig",
    "alongside.letters.apps.LettersConfig",
    "alongside.search.apps.SearchConfig",
    "alongside.notes.apps.NotesConfig",
    "alongside.conversations.apps.ConversationsConfig",
    "alongside.audiences.apps.AudiencesConfig",
    "alongside.people.apps.PeopleConfig",
    "alongside.journal.apps.JournalConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "django_htmx",
]
# Who holds words of people, the highest first: each lets go of them when somebody is forgotten (people/holders.py).
HOLDERS = [
    "alongside.archives.held",
    "alongside.bridges.held",
    "alongside.letters.held",
    "alongside.notes.held",
    "alongside.conversations.held",
    "alongside.people.held",
]
# Who knows all that somebody said and kept (people/taking.py).
OWN_WORDS = "alongside.archives.own_words"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "alongside.web.middleware.protecting",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "alongside.web.csrf.CsrfWithoutReferrer",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "alongside.web.viewing.with_viewer",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "alongside.config.urls"
WSGI_APPLICATION = "alongside.config.wsgi.application"

DATABASES = {"default": database(OPTIONS.store, HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [WEB / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "alongside.web.environment.environment"},
    },
    {
        # Only for allauth's own pages, over one base of ours.
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [WEB / "allauth_templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["alongside.web.sign_in.Backend"]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
# No session is written by reading, and it holds who is signed in and nothing else.
SESSION_ENGINE = "alongside.web.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
SESSION_SAVE_EVERY_REQUEST = False
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "alongside.web.errors.not_yours"
if OPTIONS.is_https:  # nobody on the way, and no neighbour under the same name, can set these
    CSRF_COOKIE_NAME, SESSION_COOKIE_NAME = "__Host-csrftoken", "__Host-sessionid"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

# Sign-in is by e-mail: a link with a code that works once, in the browser that asked for it.
ACCOUNT_ADAPTER = "alongside.web.sign_in.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 900
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

_mail = urlsplit(OPTIONS.email_url)
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if _mail.hostname
    else "django.core.mail.backends.filebased.EmailBackend"
)
EMAIL_FILE_PATH = HOME / "mail"
EMAIL_HOST = _mail.hostname or ""
EMAIL_PORT = _mail.port or (465 if _mail.scheme == "smtps" else 25)
EMAIL_HOST_USER = unquote(_mail.username or "")
EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
EMAIL_USE_SSL = _mail.scheme == "smtps"
EMAIL_USE_TLS = dict(parse_qsl(_mail.query)).get("tls") == "start"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = OPTIONS.email_from or f"alongside@{OPTIONS.host or 'localhost'}"

guarded_http.set_up(OPTIONS.allowed_private_hosts, BASE_URL)

LANGUAGE_CODE = OPTIONS.language
TIME_ZONE = OPTIONS.time_zone
USE_TZ = USE_I18N = True
STATIC_URL = "/static/"
STATICFILES_DIRS = [WEB / "static"]
STATIC_ROOT = HOME / "static"
# Collected, and compressed, when pages begin to be served (commands/running.py).
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600

SECURE_REFERRER_POLICY = "no-referrer"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

# No access log anywhere; what is logged carries no address that was asked for (it would carry the question).
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"without_questions": {"()": "alongside.kit.logging_filters.WithoutQuestions"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["without_questions"]}},
    # A page that is not there is no news, and its address is nobody's business.
    "loggers": {"django.request": {"level": "ERROR"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
