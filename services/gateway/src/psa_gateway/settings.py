"""What the gateway reads from its environment, once."""

from psa_common.settings import ServiceSettings

#: name=requests/seconds of one user:requests/seconds of the whole tenant
TIERS = (
    "standard=1000/3600:20000/3600,"
    "professional=5000/3600:100000/3600,"
    "enterprise=10000/3600:500000/3600"
)


class GatewaySettings(ServiceSettings, frozen=True, kw_only=True):
    """What the process that takes requests needs; it has neither database nor broker."""

    database_dsn: str = ""
    amqp_url: str = ""
    redis_url: str

    # Base addresses; several of one service are separated by commas and take turns.
    upstream_auth: str = "http://127.0.0.1:3010"
    upstream_crm: str = "http://127.0.0.1:3020"
    upstream_tickets: str = "http://127.0.0.1:3030"
    upstream_billing: str = "http://127.0.0.1:3040"
    upstream_projects: str = "http://127.0.0.1:3050"
    upstream_assets: str = "http://127.0.0.1:3060"
    upstream_reports: str = "http://127.0.0.1:3070"

    #: Who may say in X-Forwarded-For whom they speak for: HAProxy, and nobody else.
    trusted_proxies: str = "127.0.0.1"
    #: Host names that we answer to; empty leaves the choice to HAProxy.
    allowed_hosts: str = ""

    rate_tiers: str = TIERS
    rate_default_tier: str = "standard"
    #: tenant id=tier, separated by commas
    rate_tenants: str = ""
    #: From one address, before signing in.
    rate_login: str = "30/60"
    rate_open: str = "600/60"

    connect_seconds: float = 2.0
    first_byte_seconds: float = 5.0
    slow_first_byte_seconds: float = 30.0
    client_stall_seconds: float = 30.0
    body_limit_bytes: int = 10 * 1024 * 1024
    upload_limit_bytes: int = 50 * 1024 * 1024
    breaker_failures: int = 5
    breaker_rest_seconds: float = 5.0
    redis_timeout_seconds: float = 0.25
    redis_rest_seconds: float = 1.0
    #: Whether requests pass while Redis cannot say who is revoked or over the limit.
    redis_away_admits: bool = True


class WorkerSettings(ServiceSettings, frozen=True, kw_only=True):
    """What the process that follows revocations needs."""

    redis_url: str
    database_pool_size: int = 2
    #: No access token lives longer, so no denial has to.
    token_lifetime_seconds: int = 3600
