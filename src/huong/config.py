"""Every setting of Hương, typed and named in one place.

`huong.settings` (the file that Django reads) builds one `Config`; the rest of the code reads
`django.conf.settings`. Values come from environment variables with the prefix `HUONG_`.
What a city changes while it runs (clocks, categories, texts) is data, not a setting.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]


class Config(BaseSettings):
    """What an operator may set, with defaults that are good for a first start on one machine."""

    model_config = SettingsConfigDict(env_prefix="HUONG_", env_file=None, extra="ignore")

    home: Path = Field(default=Path("var"), description="Where all state lives.")
    city: Path = Field(default=ROOT / "cities" / "hue", description="The folder that describes the city.")
    database: str = Field(
        default="", description="postgresql://user:password@host:port/name; empty means SQLite in the home."
    )
    store: str = Field(
        default="",
        description="Where the shared tables lie: a folder, or an object-storage URI such as s3://bucket/prefix; "
        "empty means the folder store in the home.",
    )
    engine: str = Field(default="duckdb", description="duckdb, or spark://host:port for a cluster.")
    demo: bool = Field(default=True, description="Whether a new home is created as a demonstration.")
    demo_live: bool = Field(
        default=True, description="Whether fresh made-up reports arrive in a demonstration home while it runs."
    )
    demo_accounts_anywhere: bool = Field(
        default=False, description="Offer the demonstration accounts also when bound beyond loopback."
    )
    debug: bool = Field(default=False, description="Show developers' error pages. Never in production.")
    host: str = Field(default="127.0.0.1", description="The address the web server binds to.")
    public_url: str = Field(default="", description="The address people use, such as https://huong.hue.gov.vn.")
    allowed_hosts: str = Field(default="localhost,127.0.0.1,[::1]", description="Host names, with commas.")
    trusted_proxies: str = Field(default="", description="Networks whose forwarding headers are believed.")
    stream_url: str = Field(default="", description="Where /live/stream is served, if not on PORT + 1.")
    workers: int = Field(default=0, ge=0, description="Web worker processes; 0 means the number of cores.")
    threads: int = Field(default=24, ge=2, description="Blocking threads of each web worker.")
    job_workers: int = Field(default=1, ge=1, description="Job processes.")
    query_memory_mb: int = Field(default=512, ge=64, description="Memory of one analytical query.")
    query_seconds: int = Field(default=60, ge=1, description="Time of one analytical query.")
    upload_mb: int = Field(default=2048, ge=1, description="The largest file taken in.")
    outgoing_hosts: str = Field(
        default="", description="Hosts that sources may be fetched from, with commas; private addresses need naming."
    )
    mail_url: str = Field(
        default="",
        description="smtp://user:password@host:587 (smtps:// for TLS from the start); empty writes mail to the log.",
    )
    mail_from: str = Field(default="huong@localhost", description="The sender of mail.")
    mail_in_url: str = Field(
        default="",
        description="imaps://user:password@host:993/INBOX: the mailbox that citizens write to; empty means none.",
    )
    exchange_ca: str = Field(
        default="",
        description="A file of authorities' certificates (PEM) that members' keys must come from; "
        "empty means the built-in authority.",
    )
    signing: Literal["built-in", "remote", "token"] = Field(
        default="built-in", description="What signs results: seals of this home, a signing service, a PKCS#11 token."
    )
    signing_url: str = Field(default="", description="The signing service (CSC API), such as https://host/csc/v2.")
    signing_token: str = Field(default="", description="Bearer token for the signing service.")
    signing_credential: str = Field(
        default="", description="The credential at the signing service, or the label of the token's certificate."
    )
    signing_module: str = Field(default="", description="The PKCS#11 library of the token (a file).")
    signing_token_label: str = Field(default="", description="The label of the token.")
    signing_pin: str = Field(default="", description="The PIN of the token.")
    signing_tsa_url: str = Field(default="", description="A time-stamp authority (RFC 3161); empty means none.")
    payment_url: str = Field(
        default="",
        description="Where the payment provider takes payments; empty means the counter only, or the sandbox.",
    )
    payment_keys_url: str = Field(default="", description="Where the payment provider publishes its keys (JWK set).")
    payment_token: str = Field(default="", description="Bearer token for the payment provider.")
    portal_url: str = Field(
        default="", description="The national portal's interface for dossiers; empty means none, or the sandbox."
    )
    portal_token: str = Field(default="", description="Bearer token for the national portal.")
    metrics_token: str = Field(default="", description="Token for /metrics from beyond loopback.")
    oidc_issuer: str = Field(default="", description="OpenID Connect issuer for signing in (VNeID); empty means none.")
    oidc_name: str = Field(default="VNeID", description="What people call that issuer.")
    oidc_client_id: str = Field(default="huong", description="Our name at the issuer.")
    oidc_client_secret: str = Field(default="", description="Our secret at the issuer.")
    oidc_secret_file: str = Field(default="", description="A file that holds the secret, instead of the variable.")
    oidc_scopes: str = Field(default="openid profile identity represents", description="What is asked for.")
    oidc_national_id_claim: str = Field(default="national_id", description="The claim that holds the personal id.")
    oidc_high_levels: str = Field(
        default="urn:vneid:level:2", description="Values of acr that count as the higher assurance, with commas."
    )
    sms_url: str = Field(default="", description="The gateway for text messages (POST id, to, text); empty means none.")
    sms_token: str = Field(default="", description="Bearer token for the gateway.")
    sandbox: bool = Field(default=True, description="Whether `huong serve` runs the sandbox in a demonstration home.")
    sandbox_port: int = Field(
        default=0, ge=0, description="The sandbox's port; 0 means PORT + 2, or any free one where that is taken."
    )
    sandbox_url: str = Field(default="", description="Where a sandbox runs; `huong serve` sets it for its processes.")
    sqlite_synchronous: Literal["FULL", "NORMAL"] = Field(
        default="FULL", description="FULL survives a power cut; NORMAL is for tests."
    )
    seal_minutes: int = Field(default=10, ge=1, description="How often journal entries are sealed.")
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @field_validator("database")
    @classmethod
    def known_database(cls, value: str) -> str:
        """Refuse the address of a database of another kind."""
        if value and not value.startswith(("postgresql://", "postgres://")):
            raise ValueError("must begin with postgresql://")
        return value

    @field_validator("home", "city")
    @classmethod
    def absolute(cls, value: Path) -> Path:
        """Make folders absolute, so that a change of working directory changes nothing."""
        return value.expanduser().resolve()
