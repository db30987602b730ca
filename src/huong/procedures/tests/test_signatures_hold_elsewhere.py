"""What is signed here verifies elsewhere: PDFs with OpenSSL, credentials with the reference library; a changed byte shows."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate
from jwcrypto.jwk import JWK
from sd_jwt.verifier import SDJWTVerifier

from huong.base import clock, home
from huong.base.errors import BadInput, Unavailable
from huong.procedures.documents import ResultDocument, result_pdf
from huong.procedures.signing import authority, credentials, pades

HAND = pades.Hand("H57.21", "Ủy ban nhân dân phường An Cựu", "Nguyễn Văn Ký", "Ký giấy khai sinh")
SOFTHSM = next((each for each in map(Path, ("/usr/lib/softhsm/libsofthsm2.so",)) if each.exists()), None)


def document(**changed):
    """Return a result as it stands on paper."""
    values = {
        "parent": "Ủy ban nhân dân thành phố Huế", "agency": "Ủy ban nhân dân phường An Cựu", "number": "12/KS",
        "dateline": "An Cựu, ngày 25 tháng 11 năm 2026", "title": "Giấy khai sinh", "subtitle": "Birth certificate",
        "lines": [("Họ và tên", "Trần Nguyễn An Nhiên")], "basis": ["Luật Hộ tịch 2014"], "until": "", "replaces": "",
        "signer_titles": ["Chủ tịch"], "signer": "Nguyễn Văn Ký", "signed_at": "09:00 25/11/2026",
        "url": "https://hue.example/verify/ABCD", "foot": "Hồ sơ H57.21-261125-0001",
        "made_at": datetime(2026, 11, 25, 9, tzinfo=UTC),
    }  # fmt: skip
    return ResultDocument(**{**values, **changed})


def openssl_says(pdf, folder, authority_pem):
    """Return what OpenSSL says about the signature of a PDF: "" if it holds for every byte, else why not."""
    found = re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\s*\]", pdf)
    start, before, after, rest = map(int, found.groups())
    if start or after + rest != len(pdf):
        return "the signature does not cover the whole file"
    (folder / "content").write_bytes(pdf[:before] + pdf[after : after + rest])
    signature = bytes.fromhex(pdf[before + 1 : after - 1].decode())
    (folder / "signature").write_bytes(signature)
    (folder / "ca.pem").write_bytes(authority_pem)
    told = subprocess.run(
        ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", folder / "signature", "-content",
         folder / "content", "-CAfile", folder / "ca.pem", "-purpose", "any", "-out", "/dev/null",
         "-attime", str(int(clock.now().timestamp()))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return "" if told.returncode == 0 else told.stderr


def test_openssl_verifies_a_signed_result(tmp_path):
    pdf = pades.signed(result_pdf(document()), HAND)
    assert openssl_says(pdf, tmp_path, authority.authority_pem()) == ""
    assert b"ETSI.CAdES.detached" in pdf


@pytest.mark.parametrize("change", ["a byte more", "a byte changed"])
def test_one_byte_more_or_other_and_it_fails(tmp_path, change):
    pdf = pades.signed(result_pdf(document()), HAND)
    spoiled = pdf + b"\n" if change == "a byte more" else pdf.replace(b"%PDF-1.7", b"%PDF-1.6", 1)
    assert spoiled != pdf
    assert openssl_says(spoiled, tmp_path, authority.authority_pem())


def test_what_people_typed_is_never_read_as_markup():
    pdf = result_pdf(document(lines=[("Họ tên", '#panic("x") $a$ ] \\ " #import "x"')]))
    assert pdf.startswith(b"%PDF")


def test_the_reference_library_verifies_a_credential_and_what_it_discloses():
    text = credentials.issued({"iss": "https://hue.example", "vct": "v", "iat": 1, "status": {}}, {"a": "An", "b": 2})
    public = JWK.from_json(json.dumps(credentials.key().as_dict(private=False)))
    found = SDJWTVerifier(text, lambda *_args: public).get_verified_payload()
    assert (found["a"], found["b"], found["iss"]) == ("An", 2, "https://hue.example")
    token, first, _second, end = text.split("~")
    fewer = SDJWTVerifier("~".join([token, first, end]), lambda *_args: public).get_verified_payload()
    assert ("a" in fewer, "b" in fewer) == (True, False)


def _credential():
    return credentials.issued({"iss": "i", "vct": "v", "iat": 1, "status": {}}, {"name": "An", "day": "2026-11-20"})


def test_a_presentation_shows_only_what_its_holder_wants():
    token, first, _second, end = _credential().split("~")
    assert dict(credentials.verified("~".join([token, first, end])).disclosed) == {"name": "An"}


def test_a_verifier_that_needs_a_field_refuses_a_presentation_without_it():
    token, first, _second, end = _credential().split("~")
    with pytest.raises(BadInput, match="day"):
        credentials.verified("~".join([token, first, end]), required=["day"])


def test_a_tampered_disclosure_spoils_the_whole_credential():
    token, first, second, end = _credential().split("~")
    salt, name, _value = json.loads(base64.urlsafe_b64decode(first + "=="))
    forged = base64.urlsafe_b64encode(json.dumps([salt, name, "Bình"]).encode()).rstrip(b"=").decode()
    for broken in (
        [token, forged, second, end],
        [token, first, first, end],
        [token[:-4] + "AAAA", first, end],
        [token],
    ):
        with pytest.raises(BadInput):
            credentials.verified("~".join(broken))


class Service:
    """A signing service that is not ours, behind real HTTP on this machine."""

    def __init__(self, folder):
        seal = authority.seal_of("REMOTE", "Nhà cung cấp chữ ký số")
        self.key = load_pem_private_key(seal.key, None)
        self.chain = [
            load_pem_x509_certificate(each).public_bytes(Encoding.DER) for each in (seal.certificate, seal.issuer)
        ]
        self.behaviour, self.hashes, service = "well", [], self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, answer = service.answer(self.path, body, self.headers.get("Authorization", ""))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Door)
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}/csc/v2"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, path, body, leave):
        if leave != "Bearer secret" or body["credentialID"] != "leader":
            return 401, b"{}"
        if path.endswith("/credentials/info"):
            chain = [base64.b64encode(each).decode() for each in self.chain]
            return 200, json.dumps({"cert": {"certificates": chain}}).encode()
        if path.endswith("/credentials/authorize"):
            return 200, json.dumps({"SAD": "leave"}).encode()
        if self.behaviour != "well":
            return {"breaks": (500, b""), "lies": (200, b'{"signatures": ["%%%"]}'), "half": (200, b'{"sig')}[
                self.behaviour
            ]
        assert body["SAD"] == "leave"
        self.hashes += body["hashes"]
        made = self.key.sign(base64.b64decode(body["hashes"][0]), ec.ECDSA(Prehashed(hashes.SHA256())))
        return 200, json.dumps({"signatures": [base64.b64encode(made).decode()]}).encode()


@pytest.fixture
def service(tmp_path, settings):
    found = Service(tmp_path)
    settings.HUONG = settings.HUONG.model_copy(
        update={
            "signing": "remote", "signing_url": found.base, "signing_token": "secret", "signing_credential": "leader",
            "outgoing_hosts": found.base.split("/")[2],
        }
    )  # fmt: skip
    yield found
    found.server.shutdown()
    found.server.server_close()


def test_a_remote_service_signs_the_digest_and_never_sees_the_document(service, tmp_path):
    pdf = pades.signed(result_pdf(document()), HAND)
    assert openssl_says(pdf, tmp_path, authority.authority_pem()) == ""
    assert [len(base64.b64decode(each)) for each in service.hashes] == [hashlib.sha256().digest_size]


@pytest.mark.parametrize("behaviour", ["breaks", "lies", "half"])
def test_a_service_that_fails_signs_nothing_and_says_so(service, behaviour):
    service.behaviour = behaviour
    with pytest.raises(Unavailable):
        pades.signed(result_pdf(document()), HAND)


@pytest.mark.skipif(SOFTHSM is None or not shutil.which("softhsm2-util"), reason="no software token on this machine")
def test_a_pkcs11_token_signs(tmp_path, settings, monkeypatch):
    pkcs11 = pytest.importorskip("pkcs11", reason="the extra “token” is not installed")
    from pkcs11.util import ec as ec_util

    from huong.procedures.signing import token

    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm.conf").write_text(f"directories.tokendir = {tmp_path / 'tokens'}\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm.conf"))
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "an-cuu", "--pin", "1234", "--so-pin", "5678"],
        check=True, capture_output=True,
    )  # fmt: skip
    seal = authority.seal_of("TOKEN", "Ủy ban nhân dân phường An Cựu")
    certificate = load_pem_x509_certificate(seal.certificate).public_bytes(Encoding.DER)
    private = load_pem_private_key(seal.key, None).private_bytes(
        Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    )
    with pkcs11.lib(str(SOFTHSM)).get_token(token_label="an-cuu").open(user_pin="1234", rw=True) as session:
        held = ec_util.decode_ec_private_key(private)
        session.create_object(
            {**held, pkcs11.Attribute.TOKEN: True, pkcs11.Attribute.LABEL: "leader", pkcs11.Attribute.ID: b"1"}
        )
        session.create_object(
            {
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE, pkcs11.Attribute.TOKEN: True,
                pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509, pkcs11.Attribute.LABEL: "leader",
                pkcs11.Attribute.ID: b"1", pkcs11.Attribute.VALUE: certificate, pkcs11.Attribute.SUBJECT: b"x",
            }
        )  # fmt: skip
    settings.HUONG = settings.HUONG.model_copy(
        update={
            "signing": "token", "signing_module": str(SOFTHSM), "signing_token_label": "an-cuu", "signing_pin": "1234",
            "signing_credential": "leader",
        }
    )  # fmt: skip
    token._session.cache_clear()
    pdf = pades.signed(result_pdf(document()), HAND)
    token._session.cache_clear()
    assert openssl_says(pdf, tmp_path, seal.issuer) == ""


def test_a_token_that_is_not_there_is_told_in_words(settings):
    settings.HUONG = settings.HUONG.model_copy(update={"signing": "token", "signing_module": "/nowhere.so"})
    with pytest.raises(Unavailable):
        pades.signed(result_pdf(document()), HAND)


@pytest.fixture
def stamps(tmp_path, settings):
    """Run a time-stamp authority made of OpenSSL behind HTTP."""
    run = lambda *args: subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True, cwd=tmp_path)  # noqa: E731
    (tmp_path / "tsa.conf").write_text(
        "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\ncrypto_device=builtin\nsigner_cert=tsa.pem\ncerts=tsa.pem\n"
        "signer_key=tsa.key\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256\naccuracy=secs:1\n"
        "ordering=yes\ntsa_name=yes\ness_cert_id_chain=no\ness_cert_id_alg=sha256\n"
    )
    (tmp_path / "serial").write_text("01")
    run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "tsa.key", "-out",
        "tsa.pem", "-subj", "/CN=Dau thoi gian", "-days", "2", "-addext", "extendedKeyUsage=critical,timeStamping")  # fmt: skip

    class Door(BaseHTTPRequestHandler):
        def do_POST(self):
            (tmp_path / "query").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            run("ts", "-reply", "-config", "tsa.conf", "-section", "t", "-queryfile", "query", "-out", "reply")
            self.send_response(200)
            self.end_headers()
            self.wfile.write((tmp_path / "reply").read_bytes())

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_address[1]}"
    settings.HUONG = settings.HUONG.model_copy(update={"signing_tsa_url": f"http://{host}/tsa", "outgoing_hosts": host})
    yield tmp_path
    server.shutdown()
    server.server_close()


def test_a_time_stamp_of_another_authority_stands_in_the_signature(stamps):
    before = time.time()
    pdf = pades.signed(result_pdf(document()), HAND)
    assert openssl_says(pdf, stamps, authority.authority_pem()) == ""
    told = subprocess.run(
        ["openssl", "cms", "-cmsout", "-print", "-inform", "DER", "-in", stamps / "signature"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "id-smime-aa-timeStampToken" in told
    assert time.time() - before < 20


def test_threads_that_need_a_key_at_the_same_moment_get_the_same_whole_one():
    barrier = threading.Barrier(8)

    def go(_number):
        barrier.wait(60)
        seal = authority.seal_of("H57.21", "Ủy ban nhân dân phường An Cựu")
        return seal.key, seal.certificate, seal.issuer

    for _round in range(5):
        with ThreadPoolExecutor(8) as hands:
            assert len(set(hands.map(go, range(8)))) == 1
        shutil.rmtree(home.path("keys"))
        home.path("keys").mkdir()
