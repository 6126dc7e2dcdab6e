"""XML signatures of CAP messages (enveloped, ECDSA P-256 with SHA-256), and the key for them."""

import datetime as dt
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from lxml import etree as _etree  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType]
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from skypact.config.private import write_private
from skypact.core.errors import ConfigError
from skypact.edge.channels.cap.alert import NAMESPACE

etree: Any = _etree  # pyright: ignore[reportUnknownVariableType] - it has no types
VALID = dt.timedelta(days=3_650)
CERTIFICATE, KEY = "cap.crt", "cap.key"


class Signer:
    """Signs with one key. Readers are given its certificate once, by a way that they trust."""

    def __init__(self, certificate: Path, key: Path) -> None:
        """Raises ConfigError when they can't be used together."""
        try:
            self._certificate = certificate.read_text()
            self._key = key.read_bytes()
            held = x509.load_pem_x509_certificate(self._certificate.encode())
            private = serialization.load_pem_private_key(self._key, None)
        except (OSError, ValueError, TypeError) as error:
            raise ConfigError(f"can't sign CAP messages: {error}", path=str(certificate)) from error
        if private.public_key() != held.public_key():
            raise ConfigError(f"does not belong to {key}", path=str(certificate))
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise ConfigError("the key is not of an elliptic curve", path=str(key))

    def sign(self, alert: ET.Element) -> bytes:
        """Return the signed message as bytes."""
        signer: Any = XMLSigner(
            signature_algorithm=SignatureMethod.ECDSA_SHA256,
            digest_algorithm=DigestAlgorithm.SHA256,
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        plain = ET.tostring(alert, "UTF-8", default_namespace=NAMESPACE)
        signed = signer.sign(etree.fromstring(plain), key=self._key, cert=self._certificate)
        return etree.tostring(signed, xml_declaration=True, encoding="UTF-8")


def own_signer(keys: Path, name: str, now_ns: int) -> Signer:
    """Return the signer of a node, its key made when there is none. name: of the sender."""
    certificate, key = keys / CERTIFICATE, keys / KEY
    if not certificate.exists() or not key.exists():
        made = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
        now = dt.datetime.fromtimestamp(now_ns / 1e9, dt.UTC)
        issued = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(made.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + VALID)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .sign(made, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        plain = serialization.NoEncryption()
        write_private(key, made.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
        write_private(certificate, issued.public_bytes(pem))
    return Signer(certificate, key)
