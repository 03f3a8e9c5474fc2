"""The only door to pyHanko: a letter's electronic seal, its key, and the verdict on a file brought back."""

import asyncio
import logging
import os
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from asn1crypto import cms
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from solidarity.letters.seal_files import CERTIFICATE_FILE, KEY_FILE

FIELD_NAME: Final = "Seal"
READABLE_FIELD_NAME: Final = "Sceau électronique / Electronic seal"
DIGEST: Final = "sha256"
# Hexadecimal characters kept for the signature: one certificate needs about 1,700.
RESERVED_CHARACTERS: Final = 4096
CERTIFICATE_YEARS: Final = 20

# A refused file is an answer, not an incident: without a handler Python prints pyHanko's tracebacks itself.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).addHandler(logging.NullHandler())


class SealReason(StrEnum):
    INTACT = "intact"
    SIGNER_NOT_CHECKED = "signer-not-checked"
    UNKNOWN_SIGNER = "unknown-signer"
    ALTERED = "altered"
    NO_SEAL = "no-seal"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, kw_only=True, slots=True)
class SealVerdict:
    """`signer_trusted` is None when no certificate was given to compare with."""

    intact: bool
    signer_trusted: bool | None
    fingerprint: str | None
    reason: SealReason
    sealed_at: datetime | None = None

    @property
    def is_acceptable(self) -> bool:
        return self.intact and self.signer_trusted is not False


@dataclass(frozen=True, kw_only=True, slots=True)
class Seal:
    """Read once a process; `certificate_pem` may be given away, the key never leaves."""

    certificate_pem: bytes
    signer: signers.Signer

    @classmethod
    def load(cls, directory: Path) -> "Seal":
        key = serialization.load_pem_private_key((directory / KEY_FILE).read_bytes(), password=None)
        certificate_pem = (directory / CERTIFICATE_FILE).read_bytes()
        certificate = x509.load_pem_x509_certificates(certificate_pem)[0]
        if not isinstance(key, ec.EllipticCurvePrivateKey) or certificate.public_key() != key.public_key():
            raise ValueError(f"{directory}: the key and the certificate of the seal do not belong together")
        return cls(certificate_pem=certificate_pem, signer=_KeySigner(key, certificate))

    @property
    def fingerprint(self) -> str:
        return _fingerprint(x509.load_pem_x509_certificates(self.certificate_pem)[0])


class _KeySigner(signers.SimpleSigner):
    """Keeps the key open: reading it again for each letter costs as much as the signature."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        plain_key = key.private_bytes(serialization.Encoding.DER, *form)
        super().__init__(
            signing_cert=asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
            signing_key=asn1_keys.PrivateKeyInfo.load(plain_key),
            cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
        )
        self._key = key

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        assert digest_algorithm == DIGEST, "the certificate was made for this digest"
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


class _DatedSigner(signers.PdfSigner):
    """Takes the moment of sealing as an argument instead of reading the machine's clock."""

    def __init__(self, *, at: datetime, **settings: Any) -> None:
        super().__init__(**settings)
        self._at = at

    def init_signing_session(self, *where: Any, **how: Any) -> Any:
        session = super().init_signing_session(*where, **how)
        session.system_time = self._at
        return session


class _Writer(IncrementalPdfFileWriter):
    """Leaves the metadata alone: rewriting them would drop what makes the file PDF/A and PDF/UA."""

    def _update_meta(self) -> None:
        return


def make_seal(directory: Path, *, now: datetime, common_name: str) -> Seal:
    """Write a new P-256 key (readable by its owner only) and its certificate; never over an older one."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _self_signed(key, now=now, common_name=common_name)
    directory.mkdir(parents=True, exist_ok=True)
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    _write_once(directory / KEY_FILE, key.private_bytes(serialization.Encoding.PEM, *form), mode=0o600)
    _write_once(
        directory / CERTIFICATE_FILE, certificate.public_bytes(serialization.Encoding.PEM), mode=0o644
    )
    return Seal.load(directory)


def seal(pdf: bytes, *, at: datetime, seal: Seal) -> bytes:
    """The letter with an invisible PAdES B-B signature that forbids any later change."""
    signer = _DatedSigner(
        at=at,
        signer=seal.signer,
        signature_meta=signers.PdfSignatureMetadata(
            field_name=FIELD_NAME,
            md_algorithm=DIGEST,
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
        ),
        # A widget outside the page and with a readable name is what both PDF/A and PDF/UA accept.
        new_field_spec=SigFieldSpec(
            sig_field_name=FIELD_NAME,
            readable_field_name=READABLE_FIELD_NAME,
            invis_sig_settings=InvisSigSettings(
                set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True
            ),
        ),
    )
    signing = signer.async_sign_pdf(_Writer(BytesIO(pdf)), bytes_reserved=RESERVED_CHARACTERS)
    sealed: bytes = _complete(signing).getvalue()
    return sealed


def verify(pdf: bytes, trusted: bytes | None = None) -> SealVerdict:
    """What a file proves; `trusted` holds PEM certificates. Their expiry never harms old letters."""
    try:
        signatures = PdfFileReader(BytesIO(pdf)).embedded_signatures
    except Exception:
        return _refused(SealReason.UNREADABLE)
    if not signatures:
        return _refused(SealReason.NO_SEAL)
    try:
        signer = x509.load_der_x509_certificate(signatures[0].signer_cert.dump())
        if not _is_intact(pdf, signatures):
            return _refused(SealReason.ALTERED)
        sealed_at = signatures[0].self_reported_timestamp
    except Exception:
        return _refused(SealReason.ALTERED)
    is_known = None if trusted is None else _is_trusted(signer, trusted)
    reasons = {True: SealReason.INTACT, False: SealReason.UNKNOWN_SIGNER, None: SealReason.SIGNER_NOT_CHECKED}
    return SealVerdict(
        intact=True,
        signer_trusted=is_known,
        fingerprint=_fingerprint(signer),
        reason=reasons[is_known],
        sealed_at=sealed_at,
    )


def _is_intact(pdf: bytes, signatures: list[EmbeddedPdfSignature]) -> bool:
    if len(signatures) != 1:
        return False
    context = ValidationContext(trust_roots=[], allow_fetching=False)
    status = _complete(async_validate_pdf_signature(signatures[0], signer_validation_context=context))
    covers_all = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    return bool(status.intact and status.valid and covers_all and _is_canonical(pdf, signatures[0]))


def _is_canonical(pdf: bytes, signature: EmbeddedPdfSignature) -> bool:
    """No byte is free: the signature's own container, which it cannot cover, is exactly as it was written."""
    _, first_length, second_start, _ = signature.byte_range
    written = pdf[first_length:second_start]
    signer = signature.signer_info
    checked = ("sid", "digest_algorithm", "signed_attrs", "signature_algorithm", "signature")
    rebuilt = {
        "version": "v1",
        "digest_algorithms": [signer["digest_algorithm"]],
        "encap_content_info": {"content_type": "data"},
        "certificates": [signature.signer_cert],
        "signer_infos": [cms.SignerInfo({"version": "v1"} | {name: signer[name] for name in checked})],
    }
    container = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(rebuilt)}).dump()
    expected = container.hex().upper().encode().ljust(len(written) - 2, b"0")
    return written == b"<%b>" % expected


def _is_trusted(signer: x509.Certificate, trusted: bytes) -> bool:
    return any(signer == one or _issued(one, signer) for one in x509.load_pem_x509_certificates(trusted))


def _issued(issuer: x509.Certificate, signer: x509.Certificate) -> bool:
    try:
        constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
        signer.verify_directly_issued_by(issuer)
    except Exception:
        return False
    return constraints.ca


def _refused(reason: SealReason) -> SealVerdict:
    return SealVerdict(intact=False, signer_trusted=None, fingerprint=None, reason=reason)


def _fingerprint(certificate: x509.Certificate) -> str:
    return sha256(certificate.public_bytes(serialization.Encoding.DER)).hexdigest()


def _complete(work: Coroutine[Any, Any, Any]) -> Any:
    """Runs pyHanko's coroutine to its end, in a thread of its own when the caller already runs a loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, work).result()


def _write_once(path: Path, content: bytes, *, mode: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _self_signed(key: ec.EllipticCurvePrivateKey, *, now: datetime, common_name: str) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    usages = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"), False
    )
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, encipher_only=False, decipher_only=False, **usages
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=366 * CERTIFICATE_YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
